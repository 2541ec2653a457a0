using System.Security.Claims;

namespace Entourage.Application.Access;

/// <summary>A caller, as the framework passes one on.</summary>
/// <param name="caller">The caller.</param>
/// <param name="scheme">How it was let in.</param>
public sealed class CallerIdentity(Caller caller, string scheme) : ClaimsIdentity(scheme)
{
    /// <summary>The caller.</summary>
    public Caller Caller { get; } = caller;

    /// <summary>What it is called.</summary>
    public override string Name => Caller.Name;
}
