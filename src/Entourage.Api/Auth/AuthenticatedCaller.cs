using System.Security.Claims;
using Entourage.Application.Access;
using Microsoft.AspNetCore.Authentication;

namespace Entourage.Api.Auth;

/// <summary>Passes authenticated callers to the framework.</summary>
internal static class AuthenticatedCaller
{
    public static ClaimsPrincipal ToPrincipal(Caller caller, string scheme) => new(new CallerIdentity(caller, scheme));

    public static AuthenticateResult Success(Caller caller, string scheme) => AuthenticateResult.Success(new(ToPrincipal(caller, scheme), scheme));
}
