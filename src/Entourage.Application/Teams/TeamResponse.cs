using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using Entourage.Application.Abstractions;
using Entourage.Application.Agents;
using Entourage.Domain.Teams;

namespace Entourage.Application.Teams;

/// <summary>Whether a team's agents may work.</summary>
public enum TeamStatus
{
    /// <summary>The agents may work.</summary>
    Active,

    /// <summary>The team or its organisation is paused.</summary>
    Paused,

    /// <summary>The team or its organisation is archived.</summary>
    Archived,
}

/// <summary>A team.</summary>
public record TeamResponse
{
    /// <summary>A version-7 UUID.</summary>
    public required Guid Id { get; init; }

    /// <summary>The organisation it belongs to.</summary>
    public required Guid OrgId { get; init; }

    /// <summary>The display name.</summary>
    public required string Name { get; init; }

    /// <summary>The name in URLs; unique among the teams of its organisation that are not archived.</summary>
    public required string Slug { get; init; }

    /// <summary>The IANA time zone of the team's days.</summary>
    public required string Timezone { get; init; }

    /// <summary>Whether its agents may work.</summary>
    public required TeamStatus Status { get; init; }

    /// <summary>When it was created (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was archived (UTC); null if it is not archived by itself.</summary>
    public required DateTimeOffset? ArchivedAt { get; init; }

    // Written by hand instead of mapped, because the status depends on another table.
    internal static Expression<Func<Team, TeamResponse>> Projection(IEntourageDb db, DateTimeOffset now) => team => new TeamResponse
    {
        Id = team.Id,
        OrgId = team.OrganisationId,
        Name = team.Name,
        Slug = team.Slug,
        Timezone = team.Timezone,
        Status = team.ArchivedAt != null
            || db.Organisations.Any(organisation => organisation.Id == team.OrganisationId && organisation.ArchivedAt != null)
            ? TeamStatus.Archived
            : (team.Pause != null && (team.Pause.ExpiresAt == null || team.Pause.ExpiresAt > now))
            || db.Organisations.Any(organisation => organisation.Id == team.OrganisationId && organisation.Pause != null
                && (organisation.Pause.ExpiresAt == null || organisation.Pause.ExpiresAt > now))
            ? TeamStatus.Paused
            : TeamStatus.Active,
        CreatedAt = team.CreatedAt,
        ArchivedAt = team.ArchivedAt,
    };
}

/// <summary>A team with its agents.</summary>
public sealed record TeamWithAgentsResponse : TeamResponse
{
    [SetsRequiredMembers]
    internal TeamWithAgentsResponse(TeamResponse team, IReadOnlyList<AgentResponse> agents)
        : base(team) => Agents = agents;

    /// <summary>The first 200 agents that are not archived, by name.</summary>
    public required IReadOnlyList<AgentResponse> Agents { get; init; }
}
