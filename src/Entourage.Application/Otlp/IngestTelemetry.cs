using System.Security.Cryptography;
using System.Text;
using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Application.Upstreams;
using Entourage.Domain;
using Entourage.Domain.Otlp;
using Entourage.Domain.Sessions;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Otlp;

/// <summary>
/// Records the usage that programs report in their telemetry, whatever the state of their budgets. Items may arrive repeatedly, in any order and at
/// any replica; each is counted once.
/// </summary>
/// <param name="Telemetry">The parsed telemetry.</param>
public sealed record IngestTelemetryCommand(ParsedTelemetry Telemetry) : ILedgerCommand<IngestOutcome>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent();
}

/// <summary>The outcome of a batch of telemetry.</summary>
/// <param name="Refused">The number of rejected items. Resending them does not help.</param>
/// <param name="Reasons">The reasons for rejections, in plain words; empty if there were none.</param>
/// <param name="IsComplete">Whether the whole batch was processed. If not, it has to be sent again; nothing is recorded twice.</param>
public sealed record IngestOutcome(long Refused, string Reasons, bool IsComplete);

internal sealed class IngestTelemetryValidator : AbstractValidator<IngestTelemetryCommand>
{
    public IngestTelemetryValidator() => RuleFor(command => command.Telemetry).NotNull();
}

internal sealed class IngestTelemetryHandler(IMediator mediator, IBudgetLedger ledger, SourceProcesses processes, IGatewayUpstreams upstreams, TimeProvider time)
    : IRequestHandler<IngestTelemetryCommand, IngestOutcome>
{
    // Lets other callers write between batches.
    private const int BatchSize = 1_000;

    /// <summary>
    /// The most sessions that one request may open. Each one takes a transaction of several milliseconds, so thousands would delay other callers. The
    /// rest is opened when the request is sent again.
    /// </summary>
    internal const int MaxSessionsOpened = 100;

    public async Task<IngestOutcome> Handle(IngestTelemetryCommand request, CancellationToken cancellationToken)
    {
        var telemetry = request.Telemetry;
        var sums = telemetry.Sums.ToLookup(sum => sum.Source);
        var usages = telemetry.Usages.ToLookup(usage => usage.Source.WithoutSubAgent);
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
                telemetry.Refuse(refusal.Message, usages[source].Count() + sums[source].Sum(sum => sum.Points.Count));
            }
        }

        await WriteAsync(entries, telemetry, cancellationToken);
        foreach (var (keyHash, pending) in settling)
        {
            await processes.SettleAsync(keyHash, pending, cancellationToken);
        }

        await EndAsync(telemetry.Ended, cancellationToken);
        await RefuseUnsupportedAsync(telemetry, cancellationToken);
        return new(telemetry.Refused, telemetry.Reasons, isComplete);

        // Returns null if a session would have to be opened beyond the limit.
        async Task<SourceSessions?> FindSessionsAsync(UsageSource source)
        {
            if (await FindProgramSessionAsync(source) is not { } program)
            {
                return null;
            }

            var found = new SourceSessions(program.Session, program.Mistake);
            foreach (var subAgent in usages[source].Select(usage => usage.Source).Where(of => of.SubAgent.Length > 0).Distinct())
            {
                var session = await FindOrOpenAsync(source, subAgent with { AgentId = program.Session.AgentId, SessionId = null }, program.Session.SessionId);
                if (session is null)
                {
                    return null;
                }

                found.OfSubAgents[subAgent.SubAgent] = session;
            }

            return found;
        }

        // A wrong session id must not lose the record of money that was spent. The agent's session is found without it.
        async Task<(SourceSessionAnswer Session, string Mistake)?> FindProgramSessionAsync(UsageSource source)
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
                    known = (source with { SessionId = null }).WithMistake(
                        $"'{UsageSource.SessionAttribute}' names session {named}, which does not belong to the agent. The attribute was ignored.");
                }
            }

            if (await FindOrOpenAsync(source, known, parentSessionId: null) is not { } session)
            {
                return null;
            }

            return (session, (session.IsWithoutTask
                ? known.WithMistake($"'{UsageSource.TaskAttribute}' names task {known.TaskId}, which does not belong to the team. The attribute was ignored.")
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
            var labels = usages[group].Select(usage => usage.ResourceLabels).Concat(sums[group].Select(sum => sum.ResourceLabels)).First();
            return await mediator.Send(
                new StartSourceSessionCommand(found.AgentId, source.TaskId, parentSessionId, source.SessionName, model, LatestOf(group, source))
                {
                    IsSpent = true,
                    Labels = labels,
                },
                cancellationToken);
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
            if (ofSource.Length > 0 && upstreams.All.Count > 0 && await mediator.Send(new HasGatewayCallsQuery(sessions.Own.SessionId!.Value), cancellationToken))
            {
                // Sums do not say which calls they contain, and the gateway has recorded those of this session.
                ofSource = [];
            }

            if (calls.Length + ofSource.Length == 0)
            {
                return;
            }

            var agentId = sessions.Own.AgentId;
            var keyHash = SourceProcess.HashOf(agentId, source.Name, source.Process);
            CountableUsage? taken;
            do
            {
                // Taken earlier by a process that was killed before it could write them.
                var pending = ofSource.Length == 0 ? "" : await processes.FindPendingAsync(keyHash, cancellationToken);
                await WriteAsync([.. ToEntries(SourceProcesses.ReadPending(pending), source, sessions)], telemetry, cancellationToken);
                taken = await processes.TakeAsync(agentId, keyHash, calls, ofSource, pending, cancellationToken);
            }
            while (taken is null);

            if (taken.Refused > 0)
            {
                telemetry.Refuse(SumUsages.TooManyTotals, taken.Refused);
            }

            entries.AddRange(taken.Calls.Select(call => ToEntry(call, sessions)));
            entries.AddRange(ToEntries(taken.Sums, source, sessions));
            if (taken.Pending.Length > 0)
            {
                settling.Add((keyHash, taken.Pending));
            }
        }

        // These sums are marked as taken. One that cannot be counted is rejected individually, so that it blocks neither the others nor later ones.
        IEnumerable<UsageEntry> ToEntries(IEnumerable<SumUsage> sums, UsageSource source, SourceSessions sessions)
        {
            foreach (var sum in sums)
            {
                var rejection = new ItemRejection();
                if (sum.ToUsage(source, rejection) is { } usage)
                {
                    yield return ToEntry(usage, sessions);
                }
                else
                {
                    telemetry.Refuse(rejection.Reason!);
                }
            }
        }
    }

    private static bool IsRefusal(Exception exception) =>
        exception is NotFoundException or ForbiddenException or ConflictException or InvalidInputException or ValidationException or RuleViolationException;

    // Usage with a timestamp out of bounds counts at the time of receipt, so that a wrong clock loses no money.
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
                // The session ends as abandoned instead.
            }
        }
    }

    private async Task RefuseUnsupportedAsync(ParsedTelemetry telemetry, CancellationToken cancellationToken)
    {
        foreach (var (agentId, reason, count) in telemetry.Unsupported)
        {
            try
            {
                if (agentId is { } agent && await mediator.Send(new HasRecentUsageQuery(agent), cancellationToken))
                {
                    continue;
                }
            }
            catch (Exception refusal) when (IsRefusal(refusal))
            {
                // The agent is unknown, so no other form of its usage is known either.
            }

            telemetry.Refuse(reason, count);
        }
    }

    private async Task WriteAsync(IReadOnlyList<UsageEntry> entries, ParsedTelemetry telemetry, CancellationToken cancellationToken)
    {
        foreach (var batch in entries.Chunk(BatchSize))
        {
            foreach (var outcome in await ledger.WriteAsync(batch, cancellationToken))
            {
                if (outcome.Refusal is { } refusal)
                {
                    telemetry.Refuse(refusal.Message);
                }
            }
        }
    }

    private UsageEntry ToEntry(SourceUsage usage, SourceSessions sessions)
    {
        var now = time.GetUtcNow();
        var session = sessions.Of(usage.Source.SubAgent);
        var countedAt = CountedAt(usage, now);
        var facts = new TelemetryFacts(
            usage.MayCostMore,
            usage.At is { } stated && stated != countedAt ? stated : null,
            sessions.Mistake,
            usage.SpanId.Length == 0 || usage.IsCall ? null : TokenOf($"whole\n{usage.SpanId}"),
            [.. usage.SpansAbove.Select(span => TokenOf($"whole\n{span}"))],
            [.. usage.SpansBelow.Select(span => TokenOf($"whole\n{span}"))]);
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
            Labels = usage.Labels,

            // A sum of one call may have the tokens of another call, and those of sessions that use the gateway are ignored.
            Telemetry = upstreams.All.Count == 0 || usage.Tokens.IsSum ? facts : GatewayCallKey.AddTo(facts, session.AgentId, usage.Tokens.Counts, usage.At, now),
        };

        // The key identifies the usage completely, so reports of the same call in different forms match.
        IdempotencyToken TokenOf(string key)
        {
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"telemetry/agents/{session.AgentId}\n{key}"));
            return new(hash, hash);
        }
    }

    /// <summary>The sessions of a program.</summary>
    /// <param name="Own">The program's own session.</param>
    /// <param name="Mistake">The ignored attributes, in plain words; empty if there are none.</param>
    private sealed record SourceSessions(SourceSessionAnswer Own, string Mistake)
    {
        /// <summary>The sessions of its sub-agents, by name.</summary>
        public Dictionary<string, SourceSessionAnswer> OfSubAgents { get; } = new(StringComparer.Ordinal);

        public SourceSessionAnswer Of(string subAgent) => OfSubAgents.GetValueOrDefault(subAgent, Own);
    }
}
