using System.Globalization;

namespace Entourage.Domain;

/// <summary>
/// An exact amount of US dollars, held as a whole number of nano-dollars (10⁻⁹ USD).
/// </summary>
/// <remarks>
/// It is a single amount: a price, a limit, the cost of one usage, of which the largest that a price can come to is 4,000,000,000 USD. Sums over many
/// records are a <see cref="MoneyTotal"/>. Arithmetic is checked: what does not fit (about ±9.2 thousand million dollars) throws
/// <see cref="OverflowException"/> and is never wrapped. There is one currency, so there is no currency field.
/// </remarks>
/// <param name="NanoUsd">The amount in nano-dollars.</param>
public readonly record struct Money(long NanoUsd) : IComparable<Money>
{
    /// <summary>Nano-dollars in one dollar.</summary>
    public const long NanosPerUsd = 1_000_000_000;

    /// <summary>The most decimals that an amount of dollars can have.</summary>
    public const int Decimals = 9;

    /// <summary>No money.</summary>
    public static readonly Money Zero;

    /// <summary>The largest amount a caller may state, in a limit or a cost: 1,000,000 USD.</summary>
    public static readonly Money LargestInput = new(1_000_000 * NanosPerUsd);

    // A program that reckons in binary fractions of 64 bits is sure of 15 digits and writes up to 17: it makes 0.30000000000000004 of 0.1 + 0.2.
    private const int SureDigits = 15;
    private const int WrittenDigits = 17;

    private const int MaxDecimalLength = 28;

    /// <summary>Makes an amount from dollars.</summary>
    /// <param name="usd">
    /// Dollars with at most nine decimals. Those that a binary fraction adds to these are dropped: 0.30000000000000004 is 0.3.
    /// </param>
    /// <returns>The same amount, exactly.</returns>
    /// <exception cref="RuleViolationException"><c>money.precision</c>: more than nine decimals; <c>money.range</c>: the amount does not fit.</exception>
    public static Money FromUsd(decimal usd)
    {
        EnsureRange(usd);
        var nanos = usd * NanosPerUsd;
        if (nanos != decimal.Truncate(nanos) && usd == Round(usd, WrittenDigits))
        {
            nanos = Round(usd, SureDigits) * NanosPerUsd;
        }

        return nanos == decimal.Truncate(nanos)
            ? new Money((long)nanos)
            : throw new RuleViolationException("money.precision", $"An amount of dollars has at most {Decimals} decimals.");
    }

    /// <summary>
    /// Makes an amount from dollars of any precision, rounded up to a whole nano-dollar, so that nothing that was spent is lost. What is beyond nine
    /// decimals and 15 digits is the noise of a binary fraction and is dropped first.
    /// </summary>
    /// <param name="usd">Dollars. Less than zero rounds away from zero.</param>
    /// <exception cref="RuleViolationException"><c>money.range</c>: the amount does not fit.</exception>
    public static Money RoundUp(decimal usd)
    {
        EnsureRange(usd);
        var nanos = Round(usd, SureDigits) * NanosPerUsd;
        return new Money((long)(usd < 0 ? decimal.Floor(nanos) : decimal.Ceiling(nanos)));
    }

    private static void EnsureRange(decimal usd)
    {
        if (usd is < long.MinValue / (decimal)NanosPerUsd or > long.MaxValue / (decimal)NanosPerUsd)
        {
            throw new RuleViolationException("money.range", "The amount is too large.");
        }
    }

    // To a number of significant digits, and nine decimals at least: no nano-dollar is noise.
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
        // Two decimals at least, as money is written; trailing zeros beyond that carry nothing.
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

    /// <summary>The sum of two amounts.</summary>
    public static Money operator +(Money left, Money right) => new(checked(left.NanoUsd + right.NanoUsd));

    /// <summary>The difference of two amounts.</summary>
    public static Money operator -(Money left, Money right) => new(checked(left.NanoUsd - right.NanoUsd));

    /// <summary>Whether the left amount is the smaller one.</summary>
    public static bool operator <(Money left, Money right) => left.NanoUsd < right.NanoUsd;

    /// <summary>Whether the left amount is the larger one.</summary>
    public static bool operator >(Money left, Money right) => left.NanoUsd > right.NanoUsd;

    /// <summary>Whether the left amount is at most the right one.</summary>
    public static bool operator <=(Money left, Money right) => left.NanoUsd <= right.NanoUsd;

    /// <summary>Whether the left amount is at least the right one.</summary>
    public static bool operator >=(Money left, Money right) => left.NanoUsd >= right.NanoUsd;

    /// <summary>The larger of two amounts.</summary>
    public static Money Max(Money left, Money right) => left > right ? left : right;

    /// <inheritdoc/>
    public int CompareTo(Money other) => NanoUsd.CompareTo(other.NanoUsd);

    /// <inheritdoc cref="MoneyTotal.ToShortString"/>
    public string ToShortString() => ((MoneyTotal)this).ToShortString();

    /// <summary>The dollars as invariant digits: <c>4.23</c>, <c>0.000000001</c>, <c>-1.50</c>.</summary>
    public override string ToString() => ToUsd().ToString(CultureInfo.InvariantCulture);
}
