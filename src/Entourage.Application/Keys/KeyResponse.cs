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

    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>What its holder may do.</summary>
    public required CallerRole Role { get; init; }

    /// <summary>The organisation that its holder belongs to; null for an admin.</summary>
    public required Guid? OrgId { get; init; }

    /// <summary>The team that its holder belongs to; null for an admin.</summary>
    public required Guid? TeamId { get; init; }

    /// <summary>The agent that its holder acts for; null for others than agents.</summary>
    public required Guid? AgentId { get; init; }

    /// <summary>The part of its text by which people recognise it; no secret.</summary>
    public required string Prefix { get; init; }

    /// <summary>When it was issued (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who issued it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>From when on it lets nobody in (UTC); null for never.</summary>
    public required DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Since when it lets nobody in (UTC).</summary>
    public required DateTimeOffset? RevokedAt { get; init; }

    /// <summary>When it was last used (UTC), to a minute or two.</summary>
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

/// <summary>A key that was just issued, with its text. It is not shown again.</summary>
public sealed record NewKeyResponse : KeyResponse
{
    [SetsRequiredMembers]
    internal NewKeyResponse(KeyResponse key, string text)
        : base(key) => Key = text;

    /// <summary>What is sent as <c>X-API-Key</c>, or as <c>Authorization: Bearer</c>.</summary>
    [JsonPropertyOrder(1)]
    public string Key { get; }
}
