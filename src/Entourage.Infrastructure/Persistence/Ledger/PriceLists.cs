using System.Collections.Concurrent;
using Entourage.Domain.Pricing;

namespace Entourage.Infrastructure.Persistence.Ledger;

/// <summary>
/// The price lists of organisations, kept in memory for as long as nobody changes them: whoever does changes the version of each
/// organisation concerned in the same transaction, and every transaction of the ledger reads that.
/// </summary>
internal sealed class PriceLists
{
    private readonly ConcurrentDictionary<Guid, (long Version, PriceList Prices)> lists = new();

    /// <summary>The prices of an organisation in one of its states.</summary>
    public async ValueTask<PriceList> GetAsync(Guid organisationId, long version, ILedgerWrites store)
    {
        if (lists.TryGetValue(organisationId, out var known) && known.Version == version)
        {
            return known.Prices;
        }

        var prices = new PriceList(await store.FindPricesAsync(organisationId));
        lists[organisationId] = (version, prices);
        return prices;
    }
}
