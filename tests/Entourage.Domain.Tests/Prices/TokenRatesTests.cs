using System.Numerics;
using CsCheck;
using Entourage.Domain.Prices;

namespace Entourage.Domain.Tests.Prices;

internal sealed class TokenRatesTests
{
    private static readonly Gen<Money> Rate = Gen.Long[0, Money.LargestInput.NanoUsd].Select(nanos => new Money(nanos));
    private static readonly Gen<TokenRates> Rates = Gen.Select(Rate, Rate, Rate, Rate, Rate, (a, b, c, d, e) => new TokenRates(a, b, c, d, e));
    private static readonly Gen<long> Count = Gen.OneOf(Gen.Long[0, 10], Gen.Long[0, TokenCounts.LargestInput]);

    private static readonly Gen<BilledTokens> Tokens =
        from input in Count
        from output in Count
        from read in Count
        from shortWrite in Gen.Long[0, TokenCounts.LargestInput / 2]
        from longWrite in Gen.Long[0, TokenCounts.LargestInput / 2]
        select new BilledTokens(new(input, output, read, shortWrite + longWrite), longWrite);

    [Test]
    public void The_most_tokens_at_the_highest_rates_fit_an_amount()
    {
        const long Most = TokenCounts.LargestInput;
        var rates = new TokenRates(Money.LargestInput, Money.LargestInput, Money.LargestInput, Money.LargestInput, Money.LargestInput);

        Assert.That(rates.CostOf(new(new(Most, Most, Most, Most), Most), 0).Total, Is.EqualTo(Some.Usd(4_000_000_000)));
    }

    [Test]
    public void The_exact_sum_is_rounded_up_once_and_the_parts_add_up_to_it() =>
        Gen.Select(Rates, Tokens, Gen.Int[0, 100]).Sample((rates, tokens, discount) =>
        {
            var (counts, longWrite) = (tokens.Counts, tokens.LongCacheWrite);
            BigInteger[] exact =
            [
                (BigInteger)rates.Input.NanoUsd * counts.Input,
                (BigInteger)rates.Output.NanoUsd * counts.Output,
                (BigInteger)rates.CacheRead!.Value.NanoUsd * counts.CacheRead,
                ((BigInteger)rates.CacheWrite!.Value.NanoUsd * (counts.CacheWrite - longWrite)) + ((BigInteger)rates.LongCacheWrite!.Value.NanoUsd * longWrite),
            ];
            var unit = new BigInteger(100_000_000);
            var parts = rates.CostOf(tokens, discount);
            var paid = exact.Select(part => part * (100 - discount)).ToArray();
            var expected = (paid.Aggregate(BigInteger.Zero, (sum, part) => sum + part) + unit - 1) / unit;
            Money[] shown = [parts.Input, parts.Output, parts.CacheRead, parts.CacheWrite];

            // Rounding up twice bounds the error of each part.
            return parts.Total.NanoUsd == expected
                && shown.Zip(paid).All(pair => BigInteger.Abs((pair.First.NanoUsd * unit) - pair.Second) < 2 * unit);
        });

    [Test]
    public void A_fraction_of_a_nano_dollar_is_rounded_up()
    {
        var rates = new TokenRates(new(1), new(1), null, null, null);

        Assert.That(rates.CostOf(new(new(1, 0)), 0).Total, Is.EqualTo(new Money(1)));
        Assert.That(rates.CostOf(new(new(500_000, 500_000)), 0).Total, Is.EqualTo(new Money(1)), "one rounding, not one for each class");
        Assert.That(rates.CostOf(new(new(0, 0)), 0).Total, Is.EqualTo(Money.Zero));
    }

    [Test]
    public void Each_class_without_a_rate_costs_the_input_rate()
    {
        var rates = new TokenRates(Some.Usd(2), Some.Usd(10), null, null, null);
        var parts = rates.CostOf(new(new(1_000_000, 1_000_000, 1_000_000, 2_000_000), 1_000_000), 0);

        Assert.That(parts, Is.EqualTo(new CostParts(Some.Usd(2), Some.Usd(10), Some.Usd(2), Some.Usd(4), IsEstimated: true)));
        Assert.That(rates.CostOf(new(new(1, 1)), 0).IsEstimated, Is.False, "no token needed a missing rate");
    }

    [TestCase(100, 120, false)]
    [TestCase(100, 80, false)]
    [TestCase(100, 121, true)]
    [TestCase(100, 79, true)]
    [TestCase(0, 0, false)]
    [TestCase(0, 1, true)]
    public void A_reported_cost_differs_if_it_is_more_than_20_percent_off(long expected, long reported, bool differs) =>
        Assert.That(ModelPrice.Differs(new(reported), new(expected)), Is.EqualTo(differs));
}
