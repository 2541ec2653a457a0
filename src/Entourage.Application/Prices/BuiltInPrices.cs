using Entourage.Application.Abstractions;
using Entourage.Application.Errors;
using Entourage.Domain.Prices;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Prices;

/// <summary>The prices that came with the program.</summary>
/// <param name="db">Where they are stored.</param>
/// <param name="time">When.</param>
public sealed class BuiltInPrices(IEntourageDb db, TimeProvider time)
{
    /// <summary>
    /// Stores those that are not stored yet. Those of an earlier program stay: what was priced by them names them. Any number of
    /// processes may do so at once.
    /// </summary>
    public async Task AddMissingAsync(CancellationToken cancellationToken)
    {
        if ((await FindMissingAsync(cancellationToken)).Count == 0)
        {
            // Nothing is written then: a store that cannot be written can still be read.
            return;
        }

        try
        {
            await db.InTransactionAsync(AddAsync, cancellationToken);
        }
        catch (DuplicateException)
        {
            // Another replica was first.
        }
    }

    private async Task<int> AddAsync(CancellationToken cancellationToken)
    {
        await db.RenewPricesAsync(organisationId: null, cancellationToken);
        db.Prices.AddRange(await FindMissingAsync(cancellationToken));
        return await db.SaveChangesAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<ModelPrice>> FindMissingAsync(CancellationToken cancellationToken) => PriceCatalogue.MissingFrom(
        await db.Prices.AsNoTracking().Where(price => price.IsBuiltIn).ToListAsync(cancellationToken), time.GetUtcNow());
}
