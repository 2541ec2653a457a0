using System.Globalization;
using Entourage.Domain.Prices;

namespace Entourage.Domain.Tests.Prices;

/// <summary>
/// Costs computed by hand from the published rates, which the comments list (USD per million tokens): input, output, cache read, cache
/// write, one-hour cache write.
/// </summary>
internal sealed class CatalogueCostTests
{
    private static readonly PriceList Prices = new(PriceCatalogue.MissingFrom([], TestTime.Now));

    // 3, 15, 0.3, 3.75, 6; beyond 200,000: 6, 22.5, 0.6, 7.5, 12
    [TestCase("claude-sonnet-4-20250514", "2026-01-15", 2_500, 800, 0, 0, 0, "0.0195")]
    [TestCase("claude-sonnet-4", "2026-01-15", 1, 0, 0, 0, 0, "0.000003")]
    [TestCase("claude-sonnet-4", "2026-01-15", 0, 0, 1, 0, 0, "0.0000003")]
    [TestCase("claude-sonnet-4-0", "2026-01-15", 1_000, 500, 20_000, 4_000, 0, "0.0315")]
    [TestCase("claude-sonnet-4", "2026-01-15", 1_000, 500, 20_000, 4_000, 4_000, "0.0405")]
    [TestCase("claude-sonnet-4", "2026-01-15", 1_000, 500, 20_000, 4_000, 1_000, "0.03375")]
    [TestCase("claude-sonnet-4", "2026-01-15", 200_000, 1_000, 0, 0, 0, "0.615")]
    [TestCase("claude-sonnet-4", "2026-01-15", 200_001, 1_000, 0, 0, 0, "1.222506")]
    [TestCase("claude-sonnet-4", "2026-01-15", 1_000, 0, 199_001, 0, 0, "0.1254006")]

    // The same, until the surcharge for long prompts was lifted.
    [TestCase("claude-sonnet-4-6", "2026-03-12", 300_000, 10_000, 0, 0, 0, "2.025")]
    [TestCase("claude-sonnet-4-6", "2026-03-13", 300_000, 10_000, 0, 0, 0, "1.05")]

    // 15, 75, 1.5, 18.75, 30
    [TestCase("claude-opus-4-1-20250805", "2026-01-15", 10_000, 2_000, 50_000, 8_000, 0, "0.525")]

    // 5, 25, 0.5, 6.25, 10
    [TestCase("claude-opus-5", "2026-11-20", 12_345, 6_789, 0, 0, 0, "0.23145")]
    [TestCase("anthropic/claude-opus-5", "2026-11-20", 7, 3, 11, 13, 5, "0.0002155")]
    [TestCase("us.anthropic.claude-opus-5-20260101-v1:0", "2026-11-20", 100, 100, 0, 0, 0, "0.0033")]

    // 2, 10, cache read 0.2 and from 2026-10-07 0.1
    [TestCase("claude-sonnet-5-5", "2026-10-06", 0, 0, 1_000_000, 0, 0, "0.2")]
    [TestCase("claude-sonnet-5-5", "2026-10-07", 0, 0, 1_000_000, 0, 0, "0.1")]

    // 0.1, 0.5, 0.01, 0.125, 0.2; beyond 100,000: 0.5, 2.5, 0.05, 0.625, 1
    [TestCase("claude-haiku-5-5", "2026-11-20", 1, 1, 1, 1, 0, "0.000000735")]
    [TestCase("claude-haiku-5-5", "2026-11-20", 50_000, 1_000, 50_000, 0, 0, "0.006")]
    [TestCase("claude-haiku-5-5", "2026-11-20", 50_000, 1_000, 50_001, 0, 0, "0.03000005")]

    // 1, 5, 0.1, 1.25, 2
    [TestCase("claude-haiku-4-5-20251001", "2026-11-20", 999, 999, 999, 999, 0, "0.00734265")]

    // 5, 30, 0.5, 6.25; from 2026-08-21 4, 20, 0.4, 5; from 2026-11-22 as before
    [TestCase("gpt-5.6-sol", "2026-08-20", 1_000, 1_000, 0, 0, 0, "0.035")]
    [TestCase("gpt-5.6", "2026-08-21", 1_000, 1_000, 0, 0, 0, "0.024")]
    [TestCase("gpt-5.6-sol", "2026-11-22", 1_000, 1_000, 1_000, 1_000, 0, "0.04175")]

    // 10, 50, 1, 12.5; beyond 272,000: 20, 75, 2, 25
    [TestCase("openai/gpt-6-astra", "2026-11-20", 272_000, 100, 0, 0, 0, "2.725")]
    [TestCase("gpt-6-astra", "2026-11-20", 272_000, 100, 0, 1, 0, "5.447525")]

    // 1.25, 10, 0.125
    [TestCase("gpt-5-2025-08-07", "2026-11-20", 1, 1, 1, 0, 0, "0.000011375")]

    // 0.2, 1.25, 0.02
    [TestCase("gpt-5.4-nano", "2026-11-20", 3, 7, 11, 0, 0, "0.00000957")]

    // 2.5, 10, 1.25; the first snapshot 5, 15
    [TestCase("gpt-4o-2024-08-06", "2026-11-20", 4_000, 1_000, 6_000, 0, 0, "0.0275")]
    [TestCase("gpt-4o-2024-05-13", "2026-11-20", 4_000, 1_000, 0, 0, 0, "0.035")]

    // 0.15, 0.6, 0.075
    [TestCase("gpt-4o-mini", "2026-11-20", 1, 1, 1, 0, 0, "0.000000825")]

    // 10, 40, 2.5; from 2025-06-10 2, 8, 0.5
    [TestCase("o3", "2025-06-09", 1_000, 1_000, 1_000, 0, 0, "0.0525")]
    [TestCase("o3", "2025-06-10", 1_000, 1_000, 1_000, 0, 0, "0.0105")]

    // 1.25, 10, 0.125; beyond 200,000: 2.5, 15, 0.25
    [TestCase("models/gemini-2.5-pro", "2026-11-20", 200_000, 1, 0, 0, 0, "0.25001")]
    [TestCase("gemini-2.5-pro", "2026-11-20", 100_000, 1, 100_001, 0, 0, "0.27501525")]

    // 2, 10, 0.1; from 2026-12-01 4, 20, 0.2
    [TestCase("gemini-4-argon", "2026-11-30", 1_000_000, 100_000, 0, 0, 0, "3")]
    [TestCase("gemini-4-argon", "2026-12-01", 1_000_000, 100_000, 0, 0, 0, "6")]
    public void A_cost_is_exact_to_the_last_nano_dollar(
        string model, string day, long input, long output, long cacheRead, long cacheWrite, long longCacheWrite, string usd) =>
        Assert.That(
            CostOf(model, day, new(new(input, output, cacheRead, cacheWrite), longCacheWrite)).Total,
            Is.EqualTo(Money.FromUsd(decimal.Parse(usd, CultureInfo.InvariantCulture))));

    // Half of 5 and 25, and of 0.15 and 0.6.
    [TestCase("claude-opus-5", 1_000, 1_000, "0.015")]
    [TestCase("gpt-4o-mini", 1, 1, "0.000000375")]
    public void The_batch_discount_is_subtracted(string model, long input, long output, string usd) =>
        Assert.That(
            CostOf(model, "2026-11-20", new(new(input, output), IsBatch: true)).Total,
            Is.EqualTo(Money.FromUsd(decimal.Parse(usd, CultureInfo.InvariantCulture))));

    // 0.3, 2.5 and no rate for cache writes; 10, 50 and no rate for one-hour cache writes
    [TestCase("gemini-2.5-flash", 1_000, 0, "0.0031", TestName = "{m}(no rate for cache writes)")]
    [TestCase("gpt-6-astra", 1_000, 1_000, "0.07", TestName = "{m}(no rate for one-hour cache writes)")]
    public void Tokens_without_a_listed_rate_cost_the_input_rate_and_are_estimated(string model, long cacheWrite, long longCacheWrite, string usd)
    {
        var parts = CostOf(model, "2026-11-20", new(new(1_000, 1_000, 0, cacheWrite), longCacheWrite));

        Assert.That((parts.Total, parts.IsEstimated), Is.EqualTo((Money.FromUsd(decimal.Parse(usd, CultureInfo.InvariantCulture)), true)));
    }

    [TestCase("unknown-model")]
    [TestCase("claude-sonnet-99")]
    [TestCase("claude")]
    public void A_model_that_is_not_listed_has_no_price(string model) => Assert.That(Prices.Find(model, TestTime.Now), Is.Null);

    private static CostParts CostOf(string model, string day, BilledTokens tokens) =>
        Prices.Find(model, new(DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture), TimeOnly.MinValue, TimeSpan.Zero))!.CostOf(tokens);
}
