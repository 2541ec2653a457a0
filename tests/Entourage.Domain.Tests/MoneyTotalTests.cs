using System.Globalization;
using System.Numerics;
using CsCheck;
using Entourage.Domain.Costs;

namespace Entourage.Domain.Tests;

internal sealed class MoneyTotalTests
{
    private static readonly Gen<Money> Amounts = Gen.Long.Select(nanos => new Money(nanos));

    private static readonly Gen<MoneyTotal> Totals = Gen.Select(Gen.Long[-1_000_000_000_000, 1_000_000_000_000], Gen.Long).Select(MoneyTotal.Of);

    [Test]
    public void A_sum_of_any_size_is_exact() => Amounts.Array[0, 200].Sample(amounts =>
        (BigInteger)MoneyTotal.Sum(amounts).NanoUsd == amounts.Aggregate(BigInteger.Zero, (sum, amount) => sum + amount.NanoUsd));

    [Test]
    public void An_empty_sum_is_zero() => Assert.That(MoneyTotal.Sum(Array.Empty<Money>()), Is.EqualTo(MoneyTotal.Zero));

    [Test]
    public void A_total_survives_the_round_trip_through_its_stored_parts() => Totals.Sample(total =>
        MoneyTotal.Of(total.BillionUsd, total.RestNanoUsd) == total
        && Math.Abs(total.RestNanoUsd) < MoneyTotal.NanosPerBillionUsd
        && (BigInteger)total.NanoUsd == ((BigInteger)total.BillionUsd * MoneyTotal.NanosPerBillionUsd) + total.RestNanoUsd);

    [Test]
    public void Adding_the_stored_parts_is_exact() => Gen.Select(Totals.Array[1, 20], Totals).Sample((totals, start) =>
    {
        var (billions, rest) = (start.BillionUsd, start.RestNanoUsd);
        foreach (var total in totals)
        {
            var sum = checked(rest + total.RestNanoUsd);
            billions += total.BillionUsd + (sum / MoneyTotal.NanosPerBillionUsd);
            rest = sum % MoneyTotal.NanosPerBillionUsd;
        }

        return MoneyTotal.Of(billions, rest) == totals.Aggregate(start, (sum, total) => sum + total);
    });

    [Test]
    public void Sums_over_rows_in_three_parts_are_exact() => Totals.Array[0, 100].Sample(rows => MoneyTotal.OfSums(
        rows.Sum(row => row.BillionUsd), rows.Sum(row => row.RestNanoUsd / Money.NanosPerUsd), rows.Sum(row => row.RestNanoUsd % Money.NanosPerUsd))
        == MoneyTotal.Sum(rows));

    [Test]
    public void A_total_survives_the_round_trip_through_text() => Totals.Sample(total =>
        MoneyTotal.TryParse(total.ToString(), out var read) && read == total);

    [Test]
    public void A_total_that_fits_an_amount_has_the_same_text() => Amounts.Sample(amount =>
        ((MoneyTotal)amount).ToString() == amount.ToString() && ((MoneyTotal)amount).ToUsd() == amount.ToUsd() && (Money)(MoneyTotal)amount == amount);

    [TestCase("9223372036.854775808")]
    [TestCase("-9223372036.854775809")]
    [TestCase("12345678901234567890.123456789")]
    [TestCase("79228162514264337593.543950335")]
    [TestCase("79228162514264337593.543950336")]
    [TestCase("-99999999999999999999.10")]
    [TestCase("99999999999999999999.00")]
    public void The_text_is_exact_beyond_the_range_of_decimal(string text)
    {
        Assert.That(MoneyTotal.TryParse(text, out var total));
        Assert.That(total.ToString(), Is.EqualTo(text));
        Assert.That(total.ToUsd(), Is.EqualTo(decimal.Parse(text, CultureInfo.InvariantCulture)).Within(1m));
    }

    [TestCase("")]
    [TestCase(".")]
    [TestCase("1e3")]
    [TestCase("1.0000000001")]
    [TestCase("1,5")]
    [TestCase("-")]
    [TestCase("-.5")]
    [TestCase(".5")]
    [TestCase("5.")]
    [TestCase("nothing")]
    public void A_text_that_is_not_a_total_is_refused(string text) => Assert.That(MoneyTotal.TryParse(text, out _), Is.False);

    [Test]
    public void A_fraction_of_a_total_is_exact_and_rounded_towards_zero() => Gen.Select(Totals, Gen.Long[1, TimeSpan.TicksPerDay * 31], Gen.Long[1, TimeSpan.TicksPerDay * 31])
        .Sample((total, numerator, denominator) => (BigInteger)total.Times(numerator, denominator).NanoUsd == (BigInteger)total.NanoUsd * numerator / denominator);

    [Test]
    public void A_total_compares_with_amounts()
    {
        MoneyTotal total = Some.Usd(5);
        Assert.Multiple(() =>
        {
            Assert.That(total.Equals(Some.Usd(5)), Is.True);
            Assert.That(total.Equals(Some.Usd(6)), Is.False);
            Assert.That(total > Some.Usd(4) && total < Some.Usd(6) && total >= Some.Usd(5) && total <= Some.Usd(5), Is.True);
            Assert.That(MoneyTotal.Max(total, Some.Usd(6)), Is.EqualTo((MoneyTotal)Some.Usd(6)));
            Assert.That(total.CompareTo(Some.Usd(6)), Is.Negative);
        });
    }

    [Test]
    public void A_total_that_does_not_fit_an_amount_cannot_be_converted() =>
        Assert.That(() => (Money)(MoneyTotal.Of(9, 0) + MoneyTotal.Of(1, 0)), Throws.TypeOf<OverflowException>());

    [TestCase("12000000000", "$12,000,000,000")]
    [TestCase("1.5", "$1.50")]
    [TestCase("-20000000000.4", "−$20,000,000,000")]
    public void The_short_text_depends_on_the_size(string usd, string text) =>
        Assert.That(MoneyTotal.FromUsd(decimal.Parse(usd, CultureInfo.InvariantCulture)).ToShortString(), Is.EqualTo(text));

    [Test]
    public void Token_totals_stop_at_the_largest_total_and_stay_there()
    {
        const long Most = TokenCounts.LargestTotal;
        var near = new UsageSum(new(Most - 1, 5), Most - 1, default, default, 0);
        var sum = near + new UsageSum(new(1_000, 5), 1_000, default, default, 0);

        Assert.Multiple(() =>
        {
            Assert.That((sum.Tokens, sum.UnpricedTokens), Is.EqualTo((new TokenCounts(Most, 10), Most)));
            Assert.That((sum + new UsageSum(default, -1_000, default, default, 0)).UnpricedTokens, Is.EqualTo(Most), "the true value is unknown");
            Assert.That(new TokenCounts(Most, Most, Most, Most).OfAllClasses, Is.EqualTo(4 * Most));
            Assert.That(sum.Agrees(sum with { UnpricedTokens = 7 }), Is.True);
            Assert.That(sum.Agrees(sum with { Sessions = 7 }), Is.False);
            Assert.That(near.Agrees(near with { UnpricedTokens = 7 }), Is.False);
        });
    }

    [TestCase("0", "$0.00")]
    [TestCase("0.000000001", "<$0.0001")]
    [TestCase("-0.00001", "−<$0.0001")]
    [TestCase("0.0001", "$0.0001")]
    [TestCase("0.01234", "$0.0123")]
    [TestCase("0.09994", "$0.0999")]
    [TestCase("0.1", "$0.10")]
    [TestCase("-0.05", "−$0.0500")]
    [TestCase("9999.99", "$9,999.99")]
    [TestCase("-1234.5", "−$1,234.50")]
    [TestCase("10000", "$10,000")]
    public void The_short_text_has_as_many_decimals_as_its_size_needs(string usd, string text)
    {
        var total = MoneyTotal.FromUsd(decimal.Parse(usd, CultureInfo.InvariantCulture));
        Assert.That((total.ToShortString(), ((Money)total).ToShortString()), Is.EqualTo((text, text)));
    }

    [TestCase("0.0000000019", 1)]
    [TestCase("-0.0000000019", -1)]
    [TestCase("1.5", 1_500_000_000)]
    public void Decimals_beyond_the_ninth_are_cut_off(string usd, long nanos) =>
        Assert.That(MoneyTotal.FromUsd(decimal.Parse(usd, CultureInfo.InvariantCulture)).NanoUsd, Is.EqualTo((Int128)nanos));

    [TestCase(999_999_999_999_999_999, 0, 999_999_999_999_999_999)]
    [TestCase(1_000_000_000_000_000_000, 1, 0)]
    [TestCase(1_000_000_000_000_000_001, 1, 1)]
    [TestCase(-999_999_999_999_999_999, 0, -999_999_999_999_999_999)]
    [TestCase(-1_000_000_000_000_000_000, -1, 0)]
    [TestCase(-1_000_000_000_000_000_001, -1, -1)]
    public void A_total_is_split_at_a_billion_dollars(long nanos, long billions, long rest)
    {
        MoneyTotal total = new Money(nanos);
        Assert.That((total.BillionUsd, total.RestNanoUsd), Is.EqualTo((billions, rest)));
    }

    [Test]
    public void A_total_is_exact_as_a_decimal_up_to_96_bits()
    {
        var largest = new MoneyTotal(new Int128(uint.MaxValue, ulong.MaxValue));
        Assert.Multiple(() =>
        {
            Assert.That((largest.FitsDecimal, new MoneyTotal(largest.NanoUsd + 1).FitsDecimal, new MoneyTotal(-largest.NanoUsd).FitsDecimal), Is.EqualTo((true, false, true)));
            Assert.That(largest.ToUsd(), Is.EqualTo(79_228_162_514_264_337_593.543950335m));
            Assert.That(new MoneyTotal(largest.NanoUsd + 1).ToUsd(), Is.EqualTo(79_228_162_514_264_337_593m));
            Assert.That(new MoneyTotal(-largest.NanoUsd).ToUsd(), Is.EqualTo(-79_228_162_514_264_337_593.543950335m));
        });
    }

    [Test]
    public void A_large_total_has_two_to_nine_decimals() => Gen.Select(Gen.Long[10, 50_000_000], Gen.Long[0, 1_000], Gen.Int[0, 9]).Sample((billions, digits, zeros) =>
    {
        var usd = (MoneyTotal.Of(billions, 0) + new MoneyTotal(digits * (Int128)Math.Pow(10, zeros))).ToUsd();
        return usd.Scale is >= 2 and <= Money.Decimals && (usd.Scale == 2 || decimal.Round(usd, usd.Scale - 1) != usd);
    });

    [Test]
    public void A_result_that_does_not_fit_throws()
    {
        var (largest, smallest) = (new MoneyTotal(Int128.MaxValue), new MoneyTotal(Int128.MinValue));
        Assert.Multiple(() =>
        {
            Assert.That(() => largest + new MoneyTotal(1), Throws.TypeOf<OverflowException>());
            Assert.That(() => smallest - new MoneyTotal(1), Throws.TypeOf<OverflowException>());
            Assert.That(() => largest.Times(3, 2), Throws.TypeOf<OverflowException>());
            Assert.That((long)((MoneyTotal)new Money(long.MinValue)).NanoUsd, Is.EqualTo(long.MinValue));
            Assert.That(() => (Money)new MoneyTotal((Int128)long.MaxValue + 1), Throws.TypeOf<OverflowException>());
            Assert.That(() => (Money)new MoneyTotal((Int128)long.MinValue - 1), Throws.TypeOf<OverflowException>());
        });
    }

    [Test]
    public void Totals_are_ordered_by_their_nano_dollars() => Gen.OneOf(Gen.Select(Totals, Totals), Totals.Select(same => (same, same))).Sample((one, other) =>
        (one < other) == (one.NanoUsd < other.NanoUsd)
        && (one > other) == (one.NanoUsd > other.NanoUsd)
        && (one <= other) == (one.NanoUsd <= other.NanoUsd)
        && (one >= other) == (one.NanoUsd >= other.NanoUsd)
        && MoneyTotal.Max(one, other).NanoUsd == Int128.Max(one.NanoUsd, other.NanoUsd)
        && Math.Sign(one.CompareTo(other)) == Int128.Sign(one.NanoUsd - other.NanoUsd));

    [TestCase("1", 1_000_000_000)]
    [TestCase("-1.5", -1_500_000_000)]
    [TestCase("0.000000001", 1)]
    [TestCase("+2", 2_000_000_000)]
    public void A_text_with_up_to_nine_decimals_is_read(string text, long nanos)
    {
        Assert.That(MoneyTotal.TryParse(text, out var total), Is.True);
        Assert.That(total.NanoUsd, Is.EqualTo((Int128)nanos));
    }

    [TestCase("1 ")]
    [TestCase(" 1")]
    [TestCase("1.-5")]
    [TestCase("1.2.3")]
    [TestCase("99999999999999999999999999999999999999")]
    public void A_malformed_text_gives_zero(string text)
    {
        Assert.That(MoneyTotal.TryParse(text, out var total), Is.False);
        Assert.That(total, Is.EqualTo(MoneyTotal.Zero));
    }
}
