using Entourage.Application.Access;
using Entourage.Application.Agents;
using Entourage.Application.Events;
using Entourage.Application.Paging;
using Entourage.Application.Sessions;
using Entourage.Application.Teams;
using Entourage.Dashboard.Requests;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Entourage.Dashboard.Live;

internal sealed class SessionViews(IServiceScopeFactory scopes, TimeProvider time, ILogger<SessionViews> logger) : SharedViews<long, SessionFigures>(time, logger)
{
    protected override ILiveSource<SessionFigures> CreateSource(long id) => new SessionSource(id, scopes);
}

/// <summary>The figures of a session.</summary>
/// <param name="Team">The team of the session's agent.</param>
/// <param name="Usage">The newest usage, newest first.</param>
/// <param name="HasMore">Whether there is older usage.</param>
public sealed record SessionFigures(SessionDetailsResponse Session, TeamResponse Team, IReadOnlyList<UsageRecordResponse> Usage, bool HasMore);

/// <summary>Reads a session's figures after each event of its agent.</summary>
internal sealed class SessionSource(long id, IServiceScopeFactory scopes) : ILiveSource<SessionFigures>
{
    private readonly EventTail tail = new();

    public async Task<SessionFigures> ReadAsync(CancellationToken cancellationToken)
    {
        var session = await SendAsync(new GetSessionQuery(id), cancellationToken);
        var agent = await SendAsync(new GetAgentQuery(session.AgentId), cancellationToken);
        var team = await SendAsync(new GetTeamQuery(agent.TeamId), cancellationToken);
        var usage = await SendAsync(new ListUsageQuery(id, new(PageRequest.MaxLimit, null)), cancellationToken);
        return new(session, team, usage.Items, usage.NextCursor is not null);
    }

    public async Task FollowAsync(Action changed, CancellationToken cancellationToken)
    {
        var session = await SendAsync(new GetSessionQuery(id), cancellationToken);
        await tail.FollowAsync(last => SendAsync(new StreamAgentEventsQuery(session.AgentId, last), cancellationToken), _ => changed(), cancellationToken);
    }

    private Task<T> SendAsync<T>(IRequest<T> request, CancellationToken cancellationToken) =>
        RequestSender.SendAsync(scopes, Caller.Entourage, request, cancellationToken);
}
