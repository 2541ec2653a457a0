using System.Text;
using Entourage.Api.Protection;
using Entourage.Application.Keys;
using Entourage.Dashboard.Pages;
using Entourage.Domain.Access;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Auth;

/// <summary>
/// Signs browsers in, with a key or at the identity provider, and out. The cookie of a key is the key itself and is looked up on each request
/// like a key in a header, so replicas share no sessions and a revoked key stops working at once. Scripts cannot read the cookie, and other
/// sites can use it only to link here.
/// </summary>
internal static class SignIn
{
    /// <summary>The address of the first page.</summary>
    public const string Home = "/";

    // Enough for a key and a return address.
    private const int MaxFormBytes = 32_768;

    private static readonly TimeSpan CookieLifetime = TimeSpan.FromDays(30);

    /// <summary>The sign-in page, which then redirects to an address of this server.</summary>
    public static string PageFor(string address) => PageOf(null, address);

    /// <summary>The sign-in page with the reason of a refusal.</summary>
    public static string PageOf(SignInRefusal? refusal, string address) => SignInPage.Path + QueryString.Create(
        new KeyValuePair<string, string?>[]
        {
            new(SignInPage.RefusalField, refusal?.ToString()),
            new(SignInPage.ReturnField, address == Home ? null : address),
        }.Where(field => field.Value is not null));

    public static void MapSignIn(this WebApplication app)
    {
        // No antiforgery token is needed: CrossSiteGuard refuses forms from other sites.
        app.MapPost(SignInPage.Action, SignInAsync).AllowAnonymous().DisableAntiforgery().ExcludeFromDescription()
            .WithMetadata(new RequestSizeLimitAttribute(MaxFormBytes));
        app.MapPost(SignInPage.LeaveAction, SignOutAsync).AllowAnonymous().DisableAntiforgery().ExcludeFromDescription();
        if (app.Services.GetService<ProviderSignIn>() is { } provider)
        {
            app.MapGet(
                SignInPage.ProviderAction,
                (HttpContext context, [FromQuery(Name = SignInPage.ReturnField)] string? address) => provider.StartAsync(context, LocalOf(address)))
                .AllowAnonymous().ExcludeFromDescription();
            app.MapGet(SignInPage.CallbackPath, ProviderSignIn.FinishAsync).AllowAnonymous().ExcludeFromDescription();
        }
    }

    private static async Task<IResult> SignInAsync(
        HttpContext context,
        KeyRing keys,
        FailedKeys failed,
        TimeProvider time,
        [FromServices] ProviderSignIn? provider,
        [FromForm(Name = SignInPage.KeyField)] string? key,
        [FromForm(Name = SignInPage.KeepField)] string? keep,
        [FromForm(Name = SignInPage.ReturnField)] string? address)
    {
        var target = LocalOf(address);
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
        if (provider is not null)
        {
            await ProviderSignIn.ForgetAsync(context);
        }

        context.Response.Cookies.Append(KeyAuthentication.Cookie, text, CookieOf(context, keep is null ? null : longest));
        return TypedResults.LocalRedirect(target);

        IResult Retry(SignInRefusal refusal) => TypedResults.LocalRedirect(PageOf(refusal, target));
    }

    private static async Task<IResult> SignOutAsync(HttpContext context, [FromServices] ProviderSignIn? provider)
    {
        context.Response.Cookies.Delete(KeyAuthentication.Cookie, CookieOf(context, null));
        var address = provider is null ? null : await provider.EndAsync(context);
        return address is null ? TypedResults.LocalRedirect(SignInPage.Path) : ProviderSignIn.SignOutPage(address);
    }

    // Redirecting to another server would be an open redirect. A header has only ASCII.
    private static string LocalOf(string? address) => RedirectHttpResult.IsLocalUrl(address) && Ascii.IsValid(address) ? address! : Home;

    private static CookieOptions CookieOf(HttpContext context, TimeSpan? age) => new()
    {
        HttpOnly = true,
        IsEssential = true,
        MaxAge = age,
        Path = "/",
        SameSite = SameSiteMode.Lax,
        Secure = context.Request.IsHttps,
    };
}
