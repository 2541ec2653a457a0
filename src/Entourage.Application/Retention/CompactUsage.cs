using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Domain.Sessions;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Retention;

/// <summary>
/// Folds usage records of a certain age into what they come to, by session, model and quarter of an hour. Every total stays as it is; the
/// single usages, their errors and their explained costs are gone. Usage that waits for a price stays.
/// </summary>
/// <param name="Age">How old it is at the least; see <see cref="CompactedUsage.MinAge"/>.</param>
public sealed record CompactUsageCommand(TimeSpan Age) : ILedgerCommand<CompactionReport>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Admin();
}

/// <summary>What was folded.</summary>
/// <param name="Records">How many usage records.</param>
/// <param name="Before">Those that happened and were recorded before this instant (UTC).</param>
public sealed record CompactionReport(long Records, DateTimeOffset Before);

internal sealed class CompactUsageValidator : AbstractValidator<CompactUsageCommand>
{
    public CompactUsageValidator() => RuleFor(command => command.Age).GreaterThanOrEqualTo(CompactedUsage.MinAge);
}

internal sealed class CompactUsageHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<CompactUsageCommand, CompactionReport>
{
    // Few enough that other usages hardly wait for the transaction.
    private const int PieceSize = 2_000;

    public async Task<CompactionReport> Handle(CompactUsageCommand request, CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - request.Age;
        var folded = 0L;
        for (var after = 0L; ;)
        {
            // In the order of the records: what is corrected goes no later than its correction, or it would be priced once more.
            var piece = await Old(before, after).OrderBy(record => record.Sequence).Take(PieceSize).Select(record => record.Sequence).ToListAsync(cancellationToken);
            if (piece.Count == 0)
            {
                return new(folded, before);
            }

            after = piece[^1];
            folded += await db.InTransactionAsync(inTransaction => CompactAsync(piece, inTransaction), cancellationToken);
        }
    }

    // One whose session is gone is nobody's, and stays for somebody to look at: it must not keep the others from being folded.
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
            .Where(folded => sessions.Contains(folded.SessionId))
            .ToDictionaryAsync(folded => (folded.SessionId, folded.QuarterAt, folded.Model), cancellationToken);
        foreach (var record in records)
        {
            var key = (record.SessionId, QuarterAt: UsageRollup.QuarterOf(record.OccurredAt), record.Model);
            if (!known.TryGetValue(key, out var folded))
            {
                folded = CompactedUsage.Of(key.SessionId, key.QuarterAt, key.Model);
                known.Add(key, folded);
                db.CompactedUsages.Add(folded);
            }

            folded.Add(record);
        }

        await db.SaveChangesAsync(cancellationToken);
        return await db.UsageRecords.Where(record => sequences.Contains(record.Sequence)).ExecuteDeleteAsync(cancellationToken) == records.Count
            ? records.Count
            : throw new StoreUnavailableException("Somebody else folds usage at the same time.");
    }
}
