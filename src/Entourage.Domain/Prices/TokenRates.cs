namespace Entourage.Domain.Prices;

/// <summary>What a million tokens of each class cost (USD). Null is a rate that is not listed, which is not the same as free.</summary>
/// <param name="Input">Prompt tokens that were neither read from nor written to a cache.</param>
/// <param name="Output">Generated tokens, reasoning included.</param>
/// <param name="CacheRead">Prompt tokens read from the provider's cache.</param>
/// <param name="CacheWrite">Prompt tokens written to the provider's cache, for its default lifetime (5 minutes at Anthropic).</param>
/// <param name="LongCacheWrite">Prompt tokens written to the provider's cache for an hour.</param>
public sealed record TokenRates(Money Input, Money Output, Money? CacheRead, Money? CacheWrite, Money? LongCacheWrite)
{
    private const long TokensOfRate = 1_000_000;
    private const int WholeDiscount = 100;

    /// <summary>What tokens cost.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="discountPercent">What is taken off (percent).</param>
    /// <returns>The cost by class. Tokens whose rate is not listed cost the input rate, and make it an estimate.</returns>
    /// <remarks>
    /// Added up exactly and rounded once, up, to a whole nano-dollar; the parts are cut so that they add up to that. The most tokens of every class at the
    /// highest rates come to 4,000,000,000 USD, which fits.
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

    /// <summary>The most that tokens can cost (USD), however the prompt is billed: as input, read from a cache, or written to one.</summary>
    /// <param name="tokens">The most tokens that a call uses.</param>
    public Money BoundOf(TokenBound tokens)
    {
        var unwritten = Money.Max(Input, CacheRead ?? Input);
        var shortWrite = Money.Max(unwritten, CacheWrite ?? Input);
        var longWrite = Money.Max(shortWrite, LongCacheWrite ?? Input);

        // What may be written may just as well be found in the cache, so each class is bounded by those before it.
        var (prompt, writes) = tokens.CacheWrite is { } stated ? (unwritten, stated) : (longWrite, 0);
        var longWrites = Math.Min(tokens.LongCacheWrite ?? writes, writes);
        var bound = new TokenRates(prompt, Output, null, shortWrite, longWrite);
        return bound.CostOf(new(new(tokens.Input, tokens.Output, 0, writes), longWrites), 0).Total;
    }

    /// <summary>These rates, raised by a percentage and rounded up to a whole nano-dollar a million tokens.</summary>
    /// <param name="percent">By how much (percent).</param>
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

/// <summary>Tokens as a price sees them.</summary>
/// <param name="Counts">How many of each class.</param>
/// <param name="LongCacheWrite">Those of the cache-write tokens that were written for an hour.</param>
/// <param name="IsBatch">Whether they went through the provider's batch API, which is cheaper and slower.</param>
/// <param name="IsSum">Whether they are a sum of calls, none of which needs to have had a long prompt.</param>
public readonly record struct BilledTokens(TokenCounts Counts, long LongCacheWrite = 0, bool IsBatch = false, bool IsSum = false);

/// <summary>The most tokens that a call is going to use.</summary>
/// <param name="Input">Prompt tokens, cached ones included, without those in <paramref name="CacheWrite"/>.</param>
/// <param name="Output">Output tokens.</param>
/// <param name="CacheWrite">Further prompt tokens that may be written to a cache; null where any of the prompt may.</param>
/// <param name="LongCacheWrite">Those of <paramref name="CacheWrite"/> that may be written for an hour; null where any of them may.</param>
public readonly record struct TokenBound(long Input, long Output, long? CacheWrite = null, long? LongCacheWrite = null)
{
    /// <summary>The whole prompt.</summary>
    public long Prompt => Input + (CacheWrite ?? 0);
}

/// <summary>A cost (USD) by class of tokens.</summary>
/// <param name="Input">Of the input tokens.</param>
/// <param name="Output">Of the output tokens.</param>
/// <param name="CacheRead">Of the cache-read tokens.</param>
/// <param name="CacheWrite">Of the cache-write tokens, whatever their lifetime.</param>
/// <param name="IsEstimated">Whether the price lacked a rate or a discount that the tokens needed.</param>
public sealed record CostParts(Money Input, Money Output, Money CacheRead, Money CacheWrite, bool IsEstimated = false)
{
    /// <summary>The whole cost (USD).</summary>
    public Money Total => Input + Output + CacheRead + CacheWrite;
}
