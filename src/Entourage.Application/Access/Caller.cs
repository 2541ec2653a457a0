using Entourage.Application.Errors;
using Entourage.Domain.Access;
using Entourage.Domain.Audit;

namespace Entourage.Application.Access;

/// <summary>Whoever sent a request.</summary>
/// <param name="Name">What it is called, for those who read who changed what.</param>
/// <param name="Role">What it may do.</param>
/// <param name="KeyId">The key that it showed; null where it needed none.</param>
/// <param name="OrganisationId">The organisation that it belongs to; null for an admin.</param>
/// <param name="TeamId">The team that it belongs to; null for an admin.</param>
/// <param name="AgentId">The agent that it acts for; null for others than agents.</param>
/// <param name="ExpiresAt">From when on what it showed lets nobody in (UTC); null for never.</param>
public sealed record Caller(
    string Name,
    CallerRole Role,
    Guid? KeyId = null,
    Guid? OrganisationId = null,
    Guid? TeamId = null,
    Guid? AgentId = null,
    DateTimeOffset? ExpiresAt = null)
{
    /// <summary>Whoever can reach a server that asks for no keys.</summary>
    public static readonly Caller Operator = new(ReservedNames.Operator, CallerRole.Admin);

    /// <summary>The product itself: jobs, detectors, commands on the console.</summary>
    public static readonly Caller Entourage = new(ReservedNames.Product, CallerRole.Admin) { Kind = ActorKind.Product };

    /// <summary>How the caller was identified.</summary>
    public ActorKind Kind { get; init; } = KeyId is null ? ActorKind.Operator : ActorKind.Key;

    /// <summary>The authority that issued the caller's token; null without a token.</summary>
    public string? Issuer { get; init; }

    /// <summary>The subject of the caller's token; null without a token, or where it names none.</summary>
    public string? Subject { get; init; }

    /// <summary>Whether it may do everything, everywhere.</summary>
    public bool IsAdmin => Role == CallerRole.Admin;
}

/// <summary>Who sent the present request. One per scope, set by whatever lets requests in.</summary>
public sealed class CallerContext
{
    private Caller? current;

    /// <summary>The caller.</summary>
    /// <exception cref="NoCallerException">Nobody said who it is.</exception>
    public Caller Current
    {
        get => current ?? throw new NoCallerException();
        set => current = value;
    }

    /// <summary>The caller; null while nobody has said who it is.</summary>
    public Caller? Known => current;
}
