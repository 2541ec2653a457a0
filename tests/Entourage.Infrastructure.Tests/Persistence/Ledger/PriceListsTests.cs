using System.Reflection;
using Entourage.Domain.Pricing;
using Entourage.Infrastructure.Persistence.Ledger;

namespace Entourage.Infrastructure.Tests.Persistence.Ledger;

/// <summary>Prices are read once for each organisation at work, and kept for so many of these and no more.</summary>
internal sealed class PriceListsTests
{
    [Test]
    public async Task Prices_are_kept_for_the_organisations_that_were_at_work_last()
    {
        var store = DispatchProxy.Create<ILedgerWrites, PricesAlone>();
        var counter = (PricesAlone)(object)store;
        var lists = new PriceLists();
        var organisations = Enumerable.Range(0, 3 * PriceLists.Remembered).Select(_ => Guid.CreateVersion7()).ToArray();
        foreach (var organisation in organisations)
        {
            _ = await lists.GetAsync(organisation, 1, store);
            _ = await lists.GetAsync(organisation, 1, store);
        }

        Assert.That(counter.Reads, Is.EqualTo(organisations.Length), "each is read once");
        _ = await lists.GetAsync(organisations[^1], 1, store);
        Assert.That(counter.Reads, Is.EqualTo(organisations.Length), "the last is kept");
        _ = await lists.GetAsync(organisations[0], 1, store);
        Assert.That(counter.Reads, Is.EqualTo(organisations.Length + 1), "the first is not");
        _ = await lists.GetAsync(organisations[^1], 2, store);
        Assert.That(counter.Reads, Is.EqualTo(organisations.Length + 2), "of another version it is read anew");
    }

    /// <summary>A transaction that is asked for prices, and for nothing else.</summary>
#pragma warning disable CA1852 // The proxy is of a type below it.
    internal class PricesAlone : DispatchProxy
#pragma warning restore CA1852
    {
        public int Reads { get; private set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            Assert.That(targetMethod?.Name, Is.EqualTo(nameof(ILedgerWrites.FindPricesAsync)));
            Reads++;
            return Task.FromResult<IReadOnlyList<ModelPrice>>([]);
        }
    }
}
