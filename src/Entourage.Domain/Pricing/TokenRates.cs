namespace Entourage.Domain.Pricing;

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
    /// <returns>The cost by class; null when a rate that it needs is not listed.</returns>
    /// <remarks>
    /// Added up exactly and rounded once, up, to a whole nano-dollar; the parts are cut so that they add up to that. The most tokens of every class at the
    /// highest rates come to 4,000,000,000 USD, which fits.
    /// </remarks>
    public CostParts? CostOf(BilledTokens tokens, int discountPercent)
    {
        var shortWrites = tokens.Counts.CacheWrite - tokens.LongCacheWrite;
        if (IsUnlisted(CacheRead, tokens.Counts.CacheRead) || IsUnlisted(CacheWrite, shortWrites) || IsUnlisted(LongCacheWrite, tokens.LongCacheWrite))
        {
            return null;
        }

        var sum = Int128.Zero;
        return new(
            Next(Input, tokens.Counts.Input),
            Next(Output, tokens.Counts.Output),
            Next(CacheRead ?? Money.Zero, tokens.Counts.CacheRead),
            Next(CacheWrite ?? Money.Zero, shortWrites) + Next(LongCacheWrite ?? Money.Zero, tokens.LongCacheWrite));

        Money Next(Money rate, long count)
        {
            var before = Rounded(sum);
            sum += (Int128)rate.NanoUsd * count * (WholeDiscount - discountPercent);
            return Rounded(sum) - before;
        }
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
public readonly record struct BilledTokens(TokenCounts Counts, long LongCacheWrite = 0, bool IsBatch = false);

/// <summary>A cost (USD) by class of tokens.</summary>
/// <param name="Input">Of the input tokens.</param>
/// <param name="Output">Of the output tokens.</param>
/// <param name="CacheRead">Of the cache-read tokens.</param>
/// <param name="CacheWrite">Of the cache-write tokens, whatever their lifetime.</param>
public sealed record CostParts(Money Input, Money Output, Money CacheRead, Money CacheWrite)
{
    /// <summary>The whole cost (USD).</summary>
    public Money Total => Input + Output + CacheRead + CacheWrite;
}
