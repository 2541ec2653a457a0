using System.Linq.Expressions;
using Entourage.Application.Abstractions;
using Entourage.Domain.Agents;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Agents;

/// <summary>What an agent is doing.</summary>
public enum AgentStatus
{
    /// <summary>It has no active session.</summary>
    Idle,

    /// <summary>It has an active session.</summary>
    Working,

    /// <summary>It, its team or its organisation is paused: it may not work.</summary>
    Paused,
}

/// <summary>An agent.</summary>
/// <param name="Id">A version-7 UUID.</param>
/// <param name="TeamId">The team it belongs to.</param>
/// <param name="Name">The display name; unique in its team.</param>
/// <param name="Role">What it does.</param>
/// <param name="Model">The model that its sessions use unless they say otherwise.</param>
/// <param name="Status">What it is doing.</param>
/// <param name="CreatedAt">When it was made (UTC).</param>
public sealed record AgentResponse(Guid Id, Guid TeamId, string Name, AgentRole Role, string? Model, AgentStatus Status, DateTimeOffset CreatedAt)
{
    // By hand and not by AutoMapper: the status is a question to another table.
    internal static Expression<Func<Agent, AgentResponse>> Projection(IEntourageDb db, DateTimeOffset now) => agent => new AgentResponse(
        agent.Id,
        agent.TeamId,
        agent.Name,
        agent.Role,
        agent.Model,
        (agent.Pause != null && (agent.Pause.ExpiresAt == null || agent.Pause.ExpiresAt > now))
            || db.Teams.Any(team => team.Id == agent.TeamId
                && ((team.Pause != null && (team.Pause.ExpiresAt == null || team.Pause.ExpiresAt > now))
                    || db.Organisations.Any(organisation => organisation.Id == team.OrganisationId && organisation.Pause != null
                        && (organisation.Pause.ExpiresAt == null || organisation.Pause.ExpiresAt > now))))
            ? AgentStatus.Paused
            : db.Sessions.Any(session => session.AgentId == agent.Id && session.Status == SessionStatus.Active) ? AgentStatus.Working
            : AgentStatus.Idle,
        agent.CreatedAt);
}
