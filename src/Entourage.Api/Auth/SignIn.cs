using Entourage.Api.Protection;
using Entourage.Application.Keys;
using Entourage.Dashboard.Pages;
using Entourage.Domain.Access;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Auth;

/// <summary>
/// Signs browsers in with a key, and out. The cookie is the key itself and is looked up on each request like a key in a header, so replicas
/// share no sessions and a revoked key stops working at once. Scripts cannot read the cookie, and other sites can use it only to link here.
/// </summary>
internal static class SignIn
{
    private const string Home = "/";

    // Enough for a key and a return address.
    private const int MaxFormBytes = 32_768;

    private static readonly TimeSpan CookieLifetime = TimeSpan.FromDays(30);

    /// <summary>The sign-in page, which then redirects to an address of this server.</summary>
    public static string PageFor(string address) => PageOf(null, address);

    public static void MapSignIn(this WebApplication app)
    {
        // No antiforgery token is needed: CrossSiteGuard refuses forms from other sites.
        app.MapPost(SignInPage.Action, SignInAsync).AllowAnonymous().DisableAntiforgery().ExcludeFromDescription()
            .WithMetadata(new RequestSizeLimitAttribute(MaxFormBytes));
        app.MapPost(SignInPage.LeaveAction, SignOut).AllowAnonymous().DisableAntiforgery().ExcludeFromDescription();
    }

    private static async Task<IResult> SignInAsync(
        HttpContext context,
        KeyRing keys,
        FailedKeys failed,
        TimeProvider time,
        [FromForm(Name = SignInPage.KeyField)] string? key,
        [FromForm(Name = SignInPage.KeepField)] string? keep,
        [FromForm(Name = SignInPage.ReturnField)] string? address)
    {
        // Redirecting to another server would be an open redirect.
        var target = RedirectHttpResult.IsLocalUrl(address) ? address! : Home;
        var text = key?.Trim() ?? "";
        var found = await keys.ResolveAsync(text, context.RequestAborted);
        if (found.Caller is not { } caller)
        {
            var mustWait = KeyAuthentication.IsGuess(found, text) && failed.Count(context, text) is not null;
            return Retry(mustWait || RequestRates.IsOverLimit(context) ? SignInRefusal.TooMany : SignInRefusal.NoKey);
        }

        if (caller.Role < CallerRole.Lead)
        {
            return Retry(SignInRefusal.AgentKey);
        }

        var longest = caller.ExpiresAt - time.GetUtcNow() is { } left && left < CookieLifetime ? left : CookieLifetime;
        context.Response.Cookies.Append(KeyAuthentication.Cookie, text, CookieOf(context, keep is null ? null : longest));
        return TypedResults.LocalRedirect(target);

        IResult Retry(SignInRefusal refusal) => TypedResults.LocalRedirect(PageOf(refusal, target));
    }

    private static RedirectHttpResult SignOut(HttpContext context)
    {
        context.Response.Cookies.Delete(KeyAuthentication.Cookie, CookieOf(context, null));
        return TypedResults.LocalRedirect(SignInPage.Path);
    }

    private static CookieOptions CookieOf(HttpContext context, TimeSpan? age) => new()
    {
        HttpOnly = true,
        IsEssential = true,
        MaxAge = age,
        Path = "/",
        SameSite = SameSiteMode.Lax,
        Secure = context.Request.IsHttps,
    };

    private static string PageOf(SignInRefusal? refusal, string address) => SignInPage.Path + QueryString.Create(
        new KeyValuePair<string, string?>[]
        {
            new(SignInPage.RefusalField, refusal?.ToString()),
            new(SignInPage.ReturnField, address == Home ? null : address),
        }.Where(field => field.Value is not null));
}
