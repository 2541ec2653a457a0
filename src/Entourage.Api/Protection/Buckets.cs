using System.Threading.RateLimiting;

namespace Entourage.Api.Protection;

/// <summary>Buckets of tokens, one for each of those who take from them. Full ones that nobody needs are dropped.</summary>
internal static class Buckets
{
    /// <summary>Makes them.</summary>
    /// <param name="ownerOf">Whose bucket it is.</param>
    /// <param name="perMinute">How many tokens come in a minute, one by one.</param>
    /// <param name="size">How many there are at first, and at most.</param>
    public static PartitionedRateLimiter<TResource> Create<TResource, TOwner>(Func<TResource, TOwner> ownerOf, int perMinute, int size)
        where TOwner : notnull
    {
        var options = new TokenBucketRateLimiterOptions
        {
            TokenLimit = size,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromMinutes(1.0 / Math.Max(perMinute, 1)),
            QueueLimit = 0,

            // Else each has a timer of its own; so they are filled together.
            AutoReplenishment = false,
        };
        return PartitionedRateLimiter.Create<TResource, TOwner>(resource => RateLimitPartition.GetTokenBucketLimiter(ownerOf(resource), _ => options));
    }
}
