using System.Globalization;
using CsCheck;

namespace Entourage.Domain.Tests;

internal sealed class MoneyTests
{
    // Half the range on either side, so that the sum or difference of two amounts fits.
    private static readonly Gen<long> Addends = Gen.Long[long.MinValue / 2, long.MaxValue / 2];

    [TestCase(0L, "0.00")]
    [TestCase(1L, "0.000000001")]
    [TestCase(-1L, "-0.000000001")]
    [TestCase(4_230_000_000L, "4.23")]
    [TestCase(-1_500_000_000L, "-1.50")]
    [TestCase(1_000_000_000L, "1.00")]
    [TestCase(100_000_000_000L, "100.00")]
    [TestCase(123_000_000L, "0.123")]
    [TestCase(10_000_000L, "0.01")]
    [TestCase(1_000_000_010L, "1.00000001")]
    [TestCase(long.MaxValue, "9223372036.854775807")]
    [TestCase(long.MinValue, "-9223372036.854775808")]
    public void The_text_has_two_to_nine_decimals(long nanos, string text) =>
        Assert.That(new Money(nanos).ToString(), Is.EqualTo(text));

    [Test]
    [SetCulture("de-DE")]
    public void The_text_is_the_same_in_every_culture() => Assert.That(new Money(-1_234_567_000_000).ToString(), Is.EqualTo("-1234.567"));

    [TestCase(long.MinValue)]
    [TestCase(long.MinValue + 1)]
    [TestCase(-1)]
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(long.MaxValue - 1)]
    [TestCase(long.MaxValue)]
    public void The_ends_of_the_range_survive_the_round_trip_through_dollars(long nanos) =>
        Assert.That(Money.FromUsd(new Money(nanos).ToUsd()).NanoUsd, Is.EqualTo(nanos));

    [Test]
    public void Every_amount_survives_the_round_trip_through_dollars() =>
        Gen.Long.Sample(nanos => Money.FromUsd(new Money(nanos).ToUsd()) == new Money(nanos), iter: 10_000);

    [Test]
    public void Every_amount_survives_the_round_trip_through_text() =>
        Gen.Long.Sample(
            nanos => Money.FromUsd(decimal.Parse(new Money(nanos).ToString(), NumberStyles.Float, CultureInfo.InvariantCulture)) == new Money(nanos),
            iter: 10_000);

    [TestCase("0.30000000000000004", 300_000_000)]
    [TestCase("-0.30000000000000004", -300_000_000)]
    [TestCase("0.7000000000000001", 700_000_000)]
    [TestCase("2.3000000000000003", 2_300_000_000)]
    [TestCase("0.29999999999999999", 300_000_000)]
    [TestCase("0.0000012000000000000001", 1_200)]
    [TestCase("123456.78900000001", 123_456_789_000_000)]
    [TestCase("1000000.0000000001", 1_000_000_000_000_000)]
    public void Floating_point_noise_is_dropped(string usd, long nanos)
    {
        var amount = decimal.Parse(usd, CultureInfo.InvariantCulture);
        Assert.That((Money.FromUsd(amount).NanoUsd, Money.RoundUp(amount).NanoUsd), Is.EqualTo((nanos, nanos)));
    }

    [TestCase("0", 0)]
    [TestCase("0.0000000000000000000000000001", 1)]
    [TestCase("0.0000000001", 1)]
    [TestCase("0.000000000999", 1)]
    [TestCase("0.0000000010000001", 2)]
    [TestCase("0.1234567891", 123_456_790)]
    [TestCase("12345.6789012345678", 12_345_678_901_235)]
    [TestCase("-0.0000000001", -1)]
    public void An_amount_that_is_too_precise_is_rounded_up_or_refused(string usd, long nanos)
    {
        var amount = decimal.Parse(usd, CultureInfo.InvariantCulture);
        Assert.That(Money.RoundUp(amount).NanoUsd, Is.EqualTo(nanos));
        if (amount != 0)
        {
            Assert.That(() => Money.FromUsd(amount), Throws.TypeOf<RuleViolationException>());
        }
    }

    [Test]
    public void Every_amount_survives_the_round_trip_through_a_double() =>
        Gen.Long[0, 999_999_999_999_999].Sample(
            nanos => Money.RoundUp(decimal.Parse(((double)new Money(nanos).ToUsd()).ToString("R", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture)).NanoUsd == nanos
                && Money.RoundUp((decimal)(double)new Money(nanos).ToUsd()).NanoUsd == nanos,
            iter: 10_000);

    [Test]
    public void An_amount_is_rounded_up_to_the_next_nano_dollar() =>
        Gen.Select(Gen.Long[0, 999_999_999], Gen.Long[1, 99_999]).Sample(
            (nanos, rest) =>
            {
                var usd = new Money(nanos).ToUsd() + (rest / 100_000_000_000_000m);
                return Money.RoundUp(usd).NanoUsd == nanos + 1;
            },
            iter: 10_000);

    [Test]
    public void Dollars_are_exactly_the_nano_dollars_divided() =>
        Gen.Long.Sample(nanos => new Money(nanos).ToUsd() == nanos / (decimal)Money.NanosPerUsd, iter: 10_000);

    [Test]
    public void Dollars_have_two_to_nine_decimals_and_no_needless_zeros() =>
        Gen.OneOf(Gen.Long, Gen.Select(Gen.Long[-9_000, 9_000], Gen.Int[0, 15]).Select((digits, zeros) => digits * (long)Math.Pow(10, zeros)))
            .Sample(
                nanos =>
                {
                    var usd = new Money(nanos).ToUsd();
                    return usd.Scale is >= 2 and <= Money.Decimals
                        && (usd.Scale == 2 || decimal.Round(usd, usd.Scale - 1) != usd);
                },
                iter: 10_000);

    [TestCase("0.0000000001")]
    [TestCase("-0.0000000001")]
    [TestCase("1.2345678901")]
    [TestCase("0.0000000009999999999999999999")]
    [TestCase("7.9000000000000000000000000001")]
    [TestCase("9223372036.8547758065")]
    public void A_tenth_decimal_is_refused(string usd) =>
        Assert.That(() => Money.FromUsd(Parse(usd)), Refused.With("money.precision"));

    [TestCase("0.1000000000000000000000000000", 100_000_000L)]
    [TestCase("1.0000000000", 1_000_000_000L)]
    [TestCase("-0.0000000010000", -1L)]
    [TestCase("9223372036.8547758070000000000", long.MaxValue)]
    public void Zeros_beyond_the_ninth_decimal_are_accepted(string usd, long nanos) =>
        Assert.That(Money.FromUsd(Parse(usd)), Is.EqualTo(new Money(nanos)));

    [TestCase("9223372036.854775808")]
    [TestCase("-9223372036.854775809")]
    [TestCase("9223372036.8547758071")]
    [TestCase("79228162514264337593543950335")]
    [TestCase("-79228162514264337593543950335")]
    public void An_amount_that_does_not_fit_is_refused(string usd) =>
        Assert.That(() => Money.FromUsd(Parse(usd)), Refused.With("money.range"));

    [Test]
    public void Trailing_zeros_make_no_difference() =>
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Bool, Gen.Int[0, 9], Gen.Int[0, 10]).Sample((digits, negative, scale, zeros) =>
        {
            var usd = new decimal(digits, 0, 0, negative, (byte)scale);
            var padded = usd + new decimal(0, 0, 0, isNegative: false, (byte)(scale + zeros));
            return padded.Scale == scale + zeros && Money.FromUsd(padded) == Money.FromUsd(usd);
        });

    [Test]
    public void The_largest_input_is_a_million_dollars() =>
        Assert.That(Money.LargestInput, Is.EqualTo(Money.FromUsd(1_000_000m)));

    [Test]
    public void Zero_is_the_default()
    {
        Assert.That(Money.Zero, Is.EqualTo(default(Money)));
        Assert.That(Money.Zero.NanoUsd, Is.Zero);
    }

    [Test]
    public void Sums_and_differences_equal_those_of_decimals() =>
        Gen.Select(Addends, Addends).Sample(
            (left, right) =>
                (new Money(left) + new Money(right)).ToUsd() == new Money(left).ToUsd() + new Money(right).ToUsd()
                && (new Money(left) - new Money(right)).ToUsd() == new Money(left).ToUsd() - new Money(right).ToUsd(),
            iter: 5_000);

    [Test]
    public void A_sum_of_many_amounts_equals_the_sum_of_decimals() =>
        Gen.Long[-Money.LargestInput.NanoUsd, Money.LargestInput.NanoUsd].Array[0, 200].Sample(amounts =>
            amounts.Select(nanos => new Money(nanos)).Aggregate(Money.Zero, (sum, next) => sum + next).ToUsd()
            == amounts.Sum(nanos => new Money(nanos).ToUsd()));

    [Test]
    public void A_tenth_of_a_cent_added_a_thousand_times_is_a_dollar() =>
        Assert.That(
            Enumerable.Repeat(Money.FromUsd(0.001m), 1_000).Aggregate(Money.Zero, (sum, next) => sum + next),
            Is.EqualTo(Money.FromUsd(1m)));

    [Test]
    public void Subtraction_reverses_addition() =>
        Gen.Select(Addends, Addends).Sample((left, right) => new Money(left) + new Money(right) - new Money(right) == new Money(left));

    [TestCase(long.MaxValue, 1)]
    [TestCase(long.MinValue, -1)]
    [TestCase(long.MaxValue, long.MaxValue)]
    public void A_sum_that_does_not_fit_throws(long left, long right) =>
        Assert.That(() => new Money(left) + new Money(right), Throws.TypeOf<OverflowException>());

    [TestCase(long.MinValue, 1)]
    [TestCase(long.MaxValue, -1)]
    [TestCase(0, long.MinValue)]
    public void A_difference_that_does_not_fit_throws(long left, long right) =>
        Assert.That(() => new Money(left) - new Money(right), Throws.TypeOf<OverflowException>());

    [Test]
    public void Every_sum_is_exact_or_overflows() =>
        Gen.Select(Gen.Long, Gen.Long).Sample(
            (left, right) =>
            {
                var exact = (Int128)left + right;
                try
                {
                    return (new Money(left) + new Money(right)).NanoUsd == exact;
                }
                catch (OverflowException)
                {
                    return exact > long.MaxValue || exact < long.MinValue;
                }
            },
            iter: 1_000);

    [Test]
    public void Amounts_are_ordered_by_their_nano_dollars() =>
        Gen.OneOf(Gen.Select(Gen.Long, Gen.Long), Gen.Long.Select(same => (same, same))).Sample(
            (left, right) =>
            {
                var (one, other) = (new Money(left), new Money(right));
                return (one < other) == (left < right)
                    && (one > other) == (left > right)
                    && (one <= other) == (left <= right)
                    && (one >= other) == (left >= right)
                    && (one == other) == (left == right)
                    && Math.Sign(one.CompareTo(other)) == Math.Sign(left.CompareTo(right));
            },
            iter: 2_000);

    [Test]
    public void Amounts_sort_by_size() =>
        Assert.That(
            new[] { new Money(3), new Money(-2), new Money(1) }.Order(),
            Is.EqualTo(new[] { new Money(-2), new Money(1), new Money(3) }));

    [TestCase(1, 2, 2)]
    [TestCase(2, 1, 2)]
    [TestCase(-1, -2, -1)]
    [TestCase(long.MinValue, long.MaxValue, long.MaxValue)]
    [TestCase(3, 3, 3)]
    public void Max_returns_the_larger_amount(long left, long right, long larger) =>
        Assert.That(Money.Max(new(left), new(right)), Is.EqualTo(new Money(larger)));

    [TestCase("9223372036.854775808")]
    [TestCase("-79228162514264337593543950335")]
    public void An_amount_that_does_not_fit_is_not_rounded_up(string usd) =>
        Assert.That(() => Money.RoundUp(Parse(usd)), Refused.With("money.range"));

    [Test]
    public void Zero_dollars_are_not_negative() => Assert.That(decimal.IsNegative(Money.Zero.ToUsd()), Is.False);

    private static decimal Parse(string usd) => decimal.Parse(usd, CultureInfo.InvariantCulture);
}
