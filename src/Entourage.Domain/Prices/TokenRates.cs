namespace Entourage.Domain.Prices;

/// <summary>The rates of each class of tokens (USD per million tokens). Null is a rate that is not listed, which does not mean free.</summary>
/// <param name="Input">Prompt tokens that were neither read from nor written to a cache.</param>
/// <param name="Output">Generated tokens, reasoning included.</param>
/// <param name="CacheRead">Prompt tokens read from the provider's cache.</param>
/// <param name="CacheWrite">Prompt tokens written to the provider's cache, for its default lifetime (5 minutes at Anthropic).</param>
/// <param name="LongCacheWrite">Prompt tokens written to the provider's cache for an hour.</param>
public sealed record TokenRates(Money Input, Money Output, Money? CacheRead, Money? CacheWrite, Money? LongCacheWrite)
{
    private const long TokensOfRate = 1_000_000;
    private const int WholeDiscount = 100;

    /// <summary>Computes the cost of tokens.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="discountPercent">The discount (percent).</param>
    /// <returns>The cost by class. Tokens without a listed rate cost the input rate, and the cost is then an estimate.</returns>
    /// <remarks>
    /// The exact sum is rounded up once, to a whole nano-dollar, and the parts are cut so that they add up to it. The most tokens of every
    /// class at the highest rates cost 4,000,000,000 USD, which fits.
    /// </remarks>
    public CostParts CostOf(BilledTokens tokens, int discountPercent)
    {
        var shortWrites = tokens.Counts.CacheWrite - tokens.LongCacheWrite;
        var isEstimated = IsUnlisted(CacheRead, tokens.Counts.CacheRead)
            || IsUnlisted(CacheWrite, shortWrites)
            || IsUnlisted(LongCacheWrite, tokens.LongCacheWrite);
        var sum = Int128.Zero;
        return new(
            Next(Input, tokens.Counts.Input),
            Next(Output, tokens.Counts.Output),
            Next(CacheRead ?? Input, tokens.Counts.CacheRead),
            Next(CacheWrite ?? Input, shortWrites) + Next(LongCacheWrite ?? Input, tokens.LongCacheWrite),
            isEstimated);

        Money Next(Money rate, long count)
        {
            var before = Rounded(sum);
            sum += (Int128)rate.NanoUsd * count * (WholeDiscount - discountPercent);
            return Rounded(sum) - before;
        }
    }

    /// <summary>Computes the most that tokens can cost (USD), whether the prompt is billed as input, cache reads or cache writes.</summary>
    /// <param name="tokens">The most tokens that a call can use.</param>
    public Money BoundOf(TokenBound tokens)
    {
        var unwritten = Money.Max(Input, CacheRead ?? Input);
        var shortWrite = Money.Max(unwritten, CacheWrite ?? Input);
        var longWrite = Money.Max(shortWrite, LongCacheWrite ?? Input);

        // Tokens that may be written may also be found in the cache, so each bound includes the ones before it.
        var (prompt, writes) = tokens.CacheWrite is { } stated ? (unwritten, stated) : (longWrite, 0);
        var longWrites = Math.Min(tokens.LongCacheWrite ?? writes, writes);
        var bound = new TokenRates(prompt, Output, null, shortWrite, longWrite);
        return bound.CostOf(new(new(tokens.Input, tokens.Output, 0, writes), longWrites), 0).Total;
    }

    /// <summary>Raises the rates by a percentage, rounded up to a whole nano-dollar per million tokens.</summary>
    /// <param name="percent">The increase (percent).</param>
    public TokenRates Raise(int percent)
    {
        return new(Raised(Input), Raised(Output), RaisedIfListed(CacheRead), RaisedIfListed(CacheWrite), RaisedIfListed(LongCacheWrite));

        Money? RaisedIfListed(Money? rate) => rate is { } listed ? Raised(listed) : null;

        Money Raised(Money rate) => new((long)((((Int128)rate.NanoUsd * (100 + percent)) + 99) / 100));
    }

    private static bool IsUnlisted(Money? rate, long count) => rate is null && count > 0;

    private static Money Rounded(Int128 sum)
    {
        const long Unit = TokensOfRate * WholeDiscount;
        return new(checked((long)((sum + Unit - 1) / Unit)));
    }
}

/// <summary>Tokens with everything that determines their price.</summary>
/// <param name="Counts">The tokens by class.</param>
/// <param name="LongCacheWrite">The part of the cache-write tokens that was written for an hour.</param>
/// <param name="IsBatch">Whether the provider's batch API was used, which is cheaper and slower.</param>
/// <param name="IsSum">Whether the tokens are a sum of calls, so that the rates for long prompts do not apply.</param>
public readonly record struct BilledTokens(TokenCounts Counts, long LongCacheWrite = 0, bool IsBatch = false, bool IsSum = false);

/// <summary>The most tokens that a call can use.</summary>
/// <param name="Input">Prompt tokens, including cached ones, without those in <paramref name="CacheWrite"/>.</param>
/// <param name="Output">Output tokens.</param>
/// <param name="CacheWrite">Further prompt tokens that may be written to a cache; null if any of the prompt may be.</param>
/// <param name="LongCacheWrite">The part of <paramref name="CacheWrite"/> that may be written for an hour; null if any of it may be.</param>
public readonly record struct TokenBound(long Input, long Output, long? CacheWrite = null, long? LongCacheWrite = null)
{
    /// <summary>All prompt tokens.</summary>
    public long Prompt => Input + (CacheWrite ?? 0);

    /// <summary>All tokens.</summary>
    public long OfAllClasses => Prompt + Output;
}

/// <summary>The cost of tokens by class (USD).</summary>
/// <param name="Input">The cost of the input tokens.</param>
/// <param name="Output">The cost of the output tokens.</param>
/// <param name="CacheRead">The cost of the cache-read tokens.</param>
/// <param name="CacheWrite">The cost of the cache-write tokens of any lifetime.</param>
/// <param name="IsEstimated">Whether a needed rate or discount was not listed.</param>
public sealed record CostParts(Money Input, Money Output, Money CacheRead, Money CacheWrite, bool IsEstimated = false)
{
    /// <summary>The total cost (USD).</summary>
    public Money Total => Input + Output + CacheRead + CacheWrite;
}
