using Entourage.Application.Abstractions;
using Entourage.Application.Ledger;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Prices;

/// <summary>
/// The usage that waits for a price: it counts as nothing, or at the assumed rates. Several replicas may price it at once, and one that is killed leaves the rest to the next: the
/// ledger sees to it that a usage is priced once.
/// </summary>
/// <param name="db">Where it is found.</param>
/// <param name="ledger">Prices it.</param>
/// <param name="time">When.</param>
public sealed class UnpricedUsage(IEntourageDb db, IBudgetLedger ledger, TimeProvider time)
{
    // Few enough that other usages hardly wait for the transaction.
    private const int PieceSize = 200;

    private IQueryable<UsageRecord> Records => db.UsageRecords.Where(record =>
        (record.CostSource == CostSource.Unpriced || record.CostSource == CostSource.Assumed) && !db.UsageRecords.Any(correction => correction.Corrects == record.Sequence));

    /// <summary>Prices what waits, where its model has had a price since it was last looked through.</summary>
    public async Task ApplyPricesAsync(CancellationToken cancellationToken)
    {
        var prices = await db.Prices.Where(price => !price.IsApplied).Select(price => new { price.Id, price.Model }).ToListAsync(cancellationToken);
        if (prices.Count == 0)
        {
            return;
        }

        var priced = prices.Select(price => price.Model).ToHashSet(StringComparer.Ordinal);
        var waiting = await Records.Select(record => record.Model).Distinct().ToListAsync(cancellationToken);
        foreach (var model in waiting.Where(model => PriceCatalogue.NamesOf(model).Any(priced.Contains)))
        {
            await PriceAsync(model, cancellationToken);
        }

        var applied = prices.Select(price => price.Id).ToArray();
        await db.InTransactionAsync(
            inTransaction => db.Prices
                .Where(price => applied.Contains(price.Id))
                .ExecuteUpdateAsync(row => row.SetProperty(price => price.IsApplied, true), inTransaction),
            cancellationToken);
    }

    private async Task PriceAsync(string model, CancellationToken cancellationToken)
    {
        for (var after = 0L; ;)
        {
            var piece = await Records
                .Where(record => record.Model == model && record.Sequence > after)
                .OrderBy(record => record.Sequence)
                .Take(PieceSize)
                .Select(record => new { record.SessionId, record.Sequence })
                .ToListAsync(cancellationToken);
            if (piece.Count == 0)
            {
                return;
            }

            // One that is refused, since its total would be too large to count, stays as it is.
            var now = time.GetUtcNow();
            await ledger.WriteAsync([.. piece.Select(record => new RepriceEntry(record.SessionId, record.Sequence, now))], cancellationToken);
            after = piece[^1].Sequence;
        }
    }
}
