using System.Security.Cryptography;
using System.Text;
using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Domain;
using Entourage.Domain.Telemetry;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Telemetry;

/// <summary>
/// Records the usage that programs tell of in their telemetry, whatever the state of their budgets. Every item may be sent any number of
/// times, in any order, to any replica, and is counted once.
/// </summary>
/// <param name="Reading">What the telemetry tells of usage.</param>
public sealed record IngestTelemetryCommand(TelemetryReading Reading) : ILedgerCommand<IngestOutcome>
{
    /// <inheritdoc/>
    public Need Needs() => Need.Agent();
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
    internal const int MostOpened = 100;

    public async Task<IngestOutcome> Handle(IngestTelemetryCommand request, CancellationToken cancellationToken)
    {
        var reading = request.Reading;
        var sums = reading.Sums.ToLookup(sum => sum.Source);
        var usages = reading.Usages.ToLookup(usage => usage.Source);
        var entries = new List<UsageEntry>();
        var settling = new List<(byte[] KeyHash, string Pending)>();
        var (opened, isComplete) = (0, true);
        foreach (var source in usages.Select(group => group.Key).Union(sums.Select(group => group.Key)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (await FindSessionAsync(source, usages[source], sums[source]) is not { } session)
                {
                    isComplete = false;
                    continue;
                }

                entries.AddRange(usages[source].Where(usage => !usage.HasSums).Select(usage => ToEntry(usage, session)));
                if (sums[source].Any() || usages[source].Any(usage => usage.HasSums))
                {
                    await TakeAsync(source, session, [.. usages[source].Where(usage => usage.HasSums)], [.. sums[source]]);
                }
            }
            catch (Exception refusal) when (refusal is NotFoundException or ForbiddenException or InvalidInputException or ValidationException or RuleViolationException)
            {
                reading.Refuse(refusal.Message, usages[source].Count() + sums[source].Sum(sum => sum.Points.Count));
            }
        }

        await WriteAsync(entries, reading, cancellationToken);
        foreach (var (keyHash, pending) in settling)
        {
            await processes.SettleAsync(keyHash, pending, cancellationToken);
        }

        return new(reading.Refused, reading.Reasons, isComplete);

        // Null when it would have to be opened and as many were opened as one batch may open.
        async Task<SourceSessionAnswer?> FindSessionAsync(UsageSource source, IEnumerable<SourceUsage> usages, IEnumerable<SourceSums> sums)
        {
            var now = time.GetUtcNow();
            var at = usages.Select(usage => usage.At ?? now).Concat(sums.SelectMany(sum => sum.Points).Select(point => point.Until)).Max();
            var found = await mediator.Send(new FindSourceSessionQuery(source.AgentId, source.SessionId, source.Name, at), cancellationToken);
            if (found.SessionId is not null)
            {
                return found;
            }

            if (opened == MostOpened)
            {
                return null;
            }

            opened++;
            var model = usages.Select(usage => usage.Model).Concat(sums.Select(sum => sum.Model)).FirstOrDefault(model => model is not null);
            return await mediator.Send(new OpenSourceSessionCommand(found.AgentId, source.TaskId, source.Name, model, at), cancellationToken);
        }

        async Task TakeAsync(UsageSource source, SourceSessionAnswer session, IReadOnlyList<SourceUsage> calls, IReadOnlyList<SourceSums> sums)
        {
            var keyHash = SourceProcess.HashOf(session.AgentId, source.Name, source.Process);
            TakenUsages? taken;
            do
            {
                // What a process took that did not live to write it.
                var pending = sums.Count == 0 ? "" : await processes.FindPendingAsync(keyHash, cancellationToken);
                await WriteAsync([.. ToEntries(SourceProcesses.ReadPending(pending), source, session)], reading, cancellationToken);
                taken = await processes.TakeAsync(session.AgentId, keyHash, calls, sums, pending, cancellationToken);
            }
            while (taken is null);

            if (taken.Refused > 0)
            {
                reading.Refuse(SumUsages.TooMany, taken.Refused);
            }

            entries.AddRange(taken.Calls.Select(call => ToEntry(call, session)));
            entries.AddRange(ToEntries(taken.Sums, source, session));
            if (taken.Pending.Length > 0)
            {
                settling.Add((keyHash, taken.Pending));
            }
        }

        // By now it has been taken, so one that cannot be counted is refused by itself: it must hinder neither the others nor what comes later.
        IEnumerable<UsageEntry> ToEntries(IEnumerable<SumUsage> sums, UsageSource source, SourceSessionAnswer session)
        {
            foreach (var sum in sums)
            {
                var fault = new ItemFault();
                if (sum.ToUsage(source, fault) is { } usage)
                {
                    yield return ToEntry(usage, session);
                }
                else
                {
                    reading.Refuse(fault.Reason!);
                }
            }
        }
    }

    private async Task WriteAsync(IReadOnlyList<UsageEntry> entries, TelemetryReading reading, CancellationToken cancellationToken)
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

    private UsageEntry ToEntry(SourceUsage usage, SourceSessionAnswer session)
    {
        var now = time.GetUtcNow();

        // The key says what it is: the same call told of twice in different words is the same.
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"telemetry/agents/{session.AgentId}\n{usage.Key}"));
        return new(
            Guid.CreateVersion7(now),
            session.SessionId!.Value,
            usage.Tokens,
            usage.Cost,
            usage.Model,
            ReservationId: null,
            usage.At ?? now,
            usage.Error,
            usage.Source.Billing,
            now,
            new IdempotencyToken(hash, hash),
            usage.RequestModel);
    }
}
