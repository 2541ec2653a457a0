using System.Net;
using System.Threading.RateLimiting;
using Entourage.Api.Auth;
using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Protection;

/// <summary>
/// Keeps keys from being guessed: an address that has tried too many wrong ones is refused before another is looked at. A wrong key that
/// is sent again and again is one guess: an agent that was given a bad one does not lock out those who share its address.
/// </summary>
internal sealed class FailedKeys : IDisposable
{
    // Whatever the number of addresses: a wrong key that is forgotten is a guess once more, and no harm is done.
    private const int Remembered = 65_536;

    private readonly int perMinute;
    private readonly PartitionedRateLimiter<IPAddress> tries;
    private readonly BoundedCache<(IPAddress, int), bool> seen = new(Remembered);

    // Nearly always there was none, and nobody's tries need be asked for.
    private volatile bool anyWrong;

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
            app.Use(CheckAsync);
        }
    }

    public void Dispose() => tries.Dispose();

    /// <summary>Whether an address has tried too many wrong keys, and for how long it is refused; null where it may try.</summary>
    public TimeSpan? WaitOf(HttpContext context) =>
        anyWrong && tries.GetStatistics(Sender.Of(context))?.CurrentAvailablePermits < 1 ? TimeSpan.FromMinutes(1.0 / perMinute) : null;

    /// <summary>Counts a wrong key.</summary>
    public void Count(HttpContext context, string text)
    {
        if (perMinute == 0)
        {
            return;
        }

        // The key itself is not kept. The hash of a text is another one in each process, so nobody can prepare keys that share one.
        var sender = Sender.Of(context);
        if (seen.TryAdd((sender, text.GetHashCode(StringComparison.Ordinal)), true))
        {
            anyWrong = true;
            using var _ = tries.AttemptAcquire(sender);
        }
    }

    private async Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        // There is nothing to guess about none.
        if (KeyAuthentication.TextOf(context.Request) is not { } text)
        {
            await next(context);
            return;
        }

        if (WaitOf(context) is { } wait)
        {
            await TooManyRequests.AnswerAsync(context, wait, "Too many keys that are none came from this address.");
            return;
        }

        await next(context);
        if (context.User.Identity is not CallerIdentity && (await context.AuthenticateAsync()).Failure is not null)
        {
            Count(context, text);
        }
    }
}
