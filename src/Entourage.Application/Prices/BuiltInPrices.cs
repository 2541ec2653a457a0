using Entourage.Application.Abstractions;
using Entourage.Application.Errors;
using Entourage.Domain.Prices;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Prices;

/// <summary>Stores the prices that ship with Entourage.</summary>
/// <param name="db">The store.</param>
/// <param name="time">The clock.</param>
public sealed class BuiltInPrices(IEntourageDb db, TimeProvider time)
{
    /// <summary>
    /// Stores the prices that are missing. Prices of earlier versions stay, because usage records refer to them. Any number of processes may call
    /// this at the same time.
    /// </summary>
    public async Task AddMissingAsync(CancellationToken cancellationToken)
    {
        if ((await FindMissingAsync(cancellationToken)).Count == 0)
        {
            // Writes nothing, so that the server can also start on a read-only store.
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
        await db.RaiseVersionAsync(organisationId: null, cancellationToken);
        db.Prices.AddRange(await FindMissingAsync(cancellationToken));
        return await db.SaveChangesAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<ModelPrice>> FindMissingAsync(CancellationToken cancellationToken) => PriceCatalogue.MissingFrom(
        await db.Prices.AsNoTracking().Where(price => price.IsBuiltIn).ToListAsync(cancellationToken), time.GetUtcNow());
}
