using System.Globalization;

namespace Entourage.Domain.Otlp;

/// <summary>The tokens and cost that a program reports for one call, or for all its calls in an interval.</summary>
/// <param name="Input">Input tokens, cached ones not included.</param>
/// <param name="Output">Output tokens.</param>
/// <param name="CacheRead">Cache-read tokens.</param>
/// <param name="CacheWrite">Cache-write tokens.</param>
/// <param name="CostUsd">The stated cost (USD); null if none is stated.</param>
public readonly record struct SourceAmounts(decimal Input, decimal Output, decimal CacheRead, decimal CacheWrite, decimal? CostUsd)
{
    /// <summary>No tokens, with a known cost of zero.</summary>
    public static readonly SourceAmounts Zero = new(0, 0, 0, 0, 0);

    /// <summary>Whether there are tokens of any class.</summary>
    public bool HasTokens => Input > 0 || Output > 0 || CacheRead > 0 || CacheWrite > 0;

    /// <summary>Whether there are neither tokens nor a cost.</summary>
    public bool IsZero => !HasTokens && CostUsd is null or 0;

    /// <summary>Returns the smaller number of each class. The cost is null if either cost is.</summary>
    public SourceAmounts Common(SourceAmounts other) => new(
        Math.Min(Input, other.Input),
        Math.Min(Output, other.Output),
        Math.Min(CacheRead, other.CacheRead),
        Math.Min(CacheWrite, other.CacheWrite),
        CostUsd is { } cost && other.CostUsd is { } otherCost ? Math.Min(cost, otherCost) : null);

    /// <summary>Subtracts the tokens of a part and keeps the cost.</summary>
    public SourceAmounts Without(SourceAmounts part) =>
        new(Input - part.Input, Output - part.Output, CacheRead - part.CacheRead, CacheWrite - part.CacheWrite, CostUsd);

    /// <summary>Adds two amounts. The sum has a cost only if both have one.</summary>
    public SourceAmounts Plus(SourceAmounts other) =>
        new(Input + other.Input, Output + other.Output, CacheRead + other.CacheRead, CacheWrite + other.CacheWrite, CostUsd + other.CostUsd);

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString() =>
        IsZero ? "" : string.Create(CultureInfo.InvariantCulture, $"{Input}:{Output}:{CacheRead}:{CacheWrite}:{CostUsd}");

    /// <summary>Reads what <see cref="ToString"/> returned.</summary>
    public static SourceAmounts Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0)
        {
            return Zero;
        }

        var parts = text.Split(':');
        return new(Number(parts[0]), Number(parts[1]), Number(parts[2]), Number(parts[3]), parts[4].Length == 0 ? null : Number(parts[4]));

        static decimal Number(string digits) => decimal.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture);
    }
}
