using System.Globalization;

namespace Entourage.Domain;

/// <summary>An exact amount of US dollars, stored as a whole number of nano-dollars (10⁻⁹ USD).</summary>
/// <remarks>
/// A single amount such as a price, a limit or the cost of one usage, which is at most 4,000,000,000 USD by any price. Sums over many
/// records use <see cref="MoneyTotal"/>. Arithmetic is checked: a result beyond about ±9.2 thousand million dollars throws
/// <see cref="OverflowException"/>. There is only one currency.
/// </remarks>
/// <param name="NanoUsd">The amount in nano-dollars.</param>
public readonly record struct Money(long NanoUsd) : IComparable<Money>
{
    /// <summary>Nano-dollars in one dollar.</summary>
    public const long NanosPerUsd = 1_000_000_000;

    /// <summary>The maximum number of decimals of an amount in dollars.</summary>
    public const int Decimals = 9;

    /// <summary>Zero dollars.</summary>
    public static readonly Money Zero;

    /// <summary>The largest amount that a caller may state as a limit or a cost: 1,000,000 USD.</summary>
    public static readonly Money LargestInput = new(1_000_000 * NanosPerUsd);

    // A 64-bit floating-point number preserves 15 significant digits and is written with up to 17: 0.1 + 0.2 gives 0.30000000000000004.
    private const int PreservedDigits = 15;
    private const int PrintedDigits = 17;

    private const int MaxDecimalLength = 28;

    /// <summary>Creates an amount from dollars.</summary>
    /// <param name="usd">
    /// Dollars with at most nine decimals. Digits that stem from floating-point noise are dropped: 0.30000000000000004 is 0.3.
    /// </param>
    /// <returns>The exact amount.</returns>
    /// <exception cref="RuleViolationException">
    /// <c>money.precision</c>: more than nine decimals; <c>money.range</c>: the amount does not fit.
    /// </exception>
    public static Money FromUsd(decimal usd)
    {
        EnsureRange(usd);
        var nanos = usd * NanosPerUsd;
        if (nanos != decimal.Truncate(nanos) && usd == Round(usd, PrintedDigits))
        {
            nanos = Round(usd, PreservedDigits) * NanosPerUsd;
        }

        return nanos == decimal.Truncate(nanos)
            ? new Money((long)nanos)
            : throw new RuleViolationException("money.precision", $"An amount of dollars has at most {Decimals} decimals.");
    }

    /// <summary>
    /// Creates an amount from dollars of any precision, rounded up to a whole nano-dollar so that no spending is lost. Digits beyond nine
    /// decimals and 15 significant digits are floating-point noise and are dropped first.
    /// </summary>
    /// <param name="usd">Dollars. Negative dollars are rounded away from zero.</param>
    /// <exception cref="RuleViolationException"><c>money.range</c>: the amount does not fit.</exception>
    public static Money RoundUp(decimal usd)
    {
        EnsureRange(usd);
        var nanos = Round(usd, PreservedDigits) * NanosPerUsd;
        return new Money((long)(usd < 0 ? decimal.Floor(nanos) : decimal.Ceiling(nanos)));
    }

    private static void EnsureRange(decimal usd)
    {
        if (usd is < long.MinValue / (decimal)NanosPerUsd or > long.MaxValue / (decimal)NanosPerUsd)
        {
            throw new RuleViolationException("money.range", "The amount is too large.");
        }
    }

    // Rounds to a number of significant digits, but to at least nine decimals, because a nano-dollar is never noise.
    private static decimal Round(decimal usd, int digits)
    {
        var decimals = digits;
        for (var rest = Math.Abs(usd); rest >= 1; rest /= 10)
        {
            decimals--;
        }

        for (var rest = Math.Abs(usd); rest is > 0 and < 0.1m && decimals < MaxDecimalLength; rest *= 10)
        {
            decimals++;
        }

        return Math.Round(usd, Math.Clamp(decimals, Decimals, MaxDecimalLength), MidpointRounding.AwayFromZero);
    }

    /// <summary>The amount in dollars, with at least two and at most nine decimals, exactly.</summary>
    public decimal ToUsd()
    {
        // Drops trailing zeros, but keeps two decimals.
        var scale = Decimals;
        var value = NanoUsd;
        while (scale > 2 && value % 10 == 0)
        {
            value /= 10;
            scale--;
        }

        var magnitude = value < 0 ? unchecked((ulong)-value) : (ulong)value;
        return new decimal((int)(uint)magnitude, (int)(uint)(magnitude >> 32), 0, value < 0, (byte)scale);
    }

    /// <summary>Adds two amounts.</summary>
    public static Money operator +(Money left, Money right) => new(checked(left.NanoUsd + right.NanoUsd));

    /// <summary>Subtracts the right amount from the left.</summary>
    public static Money operator -(Money left, Money right) => new(checked(left.NanoUsd - right.NanoUsd));

    /// <summary>Whether the left amount is less than the right.</summary>
    public static bool operator <(Money left, Money right) => left.NanoUsd < right.NanoUsd;

    /// <summary>Whether the left amount is greater than the right.</summary>
    public static bool operator >(Money left, Money right) => left.NanoUsd > right.NanoUsd;

    /// <summary>Whether the left amount is less than or equal to the right.</summary>
    public static bool operator <=(Money left, Money right) => left.NanoUsd <= right.NanoUsd;

    /// <summary>Whether the left amount is greater than or equal to the right.</summary>
    public static bool operator >=(Money left, Money right) => left.NanoUsd >= right.NanoUsd;

    /// <summary>Returns the larger of two amounts.</summary>
    public static Money Max(Money left, Money right) => left > right ? left : right;

    /// <inheritdoc/>
    public int CompareTo(Money other) => NanoUsd.CompareTo(other.NanoUsd);

    /// <inheritdoc cref="MoneyTotal.ToShortString"/>
    public string ToShortString() => ((MoneyTotal)this).ToShortString();

    /// <summary>The exact dollars in the invariant culture: <c>4.23</c>, <c>0.000000001</c>, <c>-1.50</c>.</summary>
    public override string ToString() => ToUsd().ToString(CultureInfo.InvariantCulture);
}
