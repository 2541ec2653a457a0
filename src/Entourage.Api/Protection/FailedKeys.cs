using System.Net;
using System.Threading.RateLimiting;
using Entourage.Application.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Entourage.Api.Protection;

/// <summary>
/// Keeps keys from being guessed: an address that has tried too many wrong ones is refused before another is looked at. A wrong key that
/// is sent again and again is one guess: an agent that was given a bad one does not lock out those who share its address.
/// </summary>
internal sealed class FailedKeys : IDisposable
{
    private static readonly string[] Headers = ["X-API-Key", "Authorization"];

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

    /// <summary>Counts, before anybody looks at keys.</summary>
    public void Use(IApplicationBuilder app)
    {
        if (perMinute > 0)
        {
            app.Use(CountAsync);
        }
    }

    public void Dispose() => tries.Dispose();

    private async Task CountAsync(HttpContext context, RequestDelegate next)
    {
        if (!IsAnyShown(context))
        {
            // There is nothing to guess about it.
            await next(context);
            return;
        }

        var sender = Sender.Of(context);
        if (tries.GetStatistics(sender)?.CurrentAvailablePermits < 1)
        {
            await TooManyRequests.AnswerAsync(context, TimeSpan.FromMinutes(1.0 / perMinute), "Too many keys that are none came from this address.");
            return;
        }

        await next(context);
        if (context.Response.StatusCode == StatusCodes.Status401Unauthorized && seen.TryAdd((sender, HashOf(context)), true))
        {
            using var _ = tries.AttemptAcquire(sender);
        }
    }

    private static bool IsAnyShown(HttpContext context) => Headers.Any(header => !StringValues.IsNullOrEmpty(context.Request.Headers[header]));

    // The key itself is not kept. The hash of a text is another one in each process, so nobody can prepare keys that share one.
    private static int HashOf(HttpContext context) =>
        Headers.Aggregate(0, (hash, header) => HashCode.Combine(hash, context.Request.Headers[header].ToString()));
}
