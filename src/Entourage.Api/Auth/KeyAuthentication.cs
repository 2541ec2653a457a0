using System.Text.Encodings.Web;
using Entourage.Api.Protection;
using Entourage.Application.Keys;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Auth;

/// <summary>
/// Lets in whoever shows a key: as <c>X-API-Key</c>, as <c>Authorization: Bearer</c>, or in the cookie of a browser that has signed in.
/// </summary>
internal sealed class KeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, KeyRing keys, FailedKeys failed)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The name of the scheme.</summary>
    public const string Name = "key";

    /// <summary>The header of a key alone.</summary>
    public const string Header = "X-API-Key";

    /// <summary>The cookie of the key that a browser has signed in with.</summary>
    public const string Cookie = "entourage_key";

    private const string Bearer = "Bearer ";

    // Whatever is wrong with it: who holds no key learns nothing of those that there are.
    private static readonly AuthenticateResult NotValid = AuthenticateResult.Fail("No such key lets anybody in.");

    // How long the address has to wait that has shown the present wrong key; null for not at all.
    private TimeSpan? wait;

    /// <summary>The bearer's text of a request; null when it has none.</summary>
    public static string? BearerOf(HttpRequest request) =>
        request.Headers.Authorization is [{ } value] && value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? value[Bearer.Length..].Trim() : null;

    /// <summary>What a request shows as its key; null for nothing.</summary>
    public static string? TextOf(HttpRequest request) =>
        request.Headers[Header] is { Count: > 0 } header ? header.ToString() : BearerOf(request) ?? request.Cookies[Cookie];

    /// <summary>
    /// Whether a text that lets nobody in may have been a try to guess a key. One that was revoked or has expired is none, nor is a token:
    /// nobody can guess a signature, and people go on to send tokens that have expired.
    /// </summary>
    public static bool IsGuess(KeyLookup found, string text) => !found.WasIssued && !JwtCallers.IsToken(text);

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // What asks for nobody is answered also while the store cannot say whose a key is.
        if (Context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            return AuthenticateResult.NoResult();
        }

        if (TextOf(Request) is not { } text)
        {
            return AuthenticateResult.NoResult();
        }

        var found = await keys.ResolveAsync(text, Context.RequestAborted);
        if (found.Caller is { } caller)
        {
            return CallerPrincipal.Admit(caller, Scheme.Name);
        }

        wait = IsGuess(found, text) ? failed.Count(Context, text) : null;
        return NotValid;
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (Context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is not null)
        {
            Response.Redirect(SignIn.PageFor(Request.Path + Request.QueryString));
            return Task.CompletedTask;
        }

        if (wait is { } time)
        {
            return TooManyRequests.AnswerAsync(Context, time, FailedKeys.Detail);
        }

        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = "Bearer realm=\"entourage\"";
        return Task.CompletedTask;
    }
}
