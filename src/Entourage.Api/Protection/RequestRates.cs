using System.Net;
using System.Threading.RateLimiting;
using Entourage.Api.Auth;
using Entourage.Application.Access;
using Entourage.Dashboard.Pages;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Protection;

/// <summary>
/// Limits the rate of requests, by address before authentication and by key or person after it. A valid key or token is served even if its
/// address is over the limit, because many callers may share an address, and each key and person has a separate limit. Buckets are dropped
/// seconds after they are full again.
/// </summary>
internal sealed class RequestRates : IDisposable
{
    private const string Detail = "You sent more requests than the rate limit allows. Nothing was recorded. Send the request again after the time in Retry-After.";

    private static readonly PathString HealthPath = "/health";

    private readonly RateLimits limits;
    private readonly PartitionedRateLimiter<HttpContext> addresses;
    private readonly PartitionedRateLimiter<CallerBucket> callers;

    public RequestRates(IOptions<RateLimits> options)
    {
        limits = options.Value;
        addresses = Buckets.Create<HttpContext, IPAddress>(ClientAddress.Of, limits.AddressPerMinute, limits.AddressBurst);
        callers = Buckets.Create<CallerBucket, CallerBucket>(bucket => bucket, limits.KeyPerMinute, limits.KeyBurst);
    }

    /// <summary>Whether the address is over its limit, and the request was let through only because it has a key to check.</summary>
    public static bool IsOverLimit(HttpContext context) => context.Features.Get<OverLimit>() is not null;

    /// <summary>Limits requests by address, except health checks and requests from this machine. Comes before authentication.</summary>
    /// <param name="app">The server.</param>
    /// <param name="needsKeys">Whether requests need a key. If so, a request with a key is let through until the key is checked.</param>
    public void UseAddresses(IApplicationBuilder app, bool needsKeys)
    {
        if (limits.AddressPerMinute > 0)
        {
            app.Use((context, next) => CheckAddressAsync(context, next, needsKeys));
        }
    }

    /// <summary>Refuses requests from an address over its limit that have no valid key or token. Comes after authentication.</summary>
    public void UseAddressLimitWithoutKey(IApplicationBuilder app)
    {
        if (limits.AddressPerMinute > 0)
        {
            app.Use((context, next) =>
                context.Features.Get<OverLimit>() is { } over && BucketOf(context) is null && !IsSignIn(context)
                    ? TooManyRequests.WriteAsync(context, over.Wait, Detail)
                    : next(context));
        }
    }

    /// <summary>Limits requests by key or person. Comes after authentication.</summary>
    public void UseCallers(IApplicationBuilder app)
    {
        if (limits.KeyPerMinute > 0)
        {
            app.Use(CheckCallerAsync);
        }
    }

    public void Dispose()
    {
        addresses.Dispose();
        callers.Dispose();
    }

    private Task CheckAddressAsync(HttpContext context, RequestDelegate next, bool needsKeys)
    {
        if (ClientAddress.IsThisMachine(context) || IsHealth(context))
        {
            return next(context);
        }

        using var lease = addresses.AttemptAcquire(context);
        if (lease.IsAcquired)
        {
            return next(context);
        }

        if (!needsKeys || !(IsSignIn(context) || Authentication.HasCredential(context.Request)))
        {
            return TooManyRequests.WriteAsync(context, WaitOf(lease), Detail);
        }

        context.Features.Set(new OverLimit(WaitOf(lease)));
        return next(context);
    }

    private Task CheckCallerAsync(HttpContext context, RequestDelegate next)
    {
        if (BucketOf(context) is not { } bucket || IsHealth(context))
        {
            return next(context);
        }

        using var lease = callers.AttemptAcquire(bucket);
        return lease.IsAcquired ? next(context) : TooManyRequests.WriteAsync(context, WaitOf(lease), Detail);
    }

    private static TimeSpan WaitOf(RateLimitLease lease) => lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.Zero;

    // Without keys, callers cannot be told apart.
    private static CallerBucket? BucketOf(HttpContext context) =>
        context.RequestServices.GetRequiredService<CallerContext>().Known is { } caller && (caller.KeyId is not null || caller.Issuer is not null)
            ? new(caller.KeyId, caller.Issuer, caller.Subject)
            : null;

    private static bool IsHealth(HttpContext context) => context.Request.Path.StartsWithSegments(HealthPath);

    // The sign-in form has its key in the body.
    private static bool IsSignIn(HttpContext context) => HttpMethods.IsPost(context.Request.Method) && context.Request.Path == SignInPage.Action;

    /// <summary>Identifies a key or a person.</summary>
    private readonly record struct CallerBucket(Guid? KeyId, string? Issuer, string? Subject);

    /// <summary>The address is over its limit.</summary>
    /// <param name="Wait">How long it should wait.</param>
    private sealed record OverLimit(TimeSpan Wait);
}
