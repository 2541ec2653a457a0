using Entourage.Application.Access;
using Entourage.Application.Agents;
using Entourage.Application.Alerts;
using Entourage.Application.Budgets;
using Entourage.Application.Events;
using Entourage.Application.Paging;
using Entourage.Application.Sessions;
using Entourage.Application.Teams;
using Entourage.Dashboard.Requests;
using Entourage.Domain.Sessions;
using Entourage.Domain.Teams;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Entourage.Dashboard.Live;

internal sealed class SessionViews(IServiceScopeFactory scopes, TimeProvider time, ILogger<SessionViews> logger) : SharedViews<long, SessionFigures>(time, logger)
{
    protected override ILiveSource<SessionFigures> CreateSource(long id) => new SessionSource(id, scopes, Time);
}

/// <summary>The figures of a session.</summary>
/// <param name="Team">The team of the session's agent.</param>
/// <param name="Usage">The newest usage, newest first.</param>
/// <param name="HasMore">Whether there is older usage.</param>
/// <param name="Caps">The caps that apply to the session. Once it has ended, only those that never reset.</param>
/// <param name="Tree">The sessions of its sub-agents, each after its parent.</param>
/// <param name="Alerts">Its newest alerts.</param>
/// <param name="ReadAt">The time of the figures (UTC).</param>
public sealed record SessionFigures(
    SessionDetailsResponse Session,
    TeamResponse Team,
    IReadOnlyList<UsageRecordResponse> Usage,
    bool HasMore,
    IReadOnlyList<BudgetStatusResponse> Caps,
    IReadOnlyList<SessionResponse> Tree,
    IReadOnlyList<AlertResponse> Alerts,
    DateTimeOffset ReadAt);

/// <summary>Reads a session's figures after each event of its agent.</summary>
internal sealed class SessionSource(long id, IServiceScopeFactory scopes, TimeProvider time) : ILiveSource<SessionFigures>
{
    private const int MaxAlerts = 10;

    // No index finds the alerts of a session, so they are read less often than the figures.
    private static readonly TimeSpan AlertInterval = TimeSpan.FromSeconds(2);

    private readonly EventTail tail = new();
    private IReadOnlyList<AlertResponse> alerts = [];
    private long? alertsReadAt;

    public async Task<SessionFigures> ReadAsync(CancellationToken cancellationToken)
    {
        var session = await SendAsync(new GetSessionQuery(id), cancellationToken);
        var agent = await SendAsync(new GetAgentQuery(session.AgentId), cancellationToken);
        var team = await SendAsync(new GetTeamQuery(agent.TeamId), cancellationToken);
        var usage = await SendAsync(new ListUsageQuery(id, new(PageRequest.MaxLimit, null)), cancellationToken);
        var budget = await SendAsync(new GetRunBudgetQuery(session.AgentId, id, session.TaskId), cancellationToken);
        var tree = await SendAsync(new GetSessionTreeQuery(id), cancellationToken);
        if (alertsReadAt is not { } readAt || TimeProvider.System.GetElapsedTime(readAt) > AlertInterval)
        {
            alerts = (await SendAsync(
                new ListAlertsQuery(Audience.OfTeam(team.Id), null, new(SessionId: id), new(MaxAlerts, null)), cancellationToken)).Items;
            alertsReadAt = TimeProvider.System.GetTimestamp();
        }

        IReadOnlyList<BudgetStatusResponse> caps = session.Status == SessionStatus.Active ? budget.Budgets : [.. budget.Budgets.Where(cap => cap.ResetsAt is null)];
        return new(session, team, usage.Items, usage.NextCursor is not null, caps, tree, alerts, time.GetUtcNow());
    }

    public async Task FollowAsync(Action changed, CancellationToken cancellationToken)
    {
        var session = await SendAsync(new GetSessionQuery(id), cancellationToken);
        await tail.FollowAsync(last => SendAsync(new StreamAgentEventsQuery(session.AgentId, last), cancellationToken), _ => changed(), cancellationToken);
    }

    private Task<T> SendAsync<T>(IRequest<T> request, CancellationToken cancellationToken) =>
        RequestSender.SendAsync(scopes, Caller.Entourage, request, cancellationToken);
}
