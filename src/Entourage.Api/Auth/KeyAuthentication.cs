using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using Entourage.Api.Protection;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Application.Keys;
using Entourage.Gateway.Calls;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Auth;

/// <summary>
/// Authenticates by a key in <c>X-API-Key</c>, in <c>Authorization: Bearer</c>, or in the cookie of a browser that has signed in.
/// </summary>
internal sealed class KeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, KeyRing keys, FailedKeys failed)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "key";

    /// <summary>The header that contains only a key.</summary>
    public const string Header = "X-API-Key";

    /// <summary>The cookie with the key of a browser that has signed in.</summary>
    public const string Cookie = "entourage_key";

    // One message for all causes, so that it reveals nothing about existing keys.
    private static readonly AuthenticateResult NotValid = AuthenticateResult.Fail("The key is not valid.");

    // How long the sender of the wrong key must wait; null if it need not.
    private TimeSpan? wait;

    /// <summary>The key or token of a request; null if it has none.</summary>
    public static string? TextOf(HttpRequest request) => CallerKeys.IsCall(request) ? CallerKeys.Find(request)
        : request.Headers[Header] is { Count: > 0 } header ? header.ToString() : CallerKeys.BearerOf(request) ?? request.Cookies[Cookie];

    /// <summary>
    /// Whether a wrong key may be a guess. A revoked or expired key is not a guess, nor is a token: signatures cannot be guessed, and people
    /// keep sending expired tokens.
    /// </summary>
    public static bool IsGuess(KeyLookup found, string text) => !found.WasIssued && !JwtCallers.IsToken(text);

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (NeedsNoKey(Context) || TextOf(Request) is not { } text)
        {
            return AuthenticateResult.NoResult();
        }

        var found = await keys.ResolveAsync(text, Context.RequestAborted);
        if (found.Caller is { } caller)
        {
            return AuthenticatedCaller.Success(caller, Scheme.Name);
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
            return TooManyRequests.WriteAsync(Context, time, FailedKeys.Detail);
        }

        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = "Bearer realm=\"entourage\"";
        return Task.CompletedTask;
    }

    // Routes that need no key must work even if the store cannot look up a key.
    private static bool NeedsNoKey(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null;

    /// <summary>Finds the callers of cached keys. Their results are kept with the callers.</summary>
    internal sealed class ReadyCallers(KeyRing keys, StoreOutage outage) : IReadyCallers
    {
        private readonly ConditionalWeakTable<Caller, AuthenticateResult> results = [];

        public async ValueTask<AuthenticateResult?> FindAsync(HttpContext context) =>
            !NeedsNoKey(context) && TextOf(context.Request) is { } text && await FindCallerAsync(context, text) is { } caller
                ? results.GetValue(caller, static caller => AuthenticatedCaller.Success(caller, Name))
                : null;

        private ValueTask<Caller?> FindCallerAsync(HttpContext context, string text) =>
            outage.LetsCallsThrough && CallerKeys.IsCall(context.Request)
                ? FindCallerOfCallAsync(text, context.RequestAborted)
                : keys.FindCachedAsync(text, context.RequestAborted);

        private async ValueTask<Caller?> FindCallerOfCallAsync(string text, CancellationToken cancellationToken)
        {
            var known = keys.FindLastKnown(text);
            if (known is not null && outage.IsOn)
            {
                return known;
            }

            try
            {
                return await keys.FindCachedAsync(text, cancellationToken);
            }
            catch (Exception exception) when (known is not null && StoreFault.IsCauseOf(exception))
            {
                outage.Note();
                return known;
            }
        }
    }
}
