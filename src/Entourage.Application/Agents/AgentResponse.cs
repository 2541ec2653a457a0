using System.Linq.Expressions;
using Entourage.Application.Abstractions;
using Entourage.Domain.Agents;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Agents;

/// <summary>The current state of an agent.</summary>
public enum AgentStatus
{
    /// <summary>It has no active session.</summary>
    Idle,

    /// <summary>It has an active session.</summary>
    Working,

    /// <summary>The agent, its team or its organisation is paused.</summary>
    Paused,

    /// <summary>The agent, its team or its organisation is archived.</summary>
    Archived,
}

/// <summary>An agent.</summary>
/// <param name="Id">A version-7 UUID.</param>
/// <param name="TeamId">The team it belongs to.</param>
/// <param name="Name">The display name; unique among the agents of its team that are not archived.</param>
/// <param name="Role">The role of the agent.</param>
/// <param name="Model">The default model of its sessions.</param>
/// <param name="Status">The current state.</param>
/// <param name="CreatedAt">When it was created (UTC).</param>
/// <param name="ArchivedAt">When it was archived (UTC); null if it is not archived by itself.</param>
/// <param name="MovesToTeamId">The team to which it will move; null if no move is planned.</param>
/// <param name="MovesAt">When it will move (UTC); null if no move is planned.</param>
public sealed record AgentResponse(
    Guid Id,
    Guid TeamId,
    string Name,
    AgentRole Role,
    string? Model,
    AgentStatus Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ArchivedAt,
    Guid? MovesToTeamId,
    DateTimeOffset? MovesAt)
{
    // Written by hand instead of mapped, because the status depends on other tables.
    internal static Expression<Func<Agent, AgentResponse>> Projection(IEntourageDb db, DateTimeOffset now) => agent => new AgentResponse(
        agent.Id,
        agent.TeamId,
        agent.Name,
        agent.Role,
        agent.Model,
        agent.ArchivedAt != null || db.Teams.Any(team => team.Id == agent.TeamId
            && (team.ArchivedAt != null || db.Organisations.Any(organisation => organisation.Id == team.OrganisationId && organisation.ArchivedAt != null)))
            ? AgentStatus.Archived
        : (agent.Pause != null && (agent.Pause.ExpiresAt == null || agent.Pause.ExpiresAt > now))
            || db.Teams.Any(team => team.Id == agent.TeamId
                && ((team.Pause != null && (team.Pause.ExpiresAt == null || team.Pause.ExpiresAt > now))
                    || db.Organisations.Any(organisation => organisation.Id == team.OrganisationId && organisation.Pause != null
                        && (organisation.Pause.ExpiresAt == null || organisation.Pause.ExpiresAt > now))))
            ? AgentStatus.Paused
            : db.Sessions.Any(session => session.AgentId == agent.Id && session.Status == SessionStatus.Active) ? AgentStatus.Working
            : AgentStatus.Idle,
        agent.CreatedAt,
        agent.ArchivedAt,
        agent.MovesToTeamId,
        agent.MovesAt);
}
