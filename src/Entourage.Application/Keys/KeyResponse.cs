using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Entourage.Domain.Access;
using Entourage.Domain.Keys;

namespace Entourage.Application.Keys;

/// <summary>A key, without its secret.</summary>
public record KeyResponse
{
    /// <summary>A version-7 UUID.</summary>
    public required Guid Id { get; init; }

    /// <summary>The name of the key.</summary>
    public required string Name { get; init; }

    /// <summary>The role of the key's holder.</summary>
    public required CallerRole Role { get; init; }

    /// <summary>The organisation of the holder; null for an admin.</summary>
    public required Guid? OrgId { get; init; }

    /// <summary>The team of the holder; null for an admin.</summary>
    public required Guid? TeamId { get; init; }

    /// <summary>The agent of the holder; null for a lead or an admin.</summary>
    public required Guid? AgentId { get; init; }

    /// <summary>The part of the key's text that identifies it to people. It is not secret.</summary>
    public required string Prefix { get; init; }

    /// <summary>When it was issued (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The name of the issuer.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>When the key expires (UTC); null for never.</summary>
    public required DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When the key was revoked (UTC); null if it was not.</summary>
    public required DateTimeOffset? RevokedAt { get; init; }

    /// <summary>When the key was last used (UTC), accurate to a minute or two.</summary>
    public required DateTimeOffset? LastUsedAt { get; init; }

    internal static KeyResponse From(ApiKey key) => new()
    {
        Id = key.Id,
        Name = key.Name,
        Role = key.Role,
        OrgId = key.OrganisationId,
        TeamId = key.TeamId,
        AgentId = key.AgentId,
        Prefix = key.Prefix,
        CreatedAt = key.CreatedAt,
        CreatedBy = key.CreatedBy,
        ExpiresAt = key.ExpiresAt,
        RevokedAt = key.RevokedAt,
        LastUsedAt = key.LastUsedAt,
    };
}

/// <summary>A newly issued key with its text, which is not shown again.</summary>
public sealed record NewKeyResponse : KeyResponse
{
    [SetsRequiredMembers]
    internal NewKeyResponse(KeyResponse key, string text)
        : base(key) => Key = text;

    /// <summary>The text to send as <c>X-API-Key</c> or as <c>Authorization: Bearer</c>.</summary>
    [JsonPropertyOrder(1)]
    public string Key { get; }
}
