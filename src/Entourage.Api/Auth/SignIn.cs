using Entourage.Api.Protection;
using Entourage.Application.Keys;
using Entourage.Dashboard.Pages;
using Entourage.Domain.Access;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Auth;

/// <summary>
/// Lets browsers sign in with a key and out again. The key itself is the cookie, and is looked up at each request like one in a header:
/// no replica has to remember who is signed in, and a revoked key is out at once. Scripts cannot read it, and other sites can do no more with it
/// than lead here.
/// </summary>
internal static class SignIn
{
    private const string Home = "/";

    // A key and an address of this server.
    private const int LargestForm = 32_768;

    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>The page to sign in, which leads to an address of this server.</summary>
    public static string PageFor(string address) => PageOf(null, address);

    /// <summary>Takes what the page sends.</summary>
    public static void MapSignIn(this WebApplication app)
    {
        // Pages of other sites cannot send it: those are refused before.
        app.MapPost(SignInPage.Action, EnterAsync).AllowAnonymous().DisableAntiforgery().ExcludeFromDescription()
            .WithMetadata(new RequestSizeLimitAttribute(LargestForm));
        app.MapPost(SignInPage.LeaveAction, Leave).AllowAnonymous().DisableAntiforgery().ExcludeFromDescription();
    }

    private static async Task<IResult> EnterAsync(
        HttpContext context,
        KeyRing keys,
        FailedKeys failed,
        TimeProvider time,
        [FromForm(Name = SignInPage.KeyField)] string? key,
        [FromForm(Name = SignInPage.KeepField)] string? keep,
        [FromForm(Name = SignInPage.ReturnField)] string? address)
    {
        // An address that names another server would make this one send people there.
        var target = RedirectHttpResult.IsLocalUrl(address) ? address! : Home;
        var text = key?.Trim() ?? "";
        var found = await keys.ResolveAsync(text, context.RequestAborted);
        if (found.Caller is not { } caller)
        {
            var mustWait = KeyAuthentication.IsGuess(found, text) && failed.Count(context, text) is not null;
            return Again(mustWait || RequestRates.IsOverLimit(context) ? SignInRefusal.TooMany : SignInRefusal.NoKey);
        }

        if (caller.Role < CallerRole.Lead)
        {
            return Again(SignInRefusal.AgentKey);
        }

        var longest = caller.ExpiresAt - time.GetUtcNow() is { } left && left < Kept ? left : Kept;
        context.Response.Cookies.Append(KeyAuthentication.Cookie, text, CookieOf(context, keep is null ? null : longest));
        return TypedResults.LocalRedirect(target);

        IResult Again(SignInRefusal refusal) => TypedResults.LocalRedirect(PageOf(refusal, target));
    }

    private static RedirectHttpResult Leave(HttpContext context)
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
