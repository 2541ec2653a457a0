using Entourage.Application.Access;
using Entourage.Application.Agents;
using Entourage.Application.Costs;
using Entourage.Application.Events;
using Entourage.Application.Overviews;
using Entourage.Application.Paging;
using Entourage.Application.Stops;
using Entourage.Application.Tasks;
using Entourage.Application.Teams;
using Entourage.Dashboard.Requests;
using Entourage.Domain.Stops;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Entourage.Dashboard.Live;

/// <summary>The figures of teams.</summary>
public sealed class TeamViews(IServiceScopeFactory scopes, TimeProvider time, ILogger<TeamViews> logger) : SharedViews<Guid, TeamFigures>(time, logger)
{
    /// <inheritdoc/>
    protected override ILiveSource<TeamFigures> Open(Guid id) => new TeamSource(id, scopes);
}

/// <summary>What there is to see of a team.</summary>
/// <param name="Overview">How it stands.</param>
/// <param name="Agents">Its agents, by name; the first 200.</param>
/// <param name="Today">Where the money of its day went, with its newest sessions.</param>
/// <param name="Tasks">Its newest tasks.</param>
/// <param name="Pause">What stops it; null where nothing does.</param>
/// <param name="Feed">What happened since somebody looks, the newest first.</param>
public sealed record TeamFigures(
    TeamOverviewResponse Overview,
    IReadOnlyList<AgentResponse> Agents,
    CostsResponse Today,
    IReadOnlyList<TaskResponse> Tasks,
    PauseResponse? Pause,
    IReadOnlyList<FeedItem> Feed);

/// <summary>Reads a team's figures when its events say that they have changed.</summary>
internal sealed class TeamSource(Guid id, IServiceScopeFactory scopes) : ILiveSource<TeamFigures>
{
    private const int Sessions = 25;
    private const int Tasks = 50;

    private readonly EventTail tail = new();

    public async Task<TeamFigures> ReadAsync(CancellationToken cancellationToken)
    {
        var overview = await SendAsync(new GetTeamOverviewQuery(id), cancellationToken);
        var team = await SendAsync(new GetTeamQuery(id), cancellationToken);
        var today = await SendAsync(
            new GetTeamCostsQuery(id, new(null, null, CostPeriod.Today, null, null, null), new(Sessions, null)), cancellationToken);
        var tasks = await SendAsync(new ListTasksQuery(id, null, new PageRequest(Tasks, null)), cancellationToken);
        var pause = team.Status == TeamStatus.Paused ? await SendAsync(new GetPauseQuery(PauseScope.Team, id), cancellationToken) : null;
        return new(overview, team.Agents, today, tasks.Items, pause, tail.Read());
    }

    public Task FollowAsync(Action changed, CancellationToken cancellationToken) =>
        tail.FollowAsync(last => SendAsync(new StreamTeamEventsQuery(id, last), cancellationToken), _ => changed(), cancellationToken);

    private Task<T> SendAsync<T>(IRequest<T> request, CancellationToken cancellationToken) =>
        RequestSender.SendAsync(scopes, Caller.Entourage, request, cancellationToken);
}
