using System.Security.Claims;
using Entourage.Application.Access;
using Microsoft.AspNetCore.Authentication;

namespace Entourage.Api.Auth;

/// <summary>A caller, as the framework passes one on.</summary>
internal sealed class CallerIdentity(Caller caller, string scheme) : ClaimsIdentity(scheme)
{
    /// <summary>The caller.</summary>
    public Caller Caller { get; } = caller;

    /// <summary>What it is called.</summary>
    public override string Name => Caller.Name;

    /// <summary>The result of an authentication that let a caller in.</summary>
    public static AuthenticateResult Admit(Caller caller, string scheme) =>
        AuthenticateResult.Success(new(new ClaimsPrincipal(new CallerIdentity(caller, scheme)), scheme));
}
