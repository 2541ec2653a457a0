using Entourage.Application.Access;
using Entourage.Application.Agents;
using Entourage.Application.Costs;
using Entourage.Application.Events;
using Entourage.Application.Overviews;
using Entourage.Application.Paging;
using Entourage.Application.Sessions;
using Entourage.Application.Stops;
using Entourage.Application.Tasks;
using Entourage.Application.Teams;
using Entourage.Dashboard.Requests;
using Entourage.Domain.Stops;
using Entourage.Domain.Teams;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Entourage.Dashboard.Live;

internal sealed class TeamViews(IServiceScopeFactory scopes, TimeProvider time, ILogger<TeamViews> logger) : SharedViews<Guid, TeamFigures>(time, logger)
{
    protected override ILiveSource<TeamFigures> CreateSource(Guid id) => new TeamSource(id, scopes);
}

/// <summary>The figures of a team.</summary>
/// <param name="Agents">The first 200 agents by name.</param>
/// <param name="Today">The costs of the team's day, with its newest sessions.</param>
/// <param name="GatewayCalls">The calls through the gateway of these sessions, by the session. Those that made none are missing.</param>
/// <param name="Tasks">The newest tasks.</param>
/// <param name="Pause">The team's pause; null if the team is not paused.</param>
/// <param name="Feed">The events since the first viewer came, newest first.</param>
public sealed record TeamFigures(
    TeamOverviewResponse Overview,
    IReadOnlyList<AgentResponse> Agents,
    CostsResponse Today,
    IReadOnlyDictionary<long, GatewayCallsResponse> GatewayCalls,
    IReadOnlyList<TaskResponse> Tasks,
    PauseResponse? Pause,
    IReadOnlyList<FeedItem> Feed);

/// <summary>Reads a team's figures after each of its events.</summary>
internal sealed class TeamSource(Guid id, IServiceScopeFactory scopes) : ILiveSource<TeamFigures>
{
    private const int MaxSessions = 10;
    private const int MaxTasks = 50;

    private readonly EventTail tail = new();

    public async Task<TeamFigures> ReadAsync(CancellationToken cancellationToken)
    {
        var overview = await SendAsync(new GetTeamOverviewQuery(id), cancellationToken);
        var team = await SendAsync(new GetTeamQuery(id), cancellationToken);
        var today = await SendAsync(
            new GetCostsQuery(Audience.OfTeam(id), new(null, null, CostPeriod.Today, null, null, null), new(MaxSessions, null)), cancellationToken);
        var calls = await SendAsync(new FindGatewayCallsQuery([.. today.Sessions.Select(session => session.SessionId)]), cancellationToken);
        var tasks = await SendAsync(new ListTasksQuery(id, null, new PageRequest(MaxTasks, null)), cancellationToken);
        var pause = team.Status == TeamStatus.Paused ? await SendAsync(new GetPauseQuery(PauseScope.Team, id), cancellationToken) : null;
        return new(overview, team.Agents, today, calls, tasks.Items, pause, tail.Read());
    }

    public Task FollowAsync(Action changed, CancellationToken cancellationToken) =>
        tail.FollowAsync(last => SendAsync(new StreamEventsQuery(Audience.OfTeam(id), last), cancellationToken), _ => changed(), cancellationToken);

    private Task<T> SendAsync<T>(IRequest<T> request, CancellationToken cancellationToken) =>
        RequestSender.SendAsync(scopes, Caller.Entourage, request, cancellationToken);
}
