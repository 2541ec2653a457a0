using System.Security.Claims;
using System.Security.Principal;
using Entourage.Application.Access;
using Microsoft.AspNetCore.Authentication;

namespace Entourage.Api.Auth;

/// <summary>Passes authenticated callers to the framework.</summary>
internal static class AuthenticatedCaller
{
    public static ClaimsPrincipal ToPrincipal(Caller caller, string scheme) => new CallerPrincipal(new(caller, scheme));

    public static AuthenticateResult Success(Caller caller, string scheme) => AuthenticateResult.Success(new(ToPrincipal(caller, scheme), scheme));

    /// <summary>Has one identity, so that nothing must search for it.</summary>
    private sealed class CallerPrincipal(CallerIdentity identity) : ClaimsPrincipal(identity)
    {
        public override IIdentity Identity => identity;
    }
}
