using System.Security.Claims;

namespace Entourage.Application.Access;

/// <summary>Carries a caller as a claims identity of ASP.NET Core.</summary>
/// <param name="caller">The caller.</param>
/// <param name="scheme">The authentication scheme.</param>
public sealed class CallerIdentity(Caller caller, string scheme) : ClaimsIdentity(scheme)
{
    /// <summary>The caller.</summary>
    public Caller Caller { get; } = caller;

    /// <summary>The display name of the caller.</summary>
    public override string Name => Caller.Name;
}
