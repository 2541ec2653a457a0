using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;

namespace Entourage.Api.Auth;

/// <summary>
/// Authenticates callers who need no handler, which the framework would create for each request. Handlers authenticate everybody else, and
/// answer requests without a valid caller.
/// </summary>
/// <param name="callers">Finds those callers.</param>
internal sealed class CallerAuthentication(IReadyCallers callers) : IAuthenticationService
{
    public async Task<AuthenticateResult> AuthenticateAsync(HttpContext context, string? scheme) =>
        await callers.FindAsync(context) ?? await HandlersOf(context).AuthenticateAsync(context, scheme);

    public Task ChallengeAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) =>
        HandlersOf(context).ChallengeAsync(context, scheme, properties);

    public Task ForbidAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) =>
        HandlersOf(context).ForbidAsync(context, scheme, properties);

    public Task SignInAsync(HttpContext context, string? scheme, ClaimsPrincipal principal, AuthenticationProperties? properties) =>
        HandlersOf(context).SignInAsync(context, scheme, principal, properties);

    public Task SignOutAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) =>
        HandlersOf(context).SignOutAsync(context, scheme, properties);

    private static AuthenticationService HandlersOf(HttpContext context) => context.RequestServices.GetRequiredService<AuthenticationService>();
}

/// <summary>Finds the callers of requests that need no handler.</summary>
internal interface IReadyCallers
{
    /// <summary>Returns the result for the caller of a request; null if a handler must authenticate it.</summary>
    ValueTask<AuthenticateResult?> FindAsync(HttpContext context);
}
