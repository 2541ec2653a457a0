using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Domain.Sessions;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Retention;

/// <summary>
/// Replaces old usage records by their sums by session, model and quarter of an hour. No total changes; the single usages with their errors and price
/// details are deleted. Usage that waits for a price is kept.
/// </summary>
/// <param name="Age">The minimum age of the usage, at least <see cref="CompactedUsage.MinAge"/>.</param>
public sealed record CompactUsageCommand(TimeSpan Age) : ILedgerCommand<CompactionReport>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Admin();
}

/// <summary>The result of a compaction.</summary>
/// <param name="Records">The number of compacted usage records.</param>
/// <param name="Before">The instant before which usage was compacted (UTC).</param>
public sealed record CompactionReport(long Records, DateTimeOffset Before);

internal sealed class CompactUsageValidator : AbstractValidator<CompactUsageCommand>
{
    public CompactUsageValidator() => RuleFor(command => command.Age).GreaterThanOrEqualTo(CompactedUsage.MinAge);
}

internal sealed class CompactUsageHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<CompactUsageCommand, CompactionReport>
{
    // Small enough that other usage hardly waits for the transaction.
    private const int BatchSize = 2_000;

    public async Task<CompactionReport> Handle(CompactUsageCommand request, CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - request.Age;
        var compacted = 0L;
        for (var after = 0L; ;)
        {
            // In the order of recording, because a record must not outlive its correction: it would be priced again.
            var batch = await Old(before, after).OrderBy(record => record.Sequence).Take(BatchSize).Select(record => record.Sequence).ToListAsync(cancellationToken);
            if (batch.Count == 0)
            {
                return new(compacted, before);
            }

            after = batch[^1];
            compacted += await db.InTransactionAsync(inTransaction => CompactAsync(batch, inTransaction), cancellationToken);
        }
    }

    // Records whose session is missing are kept for inspection. They must not block the compaction of others.
    private IQueryable<UsageRecord> Old(DateTimeOffset before, long after) => db.UsageRecords.AsNoTracking().Where(record =>
        record.Sequence > after
        && record.OccurredAt < before
        && record.RecordedAt < before
        && db.Sessions.Any(session => session.Id == record.SessionId)
        && ((record.CostSource != CostSource.Unpriced && record.CostSource != CostSource.Assumed)
            || db.UsageRecords.Any(correction => correction.Corrects == record.Sequence)));

    private async Task<int> CompactAsync(List<long> sequences, CancellationToken cancellationToken)
    {
        var records = await db.UsageRecords.AsNoTracking().Where(record => sequences.Contains(record.Sequence)).ToListAsync(cancellationToken);
        var sessions = records.Select(record => record.SessionId).Distinct().ToArray();
        var known = await db.CompactedUsages
            .Where(sum => sessions.Contains(sum.SessionId))
            .ToDictionaryAsync(sum => (sum.SessionId, sum.QuarterAt, sum.Model, sum.LabelSetId), cancellationToken);
        var labels = await db.Sessions.Where(session => sessions.Contains(session.Id))
            .Select(session => new { session.Id, session.Labels })
            .ToDictionaryAsync(session => session.Id, session => session.Labels, cancellationToken);
        foreach (var record in records)
        {
            var key = (record.SessionId, QuarterAt: UsageRollup.QuarterOf(record.OccurredAt), record.Model, LabelSetId: labels[record.SessionId].With(record.Labels).Id);
            if (!known.TryGetValue(key, out var sum))
            {
                sum = CompactedUsage.Of(key.SessionId, key.QuarterAt, key.Model, key.LabelSetId);
                known.Add(key, sum);
                db.CompactedUsages.Add(sum);
            }

            sum.Add(record);
        }

        await db.SaveChangesAsync(cancellationToken);
        return await db.UsageRecords.Where(record => sequences.Contains(record.Sequence)).ExecuteDeleteAsync(cancellationToken) == records.Count
            ? records.Count
            : throw new StoreUnavailableException("Another process compacts usage at the same time. Try again later.");
    }
}
