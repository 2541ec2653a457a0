using System.Net;
using System.Threading.RateLimiting;
using Entourage.Application.Abstractions;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Protection;

/// <summary>
/// Slows those who guess keys: an address that has tried too many wrong ones is told to wait with each further one. Keys that are right are
/// served from there all the same, since many callers may share an address. A wrong key that is sent again and again is one guess.
/// </summary>
internal sealed class FailedKeys : IDisposable
{
    /// <summary>What is said to whoever has to wait.</summary>
    public const string Detail = "This key lets nobody in, and too many wrong keys came from this address. Check the key before you try again.";

    // Whatever the number of addresses: a wrong key that is forgotten is a guess once more, and no harm is done.
    private const int Remembered = 65_536;

    private readonly int perMinute;
    private readonly PartitionedRateLimiter<IPAddress> tries;
    private readonly BoundedCache<(IPAddress, int), bool> seen = new(Remembered);

    public FailedKeys(IOptions<RateLimits> options)
    {
        perMinute = options.Value.FailedKeysPerMinute;
        tries = Buckets.Create<IPAddress, IPAddress>(address => address, perMinute, Math.Max(perMinute, 1));
    }

    public void Dispose() => tries.Dispose();

    /// <summary>Counts a wrong key.</summary>
    /// <returns>How long its address has to wait before the next one; null where it may try another at once.</returns>
    public TimeSpan? Count(HttpContext context, string text)
    {
        if (perMinute == 0)
        {
            return null;
        }

        // The key itself is not kept. The hash of a text is another one in each process, so nobody can prepare keys that share one.
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
