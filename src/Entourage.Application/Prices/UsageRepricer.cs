using Entourage.Application.Abstractions;
using Entourage.Application.Ledger;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Prices;

/// <summary>
/// Prices usage that was recorded as unpriced or with an assumed price. Several replicas may run it at the same time, and a replica that is killed
/// leaves the rest to the next run: the ledger prices each usage once.
/// </summary>
/// <param name="db">The store.</param>
/// <param name="ledger">The ledger, which writes the corrections.</param>
/// <param name="time">The clock.</param>
public sealed class UsageRepricer(IEntourageDb db, IBudgetLedger ledger, TimeProvider time)
{
    // Small enough that other usage hardly waits for the transaction.
    private const int BatchSize = 200;

    private IQueryable<UsageRecord> Records => db.UsageRecords.Where(record =>
        (record.CostSource == CostSource.Unpriced || record.CostSource == CostSource.Assumed) && !db.UsageRecords.Any(correction => correction.Corrects == record.Sequence));

    /// <summary>Prices the waiting usage of models that got a price since the last run.</summary>
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
            var batch = await Records
                .Where(record => record.Model == model && record.Sequence > after)
                .OrderBy(record => record.Sequence)
                .Take(BatchSize)
                .Select(record => new { record.SessionId, record.Sequence })
                .ToListAsync(cancellationToken);
            if (batch.Count == 0)
            {
                return;
            }

            // Usage whose new total would be too large to count is refused, and stays as it is.
            var now = time.GetUtcNow();
            await ledger.WriteAsync([.. batch.Select(record => new RepriceEntry(record.SessionId, record.Sequence, now))], cancellationToken);
            after = batch[^1].Sequence;
        }
    }
}
