using System.Net;
using System.Threading.RateLimiting;
using Entourage.Application.Abstractions;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Protection;

/// <summary>
/// Slows down guessing of keys: once an address has tried too many wrong keys, each further wrong key gets 429. Valid keys from that address
/// are still served, because many callers may share it. The same wrong key counts once.
/// </summary>
internal sealed class FailedKeys : IDisposable
{
    public const string Detail = "The key is not valid, and too many wrong keys came from your address. Check the key before you try again.";

    // Over all addresses. A wrong key that was evicted counts again, which does no harm.
    private const int MaxRemembered = 65_536;

    private readonly int perMinute;
    private readonly PartitionedRateLimiter<IPAddress> tries;
    private readonly BoundedCache<(IPAddress, int), bool> seen = new(MaxRemembered);

    public FailedKeys(IOptions<RateLimits> options)
    {
        perMinute = options.Value.FailedKeysPerMinute;
        tries = Buckets.Create<IPAddress, IPAddress>(address => address, perMinute, Math.Max(perMinute, 1));
    }

    public void Dispose() => tries.Dispose();

    /// <summary>Counts a wrong key.</summary>
    /// <returns>How long the address must wait before it tries another; null if it need not.</returns>
    public TimeSpan? Count(HttpContext context, string text)
    {
        if (perMinute == 0)
        {
            return null;
        }

        // Only the hash is kept. String hashes are randomised per process, so collisions cannot be prepared.
        var sender = ClientAddress.Of(context);
        if (!seen.TryAdd((sender, text.GetHashCode(StringComparison.Ordinal)), true))
        {
            return tries.GetStatistics(sender)?.CurrentAvailablePermits < 1 ? Wait : null;
        }

        using var lease = tries.AttemptAcquire(sender);
        return lease.IsAcquired ? null : Wait;
    }

    private TimeSpan Wait => TimeSpan.FromMinutes(1.0 / perMinute);
}
