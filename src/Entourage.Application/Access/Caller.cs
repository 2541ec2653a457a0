using Entourage.Application.Errors;
using Entourage.Domain.Access;
using Entourage.Domain.Audit;

namespace Entourage.Application.Access;

/// <summary>The sender of a request.</summary>
/// <param name="Name">The display name, which the audit trail shows.</param>
/// <param name="Role">The role, which decides what the caller may do.</param>
/// <param name="KeyId">The API key of the caller; null without a key.</param>
/// <param name="OrganisationId">The organisation of the caller; null for an admin.</param>
/// <param name="TeamId">The team of the caller; null for an admin.</param>
/// <param name="AgentId">The agent that the caller acts for; null for a lead or an admin.</param>
/// <param name="ExpiresAt">When the key or token expires (UTC); null for never.</param>
public sealed record Caller(
    string Name,
    CallerRole Role,
    Guid? KeyId = null,
    Guid? OrganisationId = null,
    Guid? TeamId = null,
    Guid? AgentId = null,
    DateTimeOffset? ExpiresAt = null)
{
    /// <summary>Any caller of a server that requires no keys.</summary>
    public static readonly Caller Operator = new(ReservedNames.Operator, CallerRole.Admin);

    /// <summary>Entourage itself: jobs, detectors and console commands.</summary>
    public static readonly Caller Entourage = new(ReservedNames.Product, CallerRole.Admin) { Kind = ActorKind.Product };

    /// <summary>How the caller was identified.</summary>
    public ActorKind Kind { get; init; } = KeyId is null ? ActorKind.Operator : ActorKind.Key;

    /// <summary>The authority that issued the caller's token; null without a token.</summary>
    public string? Issuer { get; init; }

    /// <summary>The subject of the caller's token; null without a token, or if the token names none.</summary>
    public string? Subject { get; init; }

    /// <summary>Whether the caller may do everything in every organisation.</summary>
    public bool IsAdmin => Role == CallerRole.Admin;
}

/// <summary>The caller of the current request. One instance per scope; authentication sets it.</summary>
public sealed class CallerContext
{
    private Caller? current;

    /// <summary>The caller of the current request.</summary>
    /// <exception cref="NoCallerException">No caller was set.</exception>
    public Caller Current
    {
        get => current ?? throw new NoCallerException();
        set => current = value;
    }

    /// <summary>The caller of the current request; null if none was set.</summary>
    public Caller? Known => current;
}
