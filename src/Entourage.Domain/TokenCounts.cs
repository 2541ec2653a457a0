namespace Entourage.Domain;

/// <summary>Tokens by class, as providers meter them.</summary>
/// <param name="Input">Prompt tokens that were neither read from nor written to a cache.</param>
/// <param name="Output">Generated tokens, reasoning included.</param>
/// <param name="CacheRead">Prompt tokens read from the provider's cache.</param>
/// <param name="CacheWrite">Prompt tokens written to the provider's cache.</param>
public readonly record struct TokenCounts(long Input, long Output, long CacheRead = 0, long CacheWrite = 0)
{
    /// <summary>The largest count of one class that one usage may state.</summary>
    public const long LargestInput = 1_000_000_000;

    /// <summary>
    /// The most tokens of one class that a total counts: 10¹⁸. One that shows as many means "at least"; 10⁹ of the largest usages come to it.
    /// </summary>
    public const long LargestTotal = 1_000_000_000_000_000_000;

    /// <summary>Input plus output: the figure that sessions and reports call <c>tokens</c>.</summary>
    public long Total => checked(Input + Output);

    /// <summary>Every token of every class.</summary>
    public long OfAllClasses => checked(Input + Output + CacheRead + CacheWrite);

    /// <summary>The sum, class by class.</summary>
    public static TokenCounts operator +(TokenCounts left, TokenCounts right) => checked(new(
        left.Input + right.Input,
        left.Output + right.Output,
        left.CacheRead + right.CacheRead,
        left.CacheWrite + right.CacheWrite));

    /// <summary>The total of two totals, class by class, at most <see cref="LargestTotal"/> each.</summary>
    public static TokenCounts AddTotals(TokenCounts left, TokenCounts right) => new(
        TotalOf(left.Input, right.Input),
        TotalOf(left.Output, right.Output),
        TotalOf(left.CacheRead, right.CacheRead),
        TotalOf(left.CacheWrite, right.CacheWrite));

    /// <summary>
    /// A total and what is added to it, at most <see cref="LargestTotal"/>. A total that has reached this stays there, whatever is taken off it: nobody
    /// knows what it would be.
    /// </summary>
    public static long TotalOf(Int128 total, Int128 more) => total >= LargestTotal ? LargestTotal : (long)Int128.Min(total + more, LargestTotal);

    /// <summary>The difference, class by class.</summary>
    public static TokenCounts operator -(TokenCounts left, TokenCounts right) => checked(new(
        left.Input - right.Input,
        left.Output - right.Output,
        left.CacheRead - right.CacheRead,
        left.CacheWrite - right.CacheWrite));
}
