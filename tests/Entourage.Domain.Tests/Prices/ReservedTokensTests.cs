using CsCheck;
using Entourage.Domain.Prices;

namespace Entourage.Domain.Tests.Prices;

/// <summary>A reservation by tokens is an upper bound: no usage within the tokens that it names costs more.</summary>
internal sealed class ReservedTokensTests
{
    private const long Threshold = 1_000;

    private static readonly Gen<Money> Rate = Gen.OneOf(Gen.Long[0, 3], Gen.Long[0, Money.LargestInput.NanoUsd]).Select(nanos => new Money(nanos));
    private static readonly Gen<Money?> MaybeRate = Gen.Select(Gen.Bool, Rate, (isListed, rate) => isListed ? rate : (Money?)null);
    private static readonly Gen<TokenRates> Rates =
        Gen.Select(Rate, Rate, MaybeRate, MaybeRate, MaybeRate, (input, output, read, write, longWrite) => new TokenRates(input, output, read, write, longWrite));

    private static readonly Gen<ModelPrice> Price =
        from rates in Rates
        from longContext in Rates
        from isTiered in Gen.Bool
        from discount in Gen.Int[-1, 100]
        from isRegional in Gen.Bool
        let price = Of(rates, isTiered ? longContext : null, discount < 0 ? null : discount)
        select isRegional ? price.WithBedrockRegionSurcharge() : price;

    private static readonly Gen<long> Count = Gen.OneOf(Gen.Long[0, 2 * Threshold], Gen.Long[0, TokenCounts.LargestInput]);

    // The forms of a bound, and a usage within it.
    private static readonly Gen<(TokenBound Bound, BilledTokens Used)> Calls =
        from input in Count
        from output in Count
        from write in Count
        from longWrite in Gen.Long[0, write]
        from form in Gen.Int[0, 2]
        let bound = form switch
        {
            0 => new TokenBound(input, output),
            1 => new TokenBound(input, output, write),
            _ => new TokenBound(input, output, write, longWrite),
        }
        from usedOutput in Gen.Long[0, output]
        from usedWrites in Gen.Long[0, bound.CacheWrite ?? bound.Prompt]
        from usedLongWrites in Gen.Long[0, Math.Min(usedWrites, bound.LongCacheWrite ?? usedWrites)]
        from unwritten in Gen.Long[0, bound.Prompt - usedWrites]
        from read in Gen.Long[0, unwritten]
        from isBatch in Gen.Bool
        select (bound, new BilledTokens(new(unwritten - read, usedOutput, read, usedWrites), usedLongWrites, isBatch));

    [Test]
    public void No_split_of_the_reserved_tokens_costs_more_than_was_reserved() =>
        Gen.Select(Price, Calls).Sample((price, call) => price.CostOf(call.Used).Total <= price.BoundOf(call.Bound), iter: 5_000);

    [Test]
    public void The_bound_is_the_cost_of_the_most_expensive_split() =>
        Gen.Select(Rates, Count, Count).Sample((rates, input, output) =>
        {
            var price = Of(rates, null, null);
            BilledTokens[] splits = [new(new(input, output)), new(new(0, output, input)), new(new(0, output, 0, input)), new(new(0, output, 0, input), input)];
            return price.BoundOf(new(input, output)) == splits.Max(split => price.CostOf(split).Total);
        });

    // 5 for input, 0.5 for reads, 6.25 for writes and 10 for writes of an hour; 25 for output
    [TestCase(null, null, "0.2")]
    [TestCase(0L, null, "0.15")]
    [TestCase(10_000L, null, "0.25")]
    [TestCase(10_000L, 0L, "0.2125")]
    [TestCase(10_000L, 4_000L, "0.2275")]
    public void Stated_cache_writes_lower_the_bound(long? write, long? longWrite, string usd)
    {
        var price = Of(new(Some.Usd(5), Some.Usd(25), Some.Usd(0.5m), Some.Usd(6.25m), Some.Usd(10)), null, null);

        Assert.That(
            price.BoundOf(new(10_000, 4_000, write, longWrite)),
            Is.EqualTo(Money.FromUsd(decimal.Parse(usd, System.Globalization.CultureInfo.InvariantCulture))));
    }

    [Test]
    public void A_long_prompt_is_reserved_at_the_long_context_rates()
    {
        var price = Of(new(Some.Usd(1), Some.Usd(1), null, null, null), new(Some.Usd(2), Some.Usd(2), null, null, null), null);

        Assert.That(price.BoundOf(new(Threshold, 0)), Is.EqualTo(Some.Usd(0.001m)));
        Assert.That(price.BoundOf(new(Threshold + 1, 0)), Is.EqualTo(Some.Usd(0.002002m)));
        Assert.That(price.BoundOf(new(Threshold, 0, 1)), Is.EqualTo(Some.Usd(0.002002m)), "cache writes are part of the prompt");
    }

    private static ModelPrice Of(TokenRates rates, TokenRates? longContext, int? discount) => new()
    {
        Model = "m",
        EffectiveFrom = ModelPrice.Ever,
        Rates = rates,
        LongContextAbove = longContext is null ? null : Threshold,
        LongContextRates = longContext,
        BatchDiscountPercent = discount,
        RecordedAt = TestTime.Now,
    };
}
