using System.Net;
using System.Threading.RateLimiting;
using Entourage.Api.Auth;
using Entourage.Application.Access;
using Entourage.Dashboard.Pages;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Protection;

/// <summary>
/// Who has asked how often. Callers are counted by address before anybody knows who they are, and by their key or token after that. An
/// address that asks too often keeps nobody from being served who shows a valid key or token: many callers may share an address, and each of these
/// has a limit of its own. What is known of somebody is forgotten seconds after it makes no difference any more.
/// </summary>
internal sealed class RequestRates : IDisposable
{
    private const string Detail = "These are more requests than are answered in that time. Nothing was recorded.";

    private static readonly PathString Health = "/health";

    private readonly RateLimits limits;
    private readonly PartitionedRateLimiter<HttpContext> addresses;
    private readonly PartitionedRateLimiter<HttpContext> callers;

    public RequestRates(IOptions<RateLimits> options)
    {
        limits = options.Value;
        addresses = Buckets.Create<HttpContext, IPAddress>(ClientAddress.Of, limits.AddressPerMinute, limits.AddressBurst);
        callers = Buckets.Create<HttpContext, CallerBucket>(context => BucketOf(context)!.Value, limits.KeyPerMinute, limits.KeyBurst);
    }

    /// <summary>Whether an address has asked too often, though the request is looked at for the key that it shows.</summary>
    public static bool IsOverLimit(HttpContext context) => context.Features.Get<OverLimit>() is not null;

    /// <summary>Counts by address. Whoever asks whether the server is well is not counted, nor what runs on the same machine.</summary>
    /// <param name="app">The server.</param>
    /// <param name="needsKeys">Whether requests need a key, so that a valid one tells who sends them.</param>
    public void UseAddresses(IApplicationBuilder app, bool needsKeys)
    {
        if (limits.AddressPerMinute > 0)
        {
            app.Use((context, next) => CheckAddressAsync(context, next, needsKeys));
        }
    }

    /// <summary>Refuses what came from an address over its limit, unless a valid key or token came with it. Comes after what looks at these.</summary>
    public void UseOverLimit(IApplicationBuilder app)
    {
        if (limits.AddressPerMinute > 0)
        {
            app.Use((context, next) =>
                context.Features.Get<OverLimit>() is { } over && BucketOf(context) is null && !IsSignIn(context)
                    ? TooManyRequests.AnswerAsync(context, over.Wait, Detail)
                    : next(context));
        }
    }

    /// <summary>Counts by the key or token of the caller, who must be known by now.</summary>
    public void UseKeys(IApplicationBuilder app)
    {
        if (limits.KeyPerMinute > 0)
        {
            app.UseWhen(context => BucketOf(context) is not null && !IsHealth(context), branch => branch.UseRateLimiter(new RateLimiterOptions
            {
                GlobalLimiter = callers,
                OnRejected = (rejected, _) => new(TooManyRequests.AnswerAsync(rejected.HttpContext, WaitOf(rejected.Lease), Detail)),
            }));
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

        if (!needsKeys || !(IsSignIn(context) || KeyAuthentication.TextOf(context.Request) is not null))
        {
            return TooManyRequests.AnswerAsync(context, WaitOf(lease), Detail);
        }

        context.Features.Set(new OverLimit(WaitOf(lease)));
        return next(context);
    }

    private static TimeSpan WaitOf(RateLimitLease lease) => lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.Zero;

    // Whoever needs no key has none.
    private static CallerBucket? BucketOf(HttpContext context) =>
        context.RequestServices.GetRequiredService<CallerContext>().Known is { } caller && (caller.KeyId is not null || caller.Issuer is not null)
            ? new(caller.KeyId, caller.Issuer, caller.Subject)
            : null;

    private static bool IsHealth(HttpContext context) => context.Request.Path.StartsWithSegments(Health);

    // It shows its key in the body.
    private static bool IsSignIn(HttpContext context) => HttpMethods.IsPost(context.Request.Method) && context.Request.Path == SignInPage.Action;

    /// <summary>Whose requests are counted together: those of a key, or those of a person.</summary>
    private readonly record struct CallerBucket(Guid? KeyId, string? Issuer, string? Subject);

    /// <summary>An address has asked too often.</summary>
    /// <param name="Wait">For how long it should wait.</param>
    private sealed record OverLimit(TimeSpan Wait);
}
