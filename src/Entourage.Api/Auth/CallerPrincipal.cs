using System.Security.Claims;
using Entourage.Application.Access;
using Microsoft.AspNetCore.Authentication;

namespace Entourage.Api.Auth;

/// <summary>Tells the framework of callers that were let in.</summary>
internal static class CallerPrincipal
{
    /// <summary>A caller, as the framework passes one on.</summary>
    public static ClaimsPrincipal PrincipalOf(Caller caller, string scheme) => new(new CallerIdentity(caller, scheme));

    /// <summary>The result of an authentication that let a caller in.</summary>
    public static AuthenticateResult Admit(Caller caller, string scheme) => AuthenticateResult.Success(new(PrincipalOf(caller, scheme), scheme));
}
