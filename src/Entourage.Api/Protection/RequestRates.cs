using System.Net;
using System.Threading.RateLimiting;
using Entourage.Application.Access;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Protection;

/// <summary>Who has asked how often. What is known of somebody is forgotten seconds after it makes no difference any more.</summary>
internal sealed class RequestRates : IDisposable
{
    private static readonly PathString Health = "/health";

    private readonly RateLimits limits;
    private readonly PartitionedRateLimiter<HttpContext> addresses;
    private readonly PartitionedRateLimiter<HttpContext> keys;

    public RequestRates(IOptions<RateLimits> options)
    {
        limits = options.Value;
        addresses = Buckets.Create<HttpContext, IPAddress>(Sender.Of, limits.AddressPerMinute, limits.AddressBurst);
        keys = Buckets.Create<HttpContext, Guid>(context => KeyOf(context)!.Value, limits.KeyPerMinute, limits.KeyBurst);
    }

    /// <summary>Counts by address. Whoever asks whether the server is well is not counted, nor what runs on the same machine.</summary>
    public void UseAddresses(IApplicationBuilder app)
    {
        if (limits.AddressPerMinute > 0)
        {
            app.UseWhen(context => !IPAddress.IsLoopback(Sender.Of(context)) && !IsHealth(context), branch => Use(branch, addresses));
        }
    }

    /// <summary>Counts by the key of the caller, who must be known by now.</summary>
    public void UseKeys(IApplicationBuilder app)
    {
        if (limits.KeyPerMinute > 0)
        {
            app.UseWhen(context => KeyOf(context) is not null && !IsHealth(context), branch => Use(branch, keys));
        }
    }

    public void Dispose()
    {
        addresses.Dispose();
        keys.Dispose();
    }

    private static void Use(IApplicationBuilder app, PartitionedRateLimiter<HttpContext> limiter) => app.UseRateLimiter(new RateLimiterOptions
    {
        GlobalLimiter = limiter,
        OnRejected = (rejected, _) => new(TooManyRequests.AnswerAsync(
            rejected.HttpContext,
            rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.Zero,
            "These are more requests than are answered in that time. Nothing was recorded.")),
    });

    private static Guid? KeyOf(HttpContext context) => context.RequestServices.GetRequiredService<CallerContext>().Known?.KeyId;

    private static bool IsHealth(HttpContext context) => context.Request.Path.StartsWithSegments(Health);
}
