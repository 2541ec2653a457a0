using Entourage.Domain.Prices;

namespace Entourage.Domain.Tests.Prices;

internal sealed class PriceListTests
{
    private static readonly Guid Organisation = Guid.CreateVersion7();
    private static readonly DateTimeOffset Noon = TestTime.Now;

    [Test]
    public void The_latest_effective_price_applies()
    {
        var list = new PriceList([Price(1, "m", from: Noon), Price(2, "m", from: Noon.AddDays(1)), Price(3, "m", ModelPrice.Ever)]);

        Assert.That(list.Find("m", Noon.AddTicks(-1))?.Id, Is.EqualTo(3));
        Assert.That(list.Find("m", Noon)?.Id, Is.EqualTo(1));
        Assert.That(list.Find("m", Noon.AddDays(1).AddTicks(-1))?.Id, Is.EqualTo(1));
        Assert.That(list.Find("m", Noon.AddDays(1))?.Id, Is.EqualTo(2));
        Assert.That(list.History("m").Select(price => price.Id), Is.EqualTo(new[] { 2, 1, 3 }));
    }

    [Test]
    public void The_prices_during_an_interval_are_those_that_apply_in_it()
    {
        var list = new PriceList([
            Price(1, "m", ModelPrice.Ever), Price(2, "m", Noon), Price(3, "m", Noon.AddDays(1)), Price(4, "n", Noon), Price(5, "m", ModelPrice.Ever, builtIn: true),
        ]);

        Assert.That(list.During("m", Noon.AddHours(-1), Noon.AddTicks(-1)).Select(price => price.Id), Is.EqualTo(new[] { 1 }));
        Assert.That(list.During("m", Noon.AddHours(-1), Noon).Select(price => price.Id), Is.EquivalentTo(new[] { 1, 2 }));
        Assert.That(list.During("m", Noon, Noon.AddDays(2)).Select(price => price.Id), Is.EquivalentTo(new[] { 2, 3 }));
        Assert.That(list.During("n", Noon.AddHours(-1), Noon.AddHours(1)).Select(price => price.Id), Is.EqualTo(new[] { 4 }));
        Assert.That(list.During("o", Noon, Noon), Is.Empty);
    }

    [Test]
    public void Of_two_prices_with_one_effective_date_the_later_record_applies() =>
        Assert.That(new PriceList([Price(1, "m", Noon), Price(2, "m", Noon)]).Find("m", Noon)?.Id, Is.EqualTo(2));

    [Test]
    public void An_organisations_price_precedes_the_shared_one_and_that_the_built_in_one()
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
    public void An_organisations_price_also_applies_to_snapshots() => Assert.That(
        new PriceList([Price(1, "m-20250514", ModelPrice.Ever, builtIn: true), Price(2, "m", ModelPrice.Ever, Organisation)]).Find("m-20250514", Noon)?.Id,
        Is.EqualTo(2));

    [TestCase("us.anthropic.claude-sonnet-4-5-20250929-v1:0", 3.3, 16.5)]
    [TestCase("arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0", 3.3, 16.5)]
    [TestCase("global.anthropic.claude-sonnet-4-5-20250929-v1:0", 3, 15)]
    [TestCase("claude-sonnet-4-5", 3, 15)]
    public void A_regional_bedrock_id_costs_ten_percent_more_than_the_listed_price(string model, decimal input, decimal output)
    {
        var listed = PriceCatalogue.MissingFrom([], Noon).Where(price => price.Model == "claude-sonnet-4-5");

        var price = new PriceList(listed).Find(model, Noon)!;

        Assert.That((price.Rates.Input, price.Rates.Output), Is.EqualTo((Money.FromUsd(input), Money.FromUsd(output))));
        Assert.That(price.LongContextRates!.Input, Is.EqualTo(Money.FromUsd(input * 2)));
    }

    [Test]
    public void A_custom_price_of_a_regional_bedrock_model_has_no_surcharge() => Assert.That(
        new PriceList([Price(1, "claude-sonnet-4-5", ModelPrice.Ever, Organisation, input: 3)])
            .Find("us.anthropic.claude-sonnet-4-5-20250929-v1:0", Noon)!.Rates.Input,
        Is.EqualTo(Money.FromUsd(3)));

    private static ModelPrice Price(long id, string model, DateTimeOffset from, Guid? organisation = null, bool builtIn = false, decimal input = 0) => new()
    {
        Id = id,
        Model = model,
        EffectiveFrom = from,
        OrganisationId = organisation,
        IsBuiltIn = builtIn,
        Rates = new(Money.FromUsd(input), Money.Zero, null, null, null),
        RecordedAt = Noon,
    };

    [Test]
    public void Shared_prices_follow_those_of_the_organisation()
    {
        var shared = new PriceList([Price(1, "m", ModelPrice.Ever), Price(2, "n", ModelPrice.Ever), Price(3, "m", Noon, builtIn: true)]);
        var list = new PriceList([Price(4, "m", Noon, Organisation), Price(5, "a", Noon, Organisation)], shared);
        Assert.Multiple(() =>
        {
            Assert.That(list.History("m").Select(price => price.Id), Is.EqualTo(new[] { 4, 1, 3 }));
            Assert.That(list.Find("n", Noon)?.Id, Is.EqualTo(2));
            Assert.That(list.Models, Is.EqualTo(new[] { "a", "m", "n" }));
            Assert.That(shared.Models, Is.EqualTo(new[] { "m", "n" }));
        });
    }

    [Test]
    public void A_list_finds_prices_beyond_the_number_of_names_that_it_caches()
    {
        var list = new PriceList([Price(1, "m", ModelPrice.Ever)]);
        Assert.That(Enumerable.Range(0, 1_100).Select(i => list.Find($"unknown-{i}", Noon)), Is.All.Null);
        Assert.That((list.Find("m", Noon)?.Id, list.Find("m", Noon)?.Id), Is.EqualTo(((long?)1, (long?)1)));
        var history = list.History("unknown-1");
        Assert.That(list.History("unknown-1"), Is.SameAs(history));
    }

    [Test]
    public void The_surcharge_applies_to_built_in_prices_only() => Assert.That(
        new PriceList([Price(1, "claude-sonnet-4-5", ModelPrice.Ever, input: 3)]).Find("us.anthropic.claude-sonnet-4-5-20250929-v1:0", Noon)!.Rates.Input,
        Is.EqualTo(Money.FromUsd(3)));
}
