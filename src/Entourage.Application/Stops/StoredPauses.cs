using Entourage.Application.Abstractions;
using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Stops;

/// <summary>Reads pauses outside the ledger.</summary>
internal static class StoredPauses
{
    /// <summary>The subject of a pause, with its team and organisation.</summary>
    /// <exception cref="NotFoundException">There is no such agent, team or organisation.</exception>
    public static async Task<PauseSubject> FindPauseSubjectAsync(this IEntourageDb db, PauseScope scope, Guid id, CancellationToken cancellationToken)
    {
        switch (scope)
        {
            case PauseScope.Organisation:
                await db.Organisations.GetAsync(id, "organisation", cancellationToken);
                return new(scope, id, TeamId: null, id);
            case PauseScope.Team:
                return new(scope, id, id, (await db.Teams.GetAsync(id, "team", cancellationToken)).OrganisationId);
            default:
                var agent = await db.Agents.GetAsync(id, "agent", cancellationToken);
                return new(scope, id, agent.TeamId, (await db.Teams.GetAsync(agent.TeamId, "team", cancellationToken)).OrganisationId);
        }
    }

    /// <summary>The stored pause of an agent, a team or an organisation, in force or not; null for none.</summary>
    public static async Task<Pause?> FindPauseAsync(this IEntourageDb db, PauseSubject subject, CancellationToken cancellationToken) => subject.Scope switch
    {
        PauseScope.Organisation => (await db.Organisations.AsNoTracking().SingleAsync(row => row.Id == subject.Id, cancellationToken)).Pause,
        PauseScope.Team => (await db.Teams.AsNoTracking().SingleAsync(row => row.Id == subject.Id, cancellationToken)).Pause,
        _ => (await db.Agents.AsNoTracking().SingleAsync(row => row.Id == subject.Id, cancellationToken)).Pause,
    };

    /// <summary>The teams whose sessions a pause can stop. An agent can have sessions in teams in which it was before.</summary>
    public static async Task<IReadOnlyList<Guid>> FindTeamsUnderAsync(this IEntourageDb db, PauseSubject subject, CancellationToken cancellationToken)
    {
        switch (subject.Scope)
        {
            case PauseScope.Organisation:
                return await db.Teams.Where(team => team.OrganisationId == subject.OrganisationId).Select(team => team.Id).ToListAsync(cancellationToken);
            case PauseScope.Team:
                return [subject.Id];
            default:
                var agent = await db.Agents.GetAsync(subject.Id, "agent", cancellationToken);
                return [agent.TeamId, .. agent.FormerTeams];
        }
    }

    /// <summary>Keeps only the sessions that a pause of an agent stops: its own and those of its sub-agents.</summary>
    public static async Task KeepOfAgentAsync(this IEntourageDb db, List<Session> sessions, Guid agentId, CancellationToken cancellationToken)
    {
        // A sub-agent belongs to the agent that started it, even after that agent's session has ended.
        var above = sessions.SelectMany(session => session.Ancestors).Distinct().ToArray();
        var own = await db.Sessions.Where(session => above.Contains(session.Id) && session.AgentId == agentId)
            .Select(session => session.Id)
            .ToListAsync(cancellationToken);
        sessions.RemoveAll(session => session.AgentId != agentId && !session.Ancestors.Intersect(own).Any());
    }
}
