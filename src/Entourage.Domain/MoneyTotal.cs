using System.Globalization;

namespace Entourage.Domain;

/// <summary>
/// An exact sum of any number of amounts, stored as a whole number of nano-dollars (10⁻⁹ USD). It is wider than <see cref="Money"/>, so
/// that recorded usage never overflows a total (rule 12).
/// </summary>
/// <remarks>
/// 128 bits hold the sum of more than 10¹⁹ of the largest amounts, more than any store can record. Arithmetic is checked anyway. A store
/// keeps a total in two parts, see <see cref="BillionUsd"/>.
/// </remarks>
/// <param name="NanoUsd">The total in nano-dollars.</param>
public readonly record struct MoneyTotal(Int128 NanoUsd) : IComparable<MoneyTotal>, IEquatable<Money>
{
    /// <summary>Nano-dollars in a billion dollars, the unit of <see cref="BillionUsd"/>.</summary>
    public const long NanosPerBillionUsd = 1_000_000_000_000_000_000;

    /// <summary>Zero dollars.</summary>
    public static readonly MoneyTotal Zero;

    // The largest value that fits the 96 bits of a decimal: about 7.9 × 10¹⁹ dollars with nine decimals.
    private static readonly Int128 LargestDecimal = new(uint.MaxValue, ulong.MaxValue);

    /// <summary>The whole billions (10⁹) of dollars, the first of the two stored parts. Nearly always 0.</summary>
    public long BillionUsd => IsBelowBillion ? 0 : (long)(NanoUsd / NanosPerBillionUsd);

    /// <summary>The nano-dollars beyond <see cref="BillionUsd"/>, with the same sign and below 10¹⁸; the second of the two stored parts.</summary>
    public long RestNanoUsd => (long)(IsBelowBillion ? NanoUsd : NanoUsd % NanosPerBillionUsd);

    private bool IsBelowBillion => NanoUsd > -NanosPerBillionUsd && NanoUsd < NanosPerBillionUsd;

    /// <summary>Creates a total from its stored parts, of any size and sign.</summary>
    /// <param name="billionUsd">Whole billions of dollars.</param>
    /// <param name="nanoUsd">The remaining nano-dollars.</param>
    public static MoneyTotal Of(long billionUsd, long nanoUsd) =>
        billionUsd == 0 ? new(nanoUsd) : new(((Int128)billionUsd * NanosPerBillionUsd) + nanoUsd);

    /// <summary>Creates a total from sums over many rows. Each sum fits 64 bits, although the sum of the whole amounts might not.</summary>
    /// <param name="billionUsd">The sum of the rows' whole billions of dollars.</param>
    /// <param name="wholeUsd">The sum of the whole dollars of the rows' nano-dollars.</param>
    /// <param name="nanoUsd">The sum of the remaining nano-dollars.</param>
    public static MoneyTotal OfSums(long billionUsd, long wholeUsd, long nanoUsd) =>
        Of(billionUsd, nanoUsd) + new MoneyTotal((Int128)wholeUsd * Money.NanosPerUsd);

    /// <summary>Creates a total from dollars.</summary>
    /// <param name="usd">Dollars. Decimals beyond the ninth are cut off.</param>
    public static MoneyTotal FromUsd(decimal usd)
    {
        var whole = decimal.Truncate(usd);
        return new(((Int128)whole * Money.NanosPerUsd) + (Int128)((usd - whole) * Money.NanosPerUsd));
    }

    /// <summary>Reads what <see cref="ToString"/> returned, to the last digit.</summary>
    /// <returns>Whether the text is a total.</returns>
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

    /// <summary>
    /// The total in dollars, with at least two and at most nine decimals. Exact up to 7.9 × 10¹⁹ dollars, cut to whole dollars beyond that.
    /// </summary>
    public decimal ToUsd()
    {
        if (NanoUsd >= long.MinValue && NanoUsd <= long.MaxValue)
        {
            // A fast path for nearly all totals. Every response has dozens of them, and dividing 64 bits is much faster.
            return new Money((long)NanoUsd).ToUsd();
        }

        if (!FitsDecimal)
        {
            return (decimal)(NanoUsd / Money.NanosPerUsd);
        }

        // Drops trailing zeros, but keeps two decimals.
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

    /// <summary>Returns the total × numerator ÷ denominator, rounded towards zero.</summary>
    /// <param name="numerator">The numerator.</param>
    /// <param name="denominator">The denominator; not zero.</param>
    public MoneyTotal Times(long numerator, long denominator)
    {
        // The product of a total and a number of ticks may need more than 128 bits. These two products do not.
        var (whole, rest) = Int128.DivRem(NanoUsd, denominator);
        return new(checked((whole * numerator) + (rest * numerator / denominator)));
    }

    /// <summary>Converts an amount to a total.</summary>
    public static implicit operator MoneyTotal(Money amount) => new(amount.NanoUsd);

    /// <summary>Converts a total to an amount.</summary>
    /// <exception cref="OverflowException">The total does not fit 64 bits.</exception>
    public static explicit operator Money(MoneyTotal total) => new(checked((long)total.NanoUsd));

    /// <summary>Adds two totals.</summary>
    public static MoneyTotal operator +(MoneyTotal left, MoneyTotal right) => new(checked(left.NanoUsd + right.NanoUsd));

    /// <summary>Subtracts the right total from the left.</summary>
    public static MoneyTotal operator -(MoneyTotal left, MoneyTotal right) => new(checked(left.NanoUsd - right.NanoUsd));

    /// <summary>Whether the left total is less than the right.</summary>
    public static bool operator <(MoneyTotal left, MoneyTotal right) => left.NanoUsd < right.NanoUsd;

    /// <summary>Whether the left total is greater than the right.</summary>
    public static bool operator >(MoneyTotal left, MoneyTotal right) => left.NanoUsd > right.NanoUsd;

    /// <summary>Whether the left total is less than or equal to the right.</summary>
    public static bool operator <=(MoneyTotal left, MoneyTotal right) => left.NanoUsd <= right.NanoUsd;

    /// <summary>Whether the left total is greater than or equal to the right.</summary>
    public static bool operator >=(MoneyTotal left, MoneyTotal right) => left.NanoUsd >= right.NanoUsd;

    /// <summary>Returns the sum of amounts.</summary>
    public static MoneyTotal Sum(IEnumerable<Money> amounts) => amounts.Aggregate(Zero, (sum, amount) => sum + amount);

    /// <summary>Returns the sum of totals.</summary>
    public static MoneyTotal Sum(IEnumerable<MoneyTotal> totals) => totals.Aggregate(Zero, (sum, total) => sum + total);

    /// <summary>Returns the larger of two totals.</summary>
    public static MoneyTotal Max(MoneyTotal left, MoneyTotal right) => left > right ? left : right;

    /// <inheritdoc/>
    public int CompareTo(MoneyTotal other) => NanoUsd.CompareTo(other.NanoUsd);

    /// <summary>Whether an amount equals the total.</summary>
    public bool Equals(Money other) => NanoUsd == other.NanoUsd;

    /// <summary>The dollars in short form for people, rounded: <c>$0.0123</c>, <c>$4.23</c>, <c>$12,345</c>. Not meant to be parsed.</summary>
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

    /// <summary>The exact dollars in the invariant culture: <c>4.23</c>, <c>0.000000001</c>, <c>-1.50</c>.</summary>
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
