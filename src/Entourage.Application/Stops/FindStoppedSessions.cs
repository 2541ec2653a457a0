using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Stops;

/// <summary>Finds which of some sessions were killed or are paused, with the reason for people. The others are missing from the result.</summary>
/// <param name="SessionIds">The sessions, at most a few thousand.</param>
public sealed record FindStoppedSessionsQuery(IReadOnlyCollection<long> SessionIds) : IQuery<IReadOnlyDictionary<long, string>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Admin();
}

internal sealed class FindStoppedSessionsHandler(IEntourageDb db, TimeProvider time)
    : IRequestHandler<FindStoppedSessionsQuery, IReadOnlyDictionary<long, string>>
{
    public async Task<IReadOnlyDictionary<long, string>> Handle(FindStoppedSessionsQuery request, CancellationToken cancellationToken)
    {
        var sessions = await db.Sessions.AsNoTracking()
            .Where(session => request.SessionIds.Contains(session.Id))
            .Select(session => new { session.Id, session.Status, session.Error, session.AgentId, session.TeamId, session.Ancestors })
            .ToListAsync(cancellationToken);
        var above = sessions.SelectMany(session => session.Ancestors).Distinct().ToArray();
        var agentsAbove = above.Length == 0 ? [] : await db.Sessions.Where(session => above.Contains(session.Id))
            .Select(session => new { session.Id, session.AgentId })
            .ToDictionaryAsync(session => session.Id, session => session.AgentId, cancellationToken);
        var (agentIds, teamIds) = (
            sessions.Select(session => session.AgentId).Concat(agentsAbove.Values).ToHashSet(),
            sessions.Select(session => session.TeamId).ToHashSet());
        var agents = await db.Agents.AsNoTracking().Where(agent => agentIds.Contains(agent.Id)).ToDictionaryAsync(agent => agent.Id, agent => agent.Stop, cancellationToken);
        var teams = await db.Teams.AsNoTracking().Where(team => teamIds.Contains(team.Id)).ToDictionaryAsync(team => team.Id, cancellationToken);
        var organisationIds = teams.Values.Select(team => team.OrganisationId).ToHashSet();
        var organisations = await db.Organisations.AsNoTracking().Where(organisation => organisationIds.Contains(organisation.Id))
            .ToDictionaryAsync(organisation => organisation.Id, organisation => organisation.Stop, cancellationToken);

        var (now, stopped) = (time.GetUtcNow(), new Dictionary<long, string>());
        foreach (var session in sessions)
        {
            var team = teams[session.TeamId];
            var pauses = session.Ancestors.Select(id => agentsAbove.GetValueOrDefault(id)).Append(session.AgentId)
                .Select(agent => (PauseScope.Agent, agents.GetValueOrDefault(agent)))
                .Append((PauseScope.Team, team.Stop))
                .Append((PauseScope.Organisation, organisations[team.OrganisationId]));
            if (session.Status == SessionStatus.Killed)
            {
                stopped[session.Id] = KilledMessage(session.Id, session.Error);
            }
            else if (pauses.FirstOrDefault(pause => pause.Item2?.IsInForceAt(now) == true) is (var scope, { } pause))
            {
                stopped[session.Id] = PausedRefusal.Of(new(scope, pause)).Message;
            }
        }

        return stopped;
    }

    private static string KilledMessage(long id, string? reason) => reason is null ? $"Session {id} was killed." : $"Session {id} was killed: {reason}";
}
