using Entourage.Domain;
using Entourage.Infrastructure.Tests.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Tests;

internal sealed class PriceOptionsTests
{
    private const string Input = "Prices:AssumedInputUsdPerMtok";
    private const string Output = "Prices:AssumedOutputUsdPerMtok";

    [Test]
    public void Default_assumed_rates_are_5_and_25_with_one_rate_for_all_input()
    {
        var rates = new PriceOptions().ToRates();

        Assert.That((rates.Input, rates.Output), Is.EqualTo((Money.FromUsd(5), Money.FromUsd(25))));
        Assert.That(new[] { rates.CacheRead, rates.CacheWrite, rates.LongCacheWrite }, Is.All.EqualTo(Money.FromUsd(5)));
    }

    [Test]
    public void Fraction_of_a_nano_dollar_is_rounded_up() =>
        Assert.That(new PriceOptions { AssumedInputUsdPerMtok = 0.0000000011m }.ToRates().Input, Is.EqualTo(new Money(2)));

    [TestCase(Input, "0")]
    [TestCase(Input, "-1")]
    [TestCase(Output, "0.0000000001")]
    [TestCase(Output, "1000001")]
    [TestCase(Output, "dear")]
    public async Task Invalid_rates_are_refused_by_name(string name, string value)
    {
        await using var services = Contexts.RegisteredForSqlite("Data Source=:memory:", (name, value));

        Assert.That(
            () => services.GetRequiredService<IOptions<PriceOptions>>().Value,
            Throws.Exception.With.Property(nameof(Exception.Message)).Contains(name.Split(':')[1]));
    }
}
