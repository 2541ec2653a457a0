using System.Threading.RateLimiting;

namespace Entourage.Api.Protection;

/// <summary>Creates token bucket rate limiters with one bucket per owner. Unused full buckets are dropped.</summary>
internal static class Buckets
{
    /// <param name="ownerOf">Returns the owner of the bucket.</param>
    /// <param name="perMinute">How many tokens a bucket gains per minute, one at a time.</param>
    /// <param name="size">How many tokens a full bucket has. It starts full.</param>
    public static PartitionedRateLimiter<TResource> Create<TResource, TOwner>(Func<TResource, TOwner> ownerOf, int perMinute, int size)
        where TOwner : notnull
    {
        var options = new TokenBucketRateLimiterOptions
        {
            TokenLimit = size,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromMinutes(1.0 / Math.Max(perMinute, 1)),
            QueueLimit = 0,

            // The partitioned limiter refills all buckets together, instead of with a timer for each.
            AutoReplenishment = false,
        };
        return PartitionedRateLimiter.Create<TResource, TOwner>(resource => RateLimitPartition.GetTokenBucketLimiter(ownerOf(resource), _ => options));
    }
}
