using Entourage.Domain.Pricing;

namespace Entourage.Domain.Tests.Pricing;

internal sealed class PriceListTests
{
    private static readonly Guid Organisation = Guid.CreateVersion7();
    private static readonly DateTimeOffset Noon = TestTime.Now;

    [Test]
    public void The_latest_price_that_has_begun_holds()
    {
        var list = new PriceList([Price(1, "m", from: Noon), Price(2, "m", from: Noon.AddDays(1)), Price(3, "m", ModelPrice.Ever)]);

        Assert.That(list.Find("m", Noon.AddTicks(-1))?.Id, Is.EqualTo(3));
        Assert.That(list.Find("m", Noon)?.Id, Is.EqualTo(1));
        Assert.That(list.Find("m", Noon.AddDays(1).AddTicks(-1))?.Id, Is.EqualTo(1));
        Assert.That(list.Find("m", Noon.AddDays(1))?.Id, Is.EqualTo(2));
        Assert.That(list.History("m").Select(price => price.Id), Is.EqualTo(new[] { 2, 1, 3 }));
    }

    [Test]
    public void Of_two_prices_from_one_instant_on_the_later_one_holds() =>
        Assert.That(new PriceList([Price(1, "m", Noon), Price(2, "m", Noon)]).Find("m", Noon)?.Id, Is.EqualTo(2));

    [Test]
    public void Ones_own_price_goes_before_everybodys_and_that_before_the_built_in_one()
    {
        var list = new PriceList([
            Price(1, "m", ModelPrice.Ever, builtIn: true),
            Price(2, "m", Noon.AddDays(-1)),
            Price(3, "m", Noon, Organisation),
            Price(4, "m", Noon.AddDays(2), builtIn: true),
        ]);

        Assert.That(
            new[] { Noon.AddDays(-2), Noon.AddDays(-1), Noon, Noon.AddDays(3) }.Select(at => list.Find("m", at)?.Id), Is.EqualTo(new[] { 1, 2, 3, 3 }));
    }

    [Test]
    public void Ones_own_price_of_a_model_is_that_of_its_snapshots_too() => Assert.That(
        new PriceList([Price(1, "m-20250514", ModelPrice.Ever, builtIn: true), Price(2, "m", ModelPrice.Ever, Organisation)]).Find("m-20250514", Noon)?.Id,
        Is.EqualTo(2));

    [TestCase("Claude-Opus-5 ", "claude-opus-5")]
    [TestCase("claude-opus-5-20260101", "claude-opus-5-20260101", "claude-opus-5")]
    [TestCase("claude-opus-5@20260101", "claude-opus-5@20260101", "claude-opus-5")]
    [TestCase("claude-opus-5@default", "claude-opus-5@default", "claude-opus-5")]
    [TestCase("gpt-5-2025-08-07", "gpt-5-2025-08-07", "gpt-5")]
    [TestCase("claude-3-5-sonnet-latest", "claude-3-5-sonnet-latest", "claude-3-5-sonnet")]
    [TestCase("openrouter/anthropic/claude-opus-5", "openrouter/anthropic/claude-opus-5", "claude-opus-5")]
    [TestCase("eu.anthropic.claude-opus-5-20260101-v1:0", "eu.anthropic.claude-opus-5-20260101-v1:0", "claude-opus-5-20260101", "claude-opus-5")]
    [TestCase("anthropic.claude-opus-5-v2", "anthropic.claude-opus-5-v2", "claude-opus-5")]
    [TestCase("gpt-4.1", "gpt-4.1")]
    [TestCase("gpt-5.6", "gpt-5.6", "gpt-5.6-sol")]
    [TestCase("gpt-5.6-2026-01-01", "gpt-5.6-2026-01-01", "gpt-5.6", "gpt-5.6-sol")]
    public void A_model_is_looked_for_under_its_names(string model, params string[] names) =>
        Assert.That(PriceCatalogue.NamesOf(model), Is.EqualTo(names));

    private static ModelPrice Price(long id, string model, DateTimeOffset from, Guid? organisation = null, bool builtIn = false) => new()
    {
        Id = id,
        Model = model,
        EffectiveFrom = from,
        OrganisationId = organisation,
        IsBuiltIn = builtIn,
        Rates = new(Money.Zero, Money.Zero, null, null, null),
        RecordedAt = Noon,
    };
}
