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
}
