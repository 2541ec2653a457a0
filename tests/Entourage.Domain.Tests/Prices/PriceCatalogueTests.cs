using Entourage.Domain.Prices;

namespace Entourage.Domain.Tests.Prices;

internal sealed class PriceCatalogueTests
{
    private static readonly IReadOnlyList<ModelPrice> All = PriceCatalogue.MissingFrom([], TestTime.Now);

    [Test]
    public void The_catalogue_lists_the_models_of_three_providers_with_sources()
    {
        Assert.That(All.Select(price => price.Model).Distinct().Count(), Is.GreaterThanOrEqualTo(80));
        Assert.That(All, Has.All.Matches<ModelPrice>(price => price is { IsBuiltIn: true, Edition: 0, OrganisationId: null, Source.Length: > 0 and <= ModelPrice.SourceLength }));
        Assert.That(All.Select(price => (price.Model, price.EffectiveFrom)), Is.Unique);
        Assert.That(All.Select(price => price.Model), Is.EqualTo(All.Select(price => ModelName.Normalise(price.Model))));
    }

    [Test]
    public void All_rates_are_plausible() => Assert.That(All, Has.All.Matches<ModelPrice>(price =>
        RatesOf(price!).All(rates =>
            rates.Input > Money.Zero
            && rates.Output >= rates.Input
            && (rates.CacheRead ?? Money.Zero) <= rates.Input
            && (rates.CacheWrite ?? rates.Input) >= rates.Input
            && (rates.LongCacheWrite ?? rates.CacheWrite ?? rates.Input) >= (rates.CacheWrite ?? rates.Input))));

    [Test]
    public void A_stored_price_is_not_missing() => Assert.That(PriceCatalogue.MissingFrom(All, TestTime.Now.AddYears(1)), Is.Empty);

    [Test]
    public void A_corrected_price_is_a_further_edition()
    {
        var right = All[5];
        var wrong = new ModelPrice
        {
            Model = right.Model,
            EffectiveFrom = right.EffectiveFrom,
            Rates = right.Rates with { Input = new(1) },
            RecordedAt = right.RecordedAt,
        };

        var missing = PriceCatalogue.MissingFrom([.. All.Where(price => price != right), wrong], TestTime.Now).Single();

        Assert.That((missing.Model, missing.Edition, missing.HasSameContentAs(right)), Is.EqualTo((right.Model, 1, true)));
    }

    [TestCase("claude-sonnet-4", "claude-sonnet-4")]
    [TestCase("claude-sonnet-4-20250514", "claude-sonnet-4")]
    [TestCase(" Anthropic/Claude-Sonnet-4 ", "claude-sonnet-4")]
    [TestCase("us.anthropic.claude-sonnet-4-20250514-v1:0", "claude-sonnet-4")]
    [TestCase("gpt-5.6", "gpt-5.6-sol")]
    [TestCase("openai/gpt-4o-2024-08-06", "gpt-4o")]
    [TestCase("gpt-4o-2024-05-13", "gpt-4o-2024-05-13")] // has its own price
    [TestCase("acme/house-1-20260101", "house-1")]
    [TestCase("house-1", "house-1")]
    public void A_model_has_one_canonical_name(string name, string model) => Assert.That(PriceCatalogue.ModelOf(name), Is.EqualTo(model));

    [TestCase("claude-opus-5-fast", 10, 50)]
    [TestCase("claude-opus-4-7-fast", 30, 150)]
    [TestCase("gpt-5.5-fast", 12.5, 75)]
    [TestCase("gpt-6.1-terra-flex", 0.5, 2.5)]
    [TestCase("gemini-2.5-pro-flex", 0.625, 5)]
    public void A_service_tier_is_listed_like_a_model_of_its_own(string name, decimal input, decimal output)
    {
        var prices = All.Where(price => price.Model == name).ToArray();

        Assert.That(prices.Select(price => (price.Rates.Input, price.Rates.Output)), Is.Not.Empty.And.All.EqualTo((Some.Usd(input), Some.Usd(output))));
    }

    [Test]
    public void A_service_tier_changes_its_price_with_its_model_and_has_long_rates_too()
    {
        var fast = All.Where(price => price.Model == "gpt-5.6-sol-fast").OrderBy(price => price.EffectiveFrom).ToArray();

        Assert.That(fast.Select(price => price.Rates.Input), Is.EqualTo(new[] { Some.Usd(10), Some.Usd(8), Some.Usd(10) }));
        Assert.That(fast.Select(price => price.LongContextRates!.Output), Is.EqualTo(new[] { Some.Usd(90), Some.Usd(60), Some.Usd(90) }));
    }

    [TestCase("anthropic-web-search", 0.01)]
    [TestCase("openai-web-search", 0.01)]
    [TestCase("google-web-search", 0.014)]
    [TestCase("google-web-search-2", 0.035)]
    public void A_search_of_the_web_costs_one_input_token_of_a_model_of_its_own(string name, decimal usd) =>
        Assert.That(All.Single(price => price.Model == name).CostOf(new(new(1, 0))).Total, Is.EqualTo(Some.Usd(usd)));

    private static TokenRates[] RatesOf(ModelPrice price) => price.LongContextRates is { } ofLong ? [price.Rates, ofLong] : [price.Rates];

    [Test]
    public void A_missing_price_is_compared_with_the_latest_edition()
    {
        var right = All[5];
        ModelPrice[] stored = [.. All.Where(price => price != right), Stored(right, edition: 0, new(1)), Stored(right, edition: 1, right.Rates.Input)];
        Assert.That(PriceCatalogue.MissingFrom(stored, TestTime.Now), Is.Empty);
        ModelPrice[] changed = [.. All.Where(price => price != right), Stored(right, edition: 0, right.Rates.Input), Stored(right, edition: 1, new(1))];
        Assert.That(PriceCatalogue.MissingFrom(changed, TestTime.Now).Single().Edition, Is.EqualTo(2));
    }

    [Test]
    public void A_listed_price_is_recorded_now_with_its_source_and_note()
    {
        Assert.That(All.Select(price => price.RecordedAt), Is.All.EqualTo(TestTime.Now));
        Assert.That(All.Where(price => price.EffectiveFrom == ModelPrice.Ever), Is.Not.Empty);
        Assert.That(All.Where(price => price.EffectiveFrom != ModelPrice.Ever).Select(price => price.EffectiveFrom.TimeOfDay), Is.All.EqualTo(TimeSpan.Zero));
        Assert.That(All.Select(price => price.Source), Has.Some.EndsWith("(cache read cut from 0.20; other rates unchanged)").And.None.EndsWith("()"));
        Assert.That(All.Where(price => price.LongContextRates is null), Has.All.Matches<ModelPrice>(price => price!.LongContextAbove is null));
        Assert.That(All.Where(price => price.LongContextRates is not null), Is.Not.Empty.And.All.Matches<ModelPrice>(price => price!.LongContextAbove > 0));
    }

    private static ModelPrice Stored(ModelPrice price, int edition, Money input) => new()
    {
        Model = price.Model,
        EffectiveFrom = price.EffectiveFrom,
        Edition = edition,
        Rates = price.Rates with { Input = input },
        LongContextAbove = price.LongContextAbove,
        LongContextRates = price.LongContextRates,
        BatchDiscountPercent = price.BatchDiscountPercent,
        RecordedAt = price.RecordedAt,
    };
}
