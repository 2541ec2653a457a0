namespace Entourage.Domain;

/// <summary>Tokens by class, as providers bill them.</summary>
/// <param name="Input">Prompt tokens that were neither read from nor written to a cache.</param>
/// <param name="Output">Generated tokens, reasoning included.</param>
/// <param name="CacheRead">Prompt tokens read from the provider's cache.</param>
/// <param name="CacheWrite">Prompt tokens written to the provider's cache.</param>
public readonly record struct TokenCounts(long Input, long Output, long CacheRead = 0, long CacheWrite = 0)
{
    /// <summary>The largest count of a class that one usage may state.</summary>
    public const long LargestInput = 1_000_000_000;

    /// <summary>The largest total of a class, 10¹⁸, which 10⁹ of the largest usages reach. A total with this value means "at least".</summary>
    public const long LargestTotal = 1_000_000_000_000_000_000;

    /// <summary>Input plus output, which sessions and reports call <c>tokens</c>.</summary>
    public long Total => checked(Input + Output);

    /// <summary>The sum of all classes.</summary>
    public long OfAllClasses => checked(Input + Output + CacheRead + CacheWrite);

    /// <summary>Adds class by class.</summary>
    public static TokenCounts operator +(TokenCounts left, TokenCounts right) => checked(new(
        left.Input + right.Input,
        left.Output + right.Output,
        left.CacheRead + right.CacheRead,
        left.CacheWrite + right.CacheWrite));

    /// <summary>Adds two totals class by class, each at most <see cref="LargestTotal"/>.</summary>
    public static TokenCounts AddTotals(TokenCounts left, TokenCounts right) => new(
        TotalOf(left.Input, right.Input),
        TotalOf(left.Output, right.Output),
        TotalOf(left.CacheRead, right.CacheRead),
        TotalOf(left.CacheWrite, right.CacheWrite));

    /// <summary>
    /// Adds to a total, up to <see cref="LargestTotal"/>. A total that has reached it stays there even when something is subtracted,
    /// because its true value is unknown.
    /// </summary>
    public static long TotalOf(Int128 total, Int128 more) => total >= LargestTotal ? LargestTotal : (long)Int128.Min(total + more, LargestTotal);

    /// <summary>Subtracts class by class.</summary>
    public static TokenCounts operator -(TokenCounts left, TokenCounts right) => checked(new(
        left.Input - right.Input,
        left.Output - right.Output,
        left.CacheRead - right.CacheRead,
        left.CacheWrite - right.CacheWrite));
}
