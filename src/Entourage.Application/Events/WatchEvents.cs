using Entourage.Application.Abstractions;
using Entourage.Application.Errors;
using Entourage.Domain.Events;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Events;

/// <summary>Watches a team.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="LastEventId">The id of the last event that the watcher has seen; null starts now.</param>
public sealed record WatchTeamQuery(Guid TeamId, string? LastEventId) : IRequest<IAsyncEnumerable<ReadOnlyMemory<byte>>>;

/// <summary>Watches what concerns an agent: what is about it, and what is about all of its team.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="LastEventId">The id of the last event that the watcher has seen; null starts now.</param>
public sealed record WatchAgentQuery(Guid AgentId, string? LastEventId) : IRequest<IAsyncEnumerable<ReadOnlyMemory<byte>>>;

internal sealed class WatchTeamHandler(IEntourageDb db, IEventFeed feed) : IRequestHandler<WatchTeamQuery, IAsyncEnumerable<ReadOnlyMemory<byte>>>
{
    public async Task<IAsyncEnumerable<ReadOnlyMemory<byte>>> Handle(WatchTeamQuery request, CancellationToken cancellationToken)
    {
        await db.Teams.GetAsync(request.TeamId, "team", cancellationToken);
        return feed.WatchAsync(request.TeamId, null, await db.FindPositionAsync(request.LastEventId, cancellationToken), cancellationToken);
    }
}

internal sealed class WatchAgentHandler(IEntourageDb db, IEventFeed feed) : IRequestHandler<WatchAgentQuery, IAsyncEnumerable<ReadOnlyMemory<byte>>>
{
    public async Task<IAsyncEnumerable<ReadOnlyMemory<byte>>> Handle(WatchAgentQuery request, CancellationToken cancellationToken)
    {
        var agent = await db.Agents.GetAsync(request.AgentId, "agent", cancellationToken);
        return feed.WatchAsync(agent.TeamId, agent.Id, await db.FindPositionAsync(request.LastEventId, cancellationToken), cancellationToken);
    }
}

/// <summary>Reads the event ids that watchers send back.</summary>
internal static class LastEventIds
{
    /// <summary>The position of an event id; null where there is none.</summary>
    /// <exception cref="UnknownEventIdException">It is none that was given out.</exception>
    public static async Task<EventPosition?> FindPositionAsync(this IEntourageDb db, string? lastEventId, CancellationToken cancellationToken)
    {
        // A client that has seen nothing yet may send an empty one.
        if (string.IsNullOrEmpty(lastEventId))
        {
            return null;
        }

        var position = EventPosition.Parse(lastEventId) ?? throw new UnknownEventIdException();
        var usage = await db.UsageRecords.MaxAsync(record => (long?)record.Sequence, cancellationToken) ?? 0;

        // Old events are forgotten; where all are, nobody knows any more how many there were.
        var told = await db.Events.MaxAsync(told => (long?)told.Sequence, cancellationToken) ?? long.MaxValue;
        return position.IsWithin(new(usage, told)) ? position : throw new UnknownEventIdException();
    }
}
