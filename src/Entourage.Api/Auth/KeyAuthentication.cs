using System.Text.Encodings.Web;
using Entourage.Application.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Auth;

/// <summary>Lets in whoever shows a key, as <c>X-API-Key</c> or as <c>Authorization: Bearer</c>.</summary>
internal sealed class KeyAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, KeyRing keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>The name of the scheme.</summary>
    public const string Name = "key";

    /// <summary>The header of a key alone.</summary>
    public const string Header = "X-API-Key";

    private const string Bearer = "Bearer ";

    // Whatever is wrong with it: who holds no key learns nothing of those that there are.
    private static readonly AuthenticateResult NotValid = AuthenticateResult.Fail("No such key lets anybody in.");

    /// <summary>The bearer's text of a request; null when it has none.</summary>
    public static string? BearerOf(HttpRequest request) =>
        request.Headers.Authorization is [{ } value] && value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? value[Bearer.Length..].Trim() : null;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // What asks for nobody is answered also while the store cannot say whose a key is.
        if (Context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            return AuthenticateResult.NoResult();
        }

        var shown = Request.Headers[Header];
        var text = shown.Count > 0 ? shown.ToString() : BearerOf(Request);
        if (text is null)
        {
            return AuthenticateResult.NoResult();
        }

        return await keys.FindAsync(text, Context.RequestAborted) is { } caller ? CallerIdentity.Admit(caller, Scheme.Name) : NotValid;
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = "Bearer realm=\"entourage\"";
        return Task.CompletedTask;
    }
}
