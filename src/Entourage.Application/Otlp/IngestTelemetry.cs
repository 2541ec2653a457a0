using System.Security.Cryptography;
using System.Text;
using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Otlp;
using Entourage.Domain.Sessions;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Otlp;

/// <summary>
/// Records the usage that programs tell of in their telemetry, whatever the state of their budgets. Every item may be sent any number of
/// times, in any order, to any replica, and is counted once.
/// </summary>
/// <param name="Reading">What the telemetry tells of usage.</param>
public sealed record IngestTelemetryCommand(TelemetryParser Reading) : ILedgerCommand<IngestOutcome>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent();
}

/// <summary>What became of a batch of telemetry.</summary>
/// <param name="Refused">How many items were not taken, and will not be when they are sent again.</param>
/// <param name="Reasons">Why, for a person; empty when all were taken.</param>
/// <param name="IsComplete">Whether every item was looked at. When not, the same batch has to be sent again; what was recorded is not recorded twice.</param>
public sealed record IngestOutcome(long Refused, string Reasons, bool IsComplete);

internal sealed class IngestTelemetryValidator : AbstractValidator<IngestTelemetryCommand>
{
    public IngestTelemetryValidator() => RuleFor(command => command.Reading).NotNull();
}

internal sealed class IngestTelemetryHandler(IMediator mediator, IBudgetLedger ledger, SourceProcesses processes, TimeProvider time)
    : IRequestHandler<IngestTelemetryCommand, IngestOutcome>
{
    // So that other callers get their turn between the pieces.
    private const int PieceSize = 1_000;

    /// <summary>
    /// How many sessions one batch may open. Each takes a transaction of several milliseconds, so a batch of thousands would hold up others; the
    /// rest is opened when the batch is sent again.
    /// </summary>
    internal const int MaxSessionsOpened = 100;

    public async Task<IngestOutcome> Handle(IngestTelemetryCommand request, CancellationToken cancellationToken)
    {
        var reading = request.Reading;
        var sums = reading.Sums.ToLookup(sum => sum.Source);
        var usages = reading.Usages.ToLookup(usage => usage.Source.Whole);
        var entries = new List<UsageEntry>();
        var settling = new List<(byte[] KeyHash, string Pending)>();
        var (opened, isComplete) = (0, true);
        foreach (var source in usages.Select(group => group.Key).Union(sums.Select(group => group.Key)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (await FindSessionsAsync(source) is { } sessions)
                {
                    await TakeAsync(source, sessions);
                }
                else
                {
                    isComplete = false;
                }
            }
            catch (Exception refusal) when (IsRefusal(refusal))
            {
                reading.Refuse(refusal.Message, usages[source].Count() + sums[source].Sum(sum => sum.Points.Count));
            }
        }

        await WriteAsync(entries, reading, cancellationToken);
        foreach (var (keyHash, pending) in settling)
        {
            await processes.SettleAsync(keyHash, pending, cancellationToken);
        }

        await EndAsync(reading.Ended, cancellationToken);
        await RefuseUnreadAsync(reading, cancellationToken);
        return new(reading.Refused, reading.Reasons, isComplete);

        // Null when one would have to be opened and as many were opened as one batch may open.
        async Task<SourceSessions?> FindSessionsAsync(UsageSource source)
        {
            if (await FindWholeAsync(source) is not { } whole)
            {
                return null;
            }

            var found = new SourceSessions(whole.Session, whole.Mistake);
            foreach (var subAgent in usages[source].Select(usage => usage.Source).Where(of => of.SubAgent.Length > 0).Distinct())
            {
                var session = await FindOrOpenAsync(source, subAgent with { AgentId = whole.Session.AgentId, SessionId = null }, whole.Session.SessionId);
                if (session is null)
                {
                    return null;
                }

                found.OfSubAgents[subAgent.SubAgent] = session;
            }

            return found;
        }

        // A name that is wrong must not lose what was spent: an agent's session is found without it, too.
        async Task<(SourceSessionAnswer Session, string Mistake)?> FindWholeAsync(UsageSource source)
        {
            var known = source;
            if (source is { SessionId: { } named, AgentId: not null })
            {
                try
                {
                    return (await FindAsync(source, source), source.Mistake);
                }
                catch (Exception refusal) when (refusal is NotFoundException or ForbiddenException)
                {
                    known = (source with { SessionId = null }).Noting(
                        $"'{UsageSource.SessionAttribute}' names session {named}, which is none of the agent's, so it is left out.");
                }
            }

            if (await FindOrOpenAsync(source, known, parentSessionId: null) is not { } session)
            {
                return null;
            }

            return (session, (session.IsWithoutTask
                ? known.Noting($"'{UsageSource.TaskAttribute}' names task {known.TaskId}, which is none of the team's, so it is left out.")
                : known).Mistake);
        }

        async Task<SourceSessionAnswer?> FindOrOpenAsync(UsageSource group, UsageSource source, long? parentSessionId)
        {
            var found = await FindAsync(group, source);
            if (found.SessionId is not null)
            {
                return found;
            }

            if (opened == MaxSessionsOpened)
            {
                return null;
            }

            opened++;
            var model = usages[group].Select(usage => usage.Model).Concat(sums[group].Select(sum => sum.Model)).FirstOrDefault(model => model is not null);
            return await mediator.Send(
                new OpenSourceSessionCommand(found.AgentId, source.TaskId, parentSessionId, source.SessionName, model, LatestOf(group, source)), cancellationToken);
        }

        Task<SourceSessionAnswer> FindAsync(UsageSource group, UsageSource source) =>
            mediator.Send(new FindSourceSessionQuery(source.AgentId, source.SessionId, source.SessionName, LatestOf(group, source)), cancellationToken);

        DateTimeOffset LatestOf(UsageSource group, UsageSource source)
        {
            var now = time.GetUtcNow();
            var ofUsages = usages[group].Where(usage => source.SubAgent.Length == 0 || usage.Source.SubAgent == source.SubAgent)
                .Select(usage => CountedAt(usage, now));
            return ofUsages.Concat(sums[group].SelectMany(sum => sum.Points).Select(point => CountedAt(point.Until, now))).DefaultIfEmpty(now).Max();
        }

        async Task TakeAsync(UsageSource source, SourceSessions sessions)
        {
            entries.AddRange(usages[source].Where(usage => !usage.HasSums).Select(usage => ToEntry(usage, sessions)));
            SourceUsage[] calls = [.. usages[source].Where(usage => usage.HasSums)];
            SourceSums[] ofSource = [.. sums[source]];
            if (calls.Length + ofSource.Length == 0)
            {
                return;
            }

            var agentId = sessions.Whole.AgentId;
            var keyHash = SourceProcess.HashOf(agentId, source.Name, source.Process);
            TelemetryUsages? taken;
            do
            {
                // What a process took that did not live to write it.
                var pending = ofSource.Length == 0 ? "" : await processes.FindPendingAsync(keyHash, cancellationToken);
                await WriteAsync([.. ToEntries(SourceProcesses.ReadPending(pending), source, sessions)], reading, cancellationToken);
                taken = await processes.TakeAsync(agentId, keyHash, calls, ofSource, pending, cancellationToken);
            }
            while (taken is null);

            if (taken.Refused > 0)
            {
                reading.Refuse(SumUsages.TooMany, taken.Refused);
            }

            entries.AddRange(taken.Calls.Select(call => ToEntry(call, sessions)));
            entries.AddRange(ToEntries(taken.Sums, source, sessions));
            if (taken.Pending.Length > 0)
            {
                settling.Add((keyHash, taken.Pending));
            }
        }

        // By now it has been taken, so one that cannot be counted is refused by itself: it must hinder neither the others nor what comes later.
        IEnumerable<UsageEntry> ToEntries(IEnumerable<SumUsage> sums, UsageSource source, SourceSessions sessions)
        {
            foreach (var sum in sums)
            {
                var fault = new ItemFault();
                if (sum.ToUsage(source, fault) is { } usage)
                {
                    yield return ToEntry(usage, sessions);
                }
                else
                {
                    reading.Refuse(fault.Reason!);
                }
            }
        }
    }

    private static bool IsRefusal(Exception exception) =>
        exception is NotFoundException or ForbiddenException or InvalidInputException or ValidationException or RuleViolationException;

    // A clock that is off loses no money: what it puts out of bounds counts as of its receipt.
    private static DateTimeOffset CountedAt(DateTimeOffset at, DateTimeOffset now) => UsageRecord.MayHaveOccurredAt(at, now) ? at : now;

    private static DateTimeOffset CountedAt(SourceUsage usage, DateTimeOffset now) => CountedAt(usage.At ?? now, now);

    private async Task EndAsync(IReadOnlyCollection<UsageSource> subAgents, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var source in subAgents)
        {
            try
            {
                var agentId = source.AgentId
                    ?? (await mediator.Send(new FindSourceSessionQuery(null, source.SessionId, source.Name, now), cancellationToken)).AgentId;
                var found = await mediator.Send(new FindSourceSessionQuery(agentId, null, source.SessionName, now), cancellationToken);
                if (found.SessionId is { } sessionId)
                {
                    await ledger.WriteAsync([new EndSessionEntry(sessionId, Failed: false, Error: null, now)], cancellationToken);
                }
            }
            catch (Exception refusal) when (IsRefusal(refusal))
            {
                // It ends by its silence.
            }
        }
    }

    private async Task RefuseUnreadAsync(TelemetryParser reading, CancellationToken cancellationToken)
    {
        foreach (var (agentId, reason, count) in reading.Unread)
        {
            try
            {
                if (agentId is { } agent && await mediator.Send(new HasReportedLatelyQuery(agent), cancellationToken))
                {
                    continue;
                }
            }
            catch (Exception refusal) when (IsRefusal(refusal))
            {
                // Then nobody knows of a form that is read.
            }

            reading.Refuse(reason, count);
        }
    }

    private async Task WriteAsync(IReadOnlyList<UsageEntry> entries, TelemetryParser reading, CancellationToken cancellationToken)
    {
        foreach (var piece in entries.Chunk(PieceSize))
        {
            foreach (var outcome in await ledger.WriteAsync(piece, cancellationToken))
            {
                if (outcome.Refusal is { } refusal)
                {
                    reading.Refuse(refusal.Message);
                }
            }
        }
    }

    private UsageEntry ToEntry(SourceUsage usage, SourceSessions sessions)
    {
        var now = time.GetUtcNow();
        var session = sessions.Of(usage.Source.SubAgent);
        var countedAt = CountedAt(usage, now);
        return new(
            Guid.CreateVersion7(now),
            session.SessionId!.Value,
            usage.Tokens,
            usage.Cost,
            usage.Model,
            ReservationId: null,
            countedAt,
            usage.Error,
            usage.Source.Billing,
            now,
            TokenOf(usage.Key),
            usage.RequestModel)
        {
            Telemetry = new(
                usage.MayCostMore,
                usage.At is { } told && told != countedAt ? told : null,
                sessions.Mistake,
                usage.SpanId.Length == 0 || usage.IsCall ? null : TokenOf($"whole\n{usage.SpanId}"),
                [.. usage.SpansAbove.Select(span => TokenOf($"whole\n{span}"))],
                [.. usage.SpansBelow.Select(span => TokenOf($"whole\n{span}"))]),
        };

        // The key says what it is: the same call told of twice in different words is the same.
        IdempotencyToken TokenOf(string key)
        {
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"telemetry/agents/{session.AgentId}\n{key}"));
            return new(hash, hash);
        }
    }

    /// <summary>The sessions of a program.</summary>
    /// <param name="Whole">Its own.</param>
    /// <param name="Mistake">What of its attributes was left out, for a person; empty for nothing.</param>
    private sealed record SourceSessions(SourceSessionAnswer Whole, string Mistake)
    {
        /// <summary>Those of its sub-agents.</summary>
        public Dictionary<string, SourceSessionAnswer> OfSubAgents { get; } = new(StringComparer.Ordinal);

        public SourceSessionAnswer Of(string subAgent) => OfSubAgents.GetValueOrDefault(subAgent, Whole);
    }
}
