using Entourage.Application.Abstractions;
using Entourage.Domain.Prices;

namespace Entourage.Application.Ledger;

/// <summary>
/// Caches the price lists of organisations. A list is valid for one version of its organisation. The transaction that sets a price raises that version,
/// and every transaction of the ledger reads it.
/// </summary>
/// <remarks>
/// Shared prices are cached once for all lists. A new shared price raises the version of every organisation, which drops all cached lists.
/// </remarks>
internal sealed class PriceLists
{
    /// <summary>The most lists that are cached. The least recently used ones are dropped.</summary>
    public const int Capacity = 512;

    private volatile Generation current = new(NewestId: null, new PriceList([]));

    /// <summary>The prices of an organisation at a version.</summary>
    public async ValueTask<PriceList> GetAsync(Guid organisationId, long version, ILedgerStore store)
    {
        var generation = current;
        if (generation.Lists.TryGet(organisationId, out var known) && known.Version == version)
        {
            return known.Prices;
        }

        var newestId = await store.FindNewestSharedPriceAsync();
        if (newestId != generation.NewestId)
        {
            current = generation = new(newestId, new PriceList(await store.FindPricesAsync(null)));
        }

        var own = await store.FindPricesAsync(organisationId);
        var prices = own.Count == 0 ? generation.Shared : new PriceList(own, generation.Shared);
        generation.Lists.Set(organisationId, (version, prices));
        return prices;
    }

    /// <summary>The shared prices, and the lists that refer to them.</summary>
    private sealed record Generation(long? NewestId, PriceList Shared)
    {
        public BoundedCache<Guid, (long Version, PriceList Prices)> Lists { get; } = new(Capacity);
    }
}
