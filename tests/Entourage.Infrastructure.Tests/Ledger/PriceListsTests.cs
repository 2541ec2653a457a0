using System.Reflection;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Prices;

namespace Entourage.Infrastructure.Tests.Ledger;

/// <summary>Price lists are cached for the most recently used organisations, and the shared list is cached once.</summary>
internal sealed class PriceListsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    private readonly PriceLists lists = new();
    private StoredPrices stored = null!;
    private ILedgerStore store = null!;

    [SetUp]
    public void CreateStore()
    {
        store = DispatchProxy.Create<ILedgerStore, StoredPrices>();
        stored = (StoredPrices)(object)store;
    }

    [Test]
    public async Task Own_prices_are_cached_for_the_most_recently_used_organisations()
    {
        var organisations = Enumerable.Range(0, 3 * PriceLists.Capacity).Select(_ => Guid.CreateVersion7()).ToArray();
        foreach (var organisation in organisations)
        {
            _ = await lists.GetAsync(organisation, 1, store);
            _ = await lists.GetAsync(organisation, 1, store);
        }

        Assert.That(stored.OwnReads, Is.EqualTo(organisations.Length), "each is read once");
        _ = await lists.GetAsync(organisations[^1], 1, store);
        Assert.That(stored.OwnReads, Is.EqualTo(organisations.Length), "the last is cached");
        _ = await lists.GetAsync(organisations[0], 1, store);
        Assert.That(stored.OwnReads, Is.EqualTo(organisations.Length + 1), "the first is not");
        _ = await lists.GetAsync(organisations[^1], 2, store);
        Assert.That(stored.OwnReads, Is.EqualTo(organisations.Length + 2), "another version is read again");
    }

    [Test]
    public async Task Shared_prices_are_read_once_for_all_organisations_until_one_changes()
    {
        var (first, second) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        stored.Add(Price(1, organisation: null, usd: 1));
        stored.Add(Price(2, second, usd: 2));

        var ofFirst = await lists.GetAsync(first, 1, store);
        var ofSecond = await lists.GetAsync(second, 1, store);

        Assert.That((ofFirst.Find("m", Now)!.Id, ofSecond.Find("m", Now)!.Id), Is.EqualTo((1L, 2L)));
        Assert.That(ofSecond.History("m").Select(price => price.Id), Is.EqualTo(new[] { 2, 1 }));
        Assert.That(stored.SharedReads, Is.EqualTo(1));
        Assert.That(await lists.GetAsync(Guid.CreateVersion7(), 1, store), Is.SameAs(ofFirst), "an organisation without prices of its own uses the shared list");

        stored.Add(Price(3, organisation: null, usd: 3));

        Assert.That((await lists.GetAsync(first, 2, store)).Find("m", Now)!.Id, Is.EqualTo(3));
        Assert.That((await lists.GetAsync(second, 2, store)).History("m").Select(price => price.Id), Is.EqualTo(new[] { 2, 3, 1 }));
        Assert.That(stored.SharedReads, Is.EqualTo(2));
    }

    private static ModelPrice Price(long id, Guid? organisation, decimal usd) => new()
    {
        Id = id,
        OrganisationId = organisation,
        Model = "m",
        EffectiveFrom = ModelPrice.Ever,
        Rates = new(Money.FromUsd(usd), Money.FromUsd(usd), null, null, null),
        RecordedAt = Now,
    };

    /// <summary>A transaction that only supports reading prices.</summary>
#pragma warning disable CA1852 // The generated proxy derives from it.
    internal class StoredPrices : DispatchProxy
#pragma warning restore CA1852
    {
        private readonly List<ModelPrice> prices = [];

        public int OwnReads { get; private set; }

        public int SharedReads { get; private set; }

        public void Add(ModelPrice price) => prices.Add(price);

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod?.Name == nameof(ILedgerStore.FindNewestSharedPriceAsync))
            {
                return Task.FromResult(prices.Where(price => price.OrganisationId is null).Max(price => (long?)price.Id));
            }

            Assert.That(targetMethod?.Name, Is.EqualTo(nameof(ILedgerStore.FindPricesAsync)));
            var organisation = (Guid?)args![0];
            (OwnReads, SharedReads) = organisation is null ? (OwnReads, SharedReads + 1) : (OwnReads + 1, SharedReads);
            return Task.FromResult<IReadOnlyList<ModelPrice>>([.. prices.Where(price => price.OrganisationId == organisation)]);
        }
    }
}
