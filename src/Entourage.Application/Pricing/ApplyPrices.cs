using Entourage.Application.Abstractions;
using Entourage.Domain.Pricing;
using Entourage.Domain.Sessions;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Pricing;

/// <summary>Prices usage that waits for it, where its model has a price by now. The answer is how many usages were priced.</summary>
public sealed record ApplyPricesCommand : ILedgerCommand<int>;

internal sealed class ApplyPricesHandler(UnpricedUsage unpriced) : IRequestHandler<ApplyPricesCommand, int>
{
    public Task<int> Handle(ApplyPricesCommand request, CancellationToken cancellationToken) => unpriced.ApplyPricesAsync(cancellationToken);
}

/// <summary>
/// The usage that waits for a price. Several replicas may price it at once, and one that is killed leaves the rest to the next: the
/// ledger sees to it that a usage is priced once.
/// </summary>
internal sealed class UnpricedUsage(IEntourageDb db, IBudgetLedger ledger, TimeProvider time)
{
    // Few enough that other usages hardly wait for the transaction.
    private const int PieceSize = 200;

    private IQueryable<UsageRecord> Records => db.UsageRecords.Where(record =>
        record.CostSource == CostSource.Unpriced && !db.UsageRecords.Any(correction => correction.Corrects == record.Sequence));

    /// <summary>Prices what has a price since it was last looked through.</summary>
    /// <returns>How many usages.</returns>
    public async Task<int> ApplyPricesAsync(CancellationToken cancellationToken)
    {
        var prices = await db.Prices.Where(price => !price.IsApplied).Select(price => new { price.Id, price.Model }).ToListAsync(cancellationToken);
        if (prices.Count == 0)
        {
            return 0;
        }

        var count = 0;
        var priced = prices.Select(price => price.Model).ToHashSet(StringComparer.Ordinal);
        var waiting = await Records.Select(record => record.Model).Distinct().ToListAsync(cancellationToken);
        foreach (var model in waiting.Where(model => PriceCatalogue.NamesOf(model).Any(priced.Contains)))
        {
            count += await PriceAsync(model, cancellationToken);
        }

        var applied = prices.Select(price => price.Id).ToArray();
        await db.InTransactionAsync(
            inTransaction => db.Prices
                .Where(price => applied.Contains(price.Id))
                .ExecuteUpdateAsync(row => row.SetProperty(price => price.IsApplied, true), inTransaction),
            cancellationToken);
        return count;
    }

    private async Task<int> PriceAsync(string model, CancellationToken cancellationToken)
    {
        var count = 0;
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
                return count;
            }

            // One that is refused, since its total would be too large to count, stays as it is.
            var now = time.GetUtcNow();
            var outcomes = await ledger.WriteAsync([.. piece.Select(record => new RepriceEntry(record.SessionId, record.Sequence, now))], cancellationToken);
            count += outcomes.Count(outcome => outcome.Response is true);
            after = piece[^1].Sequence;
        }
    }
}
