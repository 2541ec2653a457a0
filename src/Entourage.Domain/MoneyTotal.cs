using System.Globalization;

namespace Entourage.Domain;

/// <summary>
/// An exact sum of any number of amounts, held as a whole number of nano-dollars (10⁻⁹ USD). It is wider than <see cref="Money"/>, so that
/// recorded usage never makes a total overflow (rule 12).
/// </summary>
/// <remarks>
/// 128 bits hold more than 10¹⁹ of the largest amounts, which no store can record. Arithmetic is checked all the same. A store keeps a total in two
/// parts, see <see cref="BillionUsd"/>.
/// </remarks>
/// <param name="NanoUsd">The total in nano-dollars.</param>
public readonly record struct MoneyTotal(Int128 NanoUsd) : IComparable<MoneyTotal>, IEquatable<Money>
{
    /// <summary>Nano-dollars in a billion dollars: the unit of <see cref="BillionUsd"/>.</summary>
    public const long NanosPerBillionUsd = 1_000_000_000_000_000_000;

    /// <summary>Nothing.</summary>
    public static readonly MoneyTotal Zero;

    // What fits the 96 bits of a decimal: about 7.9 × 10¹⁹ dollars with nine decimals.
    private static readonly Int128 LargestDecimal = new(uint.MaxValue, ulong.MaxValue);

    /// <summary>The whole billions (10⁹) of dollars: the first part in which a store keeps a total. Zero for nearly all of them.</summary>
    public long BillionUsd => IsBelowBillion ? 0 : (long)(NanoUsd / NanosPerBillionUsd);

    /// <summary>The nano-dollars beyond <see cref="BillionUsd"/>, less than 10¹⁸ and of the same sign: the second part.</summary>
    public long RestNanoUsd => (long)(IsBelowBillion ? NanoUsd : NanoUsd % NanosPerBillionUsd);

    private bool IsBelowBillion => NanoUsd > -NanosPerBillionUsd && NanoUsd < NanosPerBillionUsd;

    /// <summary>Makes a total from the parts in which a store keeps it, of whatever size and sign they are.</summary>
    /// <param name="billionUsd">Whole billions of dollars.</param>
    /// <param name="nanoUsd">Nano-dollars beyond these.</param>
    public static MoneyTotal Of(long billionUsd, long nanoUsd) =>
        billionUsd == 0 ? new(nanoUsd) : new(((Int128)billionUsd * NanosPerBillionUsd) + nanoUsd);

    /// <summary>Makes a total from sums over many rows, of which each part fits 64 bits while the sum of whole amounts might not.</summary>
    /// <param name="billionUsd">The sum of the rows' whole billions of dollars.</param>
    /// <param name="wholeUsd">The sum of the whole dollars of the rows' nano-dollars.</param>
    /// <param name="nanoUsd">The sum of the nano-dollars that these leave.</param>
    public static MoneyTotal OfSums(long billionUsd, long wholeUsd, long nanoUsd) =>
        Of(billionUsd, nanoUsd) + new MoneyTotal((Int128)wholeUsd * Money.NanosPerUsd);

    /// <summary>Makes a total from dollars.</summary>
    /// <param name="usd">Dollars; what is beyond nine decimals is cut off.</param>
    /// <exception cref="OverflowException">More than about 10²⁰ dollars, which no total comes to.</exception>
    public static MoneyTotal FromUsd(decimal usd)
    {
        var whole = decimal.Truncate(usd);
        return new(((Int128)whole * Money.NanosPerUsd) + (Int128)((usd - whole) * Money.NanosPerUsd));
    }

    /// <summary>Reads what <see cref="ToString"/> wrote, to the last digit.</summary>
    /// <returns>Whether it is such a text.</returns>
    public static bool TryParse(string text, out MoneyTotal total)
    {
        ArgumentNullException.ThrowIfNull(text);
        total = default;
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var decimals = point < 0 ? 0 : text.Length - point - 1;
        var digits = point < 0 ? text : text.Remove(point, 1);
        if (text.Length == 0
            || !char.IsAsciiDigit(text[^1])
            || (point >= 0 && (point == 0 || !char.IsAsciiDigit(text[point - 1])))
            || decimals > Money.Decimals
            || !Int128.TryParse(
                digits + new string('0', Money.Decimals - decimals), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var nanos))
        {
            return false;
        }

        total = new(nanos);
        return true;
    }

    /// <summary>The total in dollars, with at least two and at most nine decimals; exact up to 7.9 × 10¹⁹ dollars, rounded beyond that.</summary>
    public decimal ToUsd()
    {
        if (NanoUsd >= long.MinValue && NanoUsd <= long.MaxValue)
        {
            // Nearly all do, and every answer has dozens of them: 64 bits are divided much faster.
            return new Money((long)NanoUsd).ToUsd();
        }

        if (!FitsDecimal)
        {
            return (decimal)(NanoUsd / Money.NanosPerUsd);
        }

        // Two decimals at least, as money is written; trailing zeros beyond that carry nothing.
        var scale = Money.Decimals;
        var value = NanoUsd;
        while (scale > 2 && value % 10 == 0)
        {
            value /= 10;
            scale--;
        }

        var magnitude = (UInt128)Int128.Abs(value);
        return new decimal((int)(uint)magnitude, (int)(uint)(magnitude >> 32), (int)(uint)(magnitude >> 64), value < 0, (byte)scale);
    }

    /// <summary>Whether <see cref="ToUsd"/> is exact.</summary>
    public bool FitsDecimal => Int128.Abs(NanoUsd) <= LargestDecimal;

    /// <summary>A share of the total, rounded towards zero.</summary>
    /// <param name="numerator">What it is multiplied with.</param>
    /// <param name="denominator">What it is divided by; not zero.</param>
    public MoneyTotal Times(long numerator, long denominator)
    {
        // The product of a total and a number of ticks may need more than 128 bits; neither of these two does.
        var (whole, rest) = Int128.DivRem(NanoUsd, denominator);
        return new(checked((whole * numerator) + (rest * numerator / denominator)));
    }

    /// <summary>An amount is a total of one.</summary>
    public static implicit operator MoneyTotal(Money amount) => new(amount.NanoUsd);

    /// <summary>The total as a single amount.</summary>
    /// <exception cref="OverflowException">It is none: it does not fit 64 bits.</exception>
    public static explicit operator Money(MoneyTotal total) => new(checked((long)total.NanoUsd));

    /// <summary>The sum of two totals.</summary>
    public static MoneyTotal operator +(MoneyTotal left, MoneyTotal right) => new(checked(left.NanoUsd + right.NanoUsd));

    /// <summary>The difference of two totals.</summary>
    public static MoneyTotal operator -(MoneyTotal left, MoneyTotal right) => new(checked(left.NanoUsd - right.NanoUsd));

    /// <summary>Whether the left total is the smaller one.</summary>
    public static bool operator <(MoneyTotal left, MoneyTotal right) => left.NanoUsd < right.NanoUsd;

    /// <summary>Whether the left total is the larger one.</summary>
    public static bool operator >(MoneyTotal left, MoneyTotal right) => left.NanoUsd > right.NanoUsd;

    /// <summary>Whether the left total is at most the right one.</summary>
    public static bool operator <=(MoneyTotal left, MoneyTotal right) => left.NanoUsd <= right.NanoUsd;

    /// <summary>Whether the left total is at least the right one.</summary>
    public static bool operator >=(MoneyTotal left, MoneyTotal right) => left.NanoUsd >= right.NanoUsd;

    /// <summary>The sum of amounts.</summary>
    public static MoneyTotal Sum(IEnumerable<Money> amounts) => amounts.Aggregate(Zero, (sum, amount) => sum + amount);

    /// <summary>The sum of totals.</summary>
    public static MoneyTotal Sum(IEnumerable<MoneyTotal> totals) => totals.Aggregate(Zero, (sum, total) => sum + total);

    /// <summary>The larger of two totals.</summary>
    public static MoneyTotal Max(MoneyTotal left, MoneyTotal right) => left > right ? left : right;

    /// <inheritdoc/>
    public int CompareTo(MoneyTotal other) => NanoUsd.CompareTo(other.NanoUsd);

    /// <summary>Whether an amount is as much.</summary>
    public bool Equals(Money other) => NanoUsd == other.NanoUsd;

    /// <summary>The dollars as people read them, as short as can be: <c>$0.0123</c>, <c>$4.23</c>, <c>$12,345</c>. Rounded: never to be read back.</summary>
    public string ToShortString()
    {
        var usd = ToUsd();
        var (sign, size) = (usd < 0 ? "−" : "", Math.Abs(usd));
        return size switch
        {
            0 => "$0.00",
            < 0.0001m => $"{sign}<$0.0001",
            < 0.1m => string.Create(CultureInfo.InvariantCulture, $"{sign}${size:0.0000}"),
            < 10_000 => string.Create(CultureInfo.InvariantCulture, $"{sign}${size:#,0.00}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{sign}${size:#,0}"),
        };
    }

    /// <summary>The dollars as invariant digits, every one of them: <c>4.23</c>, <c>0.000000001</c>, <c>-1.50</c>.</summary>
    public override string ToString()
    {
        if (FitsDecimal)
        {
            return ToUsd().ToString(CultureInfo.InvariantCulture);
        }

        var (whole, rest) = Int128.DivRem(NanoUsd, Money.NanosPerUsd);
        var decimals = ((long)Int128.Abs(rest)).ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0').PadRight(2, '0');
        return $"{whole.ToString(CultureInfo.InvariantCulture)}.{decimals}";
    }
}
