using Entourage.Domain.Prices;

namespace Entourage.Domain.Tests.Prices;

internal sealed class ModelPriceTests
{
    private const long Above = 1_000;

    private static readonly TokenRates Rates = new(Some.Usd(1), Some.Usd(2), Some.Usd(0.1m), Some.Usd(1.25m), Some.Usd(2));
    private static readonly TokenRates LongRates = new(Some.Usd(2), Some.Usd(4), Some.Usd(0.2m), Some.Usd(2.5m), Some.Usd(4));

    [TestCase(1_000, 0, 0, false, "0.001")]
    [TestCase(1_001, 0, 0, false, "0.002002")]
    [TestCase(1_000, 1, 0, false, "0.0020002")]
    [TestCase(1_000, 0, 1, false, "0.0020025")]
    [TestCase(1_001, 0, 0, true, "0.001001")]
    public void Long_context_rates_apply_to_a_prompt_of_all_classes_but_not_to_sums(long input, long read, long write, bool isSum, decimal usd) =>
        Assert.That(Price().CostOf(new(new(input, 0, read, write), IsSum: isSum)).Total, Is.EqualTo(Some.Usd(usd)));

    [TestCase(50, true, "0.0005", false)]
    [TestCase(0, true, "0.001", false)]
    [TestCase(null, true, "0.001", true)]
    [TestCase(50, false, "0.001", false)]
    [TestCase(null, false, "0.001", false)]
    public void An_unlisted_batch_discount_makes_the_cost_an_estimate(int? discount, bool isBatch, decimal usd, bool isEstimated)
    {
        var parts = Price(discount).CostOf(new(new(1_000, 0), IsBatch: isBatch));
        Assert.That((parts.Total, parts.IsEstimated), Is.EqualTo((Some.Usd(usd), isEstimated)));
    }

    [Test]
    public void A_price_with_the_bedrock_surcharge_differs_only_in_rates_and_source()
    {
        var price = Price(50);
        var surcharged = price.WithBedrockRegionSurcharge();
        Assert.Multiple(() =>
        {
            Assert.That(
                (surcharged.Id, surcharged.OrganisationId, surcharged.IsBuiltIn, surcharged.Edition, surcharged.Model, surcharged.IsApplied),
                Is.EqualTo((price.Id, price.OrganisationId, true, 3, "m", true)));
            Assert.That(
                (surcharged.EffectiveFrom, surcharged.RecordedAt, surcharged.LongContextAbove, surcharged.BatchDiscountPercent),
                Is.EqualTo((price.EffectiveFrom, price.RecordedAt, (long?)Above, (int?)50)));
            Assert.That(surcharged.Rates, Is.EqualTo(Rates.Raise(10)));
            Assert.That(surcharged.LongContextRates, Is.EqualTo(LongRates.Raise(10)));
            Assert.That(surcharged.Source, Is.EqualTo("list; 10 % more at a regional Bedrock endpoint"));
        });
    }

    [Test]
    public void Raised_rates_are_rounded_up_and_unlisted_ones_stay_unlisted()
    {
        Assert.That(new TokenRates(new(1), new(10), null, null, null).Raise(10), Is.EqualTo(new TokenRates(new(2), new(11), null, null, null)));
        Assert.That(
            new TokenRates(new(0), new(100), new(1_000), new(2_001), new(91)).Raise(10),
            Is.EqualTo(new TokenRates(new(0), new(110), new(1_100), new(2_202), new(101))));
        Assert.That(new TokenRates(new(long.MaxValue / 2), default, null, null, null).Raise(0).Input.NanoUsd, Is.EqualTo(long.MaxValue / 2));
    }

    [Test]
    public void Prices_with_equal_rates_and_discounts_have_the_same_content()
    {
        var price = Price(50);
        Assert.Multiple(() =>
        {
            Assert.That(price.HasSameContentAs(Price(50)), Is.True);
            Assert.That(price.HasSameContentAs(Price(49)), Is.False);
            Assert.That(price.HasSameContentAs(Price(50, rates: LongRates)), Is.False);
            Assert.That(price.HasSameContentAs(Price(50, above: Above + 1)), Is.False);
            Assert.That(price.HasSameContentAs(Price(50, longRates: Rates)), Is.False);
        });
    }

    [Test]
    public void The_bound_of_a_prompt_takes_the_higher_of_both_rates()
    {
        Assert.That(Price().BoundOf(new(Above, 0, 0)), Is.EqualTo(Some.Usd(0.001m)));
        Assert.That(Price().BoundOf(new(Above + 1, 0, 0)), Is.EqualTo(Some.Usd(0.002002m)));
        Assert.That(Price(rates: LongRates, longRates: Rates).BoundOf(new(Above + 1, 0, 0)), Is.EqualTo(Some.Usd(0.002002m)));
    }

    [Test]
    public void The_bound_of_cache_tokens_takes_the_highest_rate_that_can_apply()
    {
        var rates = new TokenRates(Some.Usd(1), default, Some.Usd(3), Some.Usd(2), Some.Usd(1));
        Assert.That(rates.BoundOf(new(1_000_000, 0, 0)), Is.EqualTo(Some.Usd(3)));
        Assert.That(rates.BoundOf(new(0, 0, 1_000_000, 0)), Is.EqualTo(Some.Usd(3)), "a write may be a read");
        Assert.That((rates with { CacheRead = null }).BoundOf(new(0, 0, 1_000_000, 1_000_000)), Is.EqualTo(Some.Usd(2)), "a long write may be a short one");
        Assert.That((rates with { CacheRead = null }).BoundOf(new(0, 0, 1_000_000, 2_000_000)), Is.EqualTo(Some.Usd(2)), "no more long writes than writes");
        Assert.That(new TokenBound(1, 2, 3).Prompt, Is.EqualTo(4));
        Assert.That(new TokenBound(1, 2).Prompt, Is.EqualTo(1));
    }

    [Test]
    public void A_cost_is_estimated_exactly_if_a_needed_rate_is_missing()
    {
        var rates = new TokenRates(Some.Usd(1), Some.Usd(1), null, null, null);
        Assert.Multiple(() =>
        {
            Assert.That(rates.CostOf(new(new(1, 1)), 0).IsEstimated, Is.False);
            Assert.That(rates.CostOf(new(new(1, 1, 1)), 0).IsEstimated, Is.True);
            Assert.That(rates.CostOf(new(new(1, 1, 0, 1)), 0).IsEstimated, Is.True);
            Assert.That((rates with { CacheWrite = Some.Usd(1) }).CostOf(new(new(1, 1, 0, 1), 1), 0).IsEstimated, Is.True);
            Assert.That((rates with { LongCacheWrite = Some.Usd(1) }).CostOf(new(new(1, 1, 0, 1), 1), 0).IsEstimated, Is.False);
        });
    }

    private static ModelPrice Price(int? discount = null, TokenRates? rates = null, TokenRates? longRates = null, long above = Above) => new()
    {
        Id = 7,
        OrganisationId = new Guid("01912345-6789-7abc-8def-0123456789ab"),
        IsBuiltIn = true,
        Edition = 3,
        Model = "m",
        EffectiveFrom = ModelPrice.Ever,
        Rates = rates ?? Rates,
        LongContextAbove = above,
        LongContextRates = longRates ?? LongRates,
        BatchDiscountPercent = discount,
        Source = "list",
        RecordedAt = TestTime.Now,
        IsApplied = true,
    };
}
