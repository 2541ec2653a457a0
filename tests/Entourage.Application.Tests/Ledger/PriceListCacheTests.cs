using Entourage.Application.Ledger;
using Entourage.Domain.Prices;

namespace Entourage.Application.Tests.Ledger;

internal sealed class PriceListCacheTests
{
    private static readonly string[] OwnRead = ["FindNewestSharedPriceAsync", "FindPricesAsync"];
    private static readonly string[] SharedAndOwnRead = ["FindNewestSharedPriceAsync", "FindPricesAsync", "FindPricesAsync"];

    private readonly TestLedger ledger = new();
    private readonly PriceLists lists = new();

    [Test]
    public async Task A_list_is_read_once_for_each_version_of_its_organisation()
    {
        ledger.SetPrice("acme-1", 3, 15);
        var first = await GetAsync(1);
        ledger.Store.Calls.Clear();

        Assert.That(await GetAsync(1), Is.SameAs(first));
        Assert.That(ledger.Store.Calls, Is.Empty);
        await GetAsync(2);
        Assert.That(ledger.Store.Calls, Is.EqualTo(OwnRead));
    }

    [Test]
    public async Task The_shared_prices_are_read_again_once_there_is_a_newer_one()
    {
        ledger.SetPrice("acme-1", 3, 15);
        await GetAsync(1);
        ledger.SetPrice("acme-1", 4, 20);
        ledger.Store.Calls.Clear();

        var list = await GetAsync(2);

        Assert.That(ledger.Store.Calls, Is.EqualTo(SharedAndOwnRead));
        Assert.That(list.Find("acme-1", TestLedger.Noon)!.Id, Is.EqualTo(2));
    }

    [Test]
    public async Task Organisations_without_prices_of_their_own_have_the_shared_list()
    {
        ledger.SetPrice("acme-1", 3, 15);
        ledger.SetPrice("acme-2", 4, 20, ledger.OrganisationId);

        var (one, other) = (await lists.GetAsync(Guid.NewGuid(), 1, ledger.Store), await lists.GetAsync(Guid.NewGuid(), 1, ledger.Store));
        var own = await GetAsync(1);

        Assert.That(one, Is.SameAs(other));
        Assert.That(own.Models, Is.EqualTo(new[] { "acme-1", "acme-2" }));
    }

    [Test]
    public async Task A_store_without_prices_has_an_empty_list_that_is_read_once()
    {
        Assert.That((await GetAsync(1)).Models, Is.Empty);
        Assert.That(ledger.Store.Calls, Is.EqualTo(OwnRead));
    }

    private ValueTask<PriceList> GetAsync(long version) => lists.GetAsync(ledger.OrganisationId, version, ledger.Store);
}
