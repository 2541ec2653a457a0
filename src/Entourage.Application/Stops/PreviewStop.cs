using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Domain;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Stops;

/// <summary>Previews the effect of pausing an agent, a team or an organisation now.</summary>
/// <param name="Scope">The scope of the pause.</param>
/// <param name="Id">The id of the agent, team or organisation.</param>
public sealed record PreviewPauseQuery(PauseScope Scope, Guid Id) : IQuery<StopPreviewResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Scope.NeedsToStop(Id);
}

/// <summary>Previews the effect of killing a session now, including the sessions of its sub-agents.</summary>
/// <param name="SessionId">The session.</param>
public sealed record PreviewKillQuery(long SessionId) : IQuery<StopPreviewResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Session(SessionId));
}

/// <summary>The work that a pause or a kill would stop.</summary>
/// <param name="Agents">The number of agents that could not start anything; 0 for a kill.</param>
/// <param name="Sessions">The active sessions that would be asked to stop or be killed, by number.</param>
public sealed record StopPreviewResponse(int Agents, IReadOnlyList<StoppedSessionResponse> Sessions);

/// <summary>An active session that would be stopped.</summary>
/// <param name="SessionId">The number of the session.</param>
/// <param name="AgentName">The name of the agent.</param>
/// <param name="TaskTitle">The title of the task, if any.</param>
/// <param name="CostUsd">The cost of the session so far (USD).</param>
public sealed record StoppedSessionResponse(long SessionId, string AgentName, string? TaskTitle, MoneyTotal CostUsd);

internal sealed class PreviewStopHandler(IEntourageDb db) : IRequestHandler<PreviewPauseQuery, StopPreviewResponse>, IRequestHandler<PreviewKillQuery, StopPreviewResponse>
{
    public async Task<StopPreviewResponse> Handle(PreviewPauseQuery request, CancellationToken cancellationToken)
    {
        var subject = await db.FindPauseSubjectAsync(request.Scope, request.Id, cancellationToken);
        var teams = await db.FindTeamsUnderAsync(subject, cancellationToken);
        var agents = request.Scope == PauseScope.Agent
            ? 1
            : await db.Agents.CountAsync(
                agent => teams.Contains(agent.TeamId) && agent.ArchivedAt == null && !db.Teams.Any(team => team.Id == agent.TeamId && team.Id != subject.Id && team.ArchivedAt != null),
                cancellationToken);
        var active = await ReadActiveAsync(teams, cancellationToken);
        if (request.Scope == PauseScope.Agent)
        {
            await db.KeepOfAgentAsync(active, request.Id, cancellationToken);
        }

        return new(agents, await ToResponsesAsync(active, cancellationToken));
    }

    public async Task<StopPreviewResponse> Handle(PreviewKillQuery request, CancellationToken cancellationToken)
    {
        var session = await db.Sessions.AsNoTracking()
            .Where(session => session.Id == request.SessionId)
            .GetAsync(request.SessionId, "session", cancellationToken);
        var active = await ReadActiveAsync([session.TeamId], cancellationToken);
        active.RemoveAll(other => other.Id != session.Id && !other.Ancestors.Contains(session.Id));
        return new(0, await ToResponsesAsync(active, cancellationToken));
    }

    private async Task<List<Session>> ReadActiveAsync(IReadOnlyCollection<Guid> teams, CancellationToken cancellationToken) =>
        await db.Sessions.AsNoTracking()
            .Where(session => teams.Contains(session.TeamId) && session.EndedAt == null)
            .OrderBy(session => session.Id)
            .ToListAsync(cancellationToken);

    private async Task<IReadOnlyList<StoppedSessionResponse>> ToResponsesAsync(List<Session> sessions, CancellationToken cancellationToken)
    {
        var agentIds = sessions.Select(session => session.AgentId).Distinct().ToArray();
        var taskIds = sessions.Select(session => session.TaskId ?? 0).Distinct().ToArray();
        var names = await db.Agents.Where(agent => agentIds.Contains(agent.Id)).ToDictionaryAsync(agent => agent.Id, agent => agent.Name, cancellationToken);
        var titles = await db.Tasks.Where(task => taskIds.Contains(task.Id)).ToDictionaryAsync(task => task.Id, task => task.Title, cancellationToken);
        return [.. sessions.Select(session => new StoppedSessionResponse(
            session.Id, names[session.AgentId], session.TaskId is { } task ? titles[task] : null, session.Cost))];
    }
}
