using Entourage.Application.Abstractions;
using Entourage.Domain.Pricing;

namespace Entourage.Infrastructure.Persistence.Ledger;

/// <summary>
/// The price lists of organisations, kept in memory for as long as nobody changes them: whoever does changes the version of each
/// organisation concerned in the same transaction, and every transaction of the ledger reads that. Each holds the prices of everybody, too,
/// so only the lists of the organisations that were at work last are kept.
/// </summary>
internal sealed class PriceLists
{
    /// <summary>How many lists are kept.</summary>
    public const int Remembered = 512;

    private readonly BoundedCache<Guid, (long Version, PriceList Prices)> lists = new(Remembered);

    /// <summary>The prices of an organisation in one of its states.</summary>
    public async ValueTask<PriceList> GetAsync(Guid organisationId, long version, ILedgerWrites store)
    {
        if (lists.TryGet(organisationId, out var known) && known.Version == version)
        {
            return known.Prices;
        }

        var prices = new PriceList(await store.FindPricesAsync(organisationId));
        lists.Set(organisationId, (version, prices));
        return prices;
    }
}
