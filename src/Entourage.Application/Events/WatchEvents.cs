using System.Data.Common;
using System.Runtime.CompilerServices;
using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Application.Keys;
using Entourage.Domain.Events;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Events;

/// <summary>Watches a team.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="LastEventId">The id of the last event that the watcher has seen; null starts now.</param>
public sealed record StreamTeamEventsQuery(Guid TeamId, string? LastEventId) : IQuery<IAsyncEnumerable<ReadOnlyMemory<byte>>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Team(TeamId));
}

/// <summary>Watches what concerns an agent: what is about it, and what is about all of its team.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="LastEventId">The id of the last event that the watcher has seen; null starts now.</param>
public sealed record StreamAgentEventsQuery(Guid AgentId, string? LastEventId) : IQuery<IAsyncEnumerable<ReadOnlyMemory<byte>>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Agent(AgentId));
}

internal sealed class StreamTeamEventsHandler(IEntourageDb db, IEventFeed feed, EventSubscription watching) : IRequestHandler<StreamTeamEventsQuery, IAsyncEnumerable<ReadOnlyMemory<byte>>>
{
    public async Task<IAsyncEnumerable<ReadOnlyMemory<byte>>> Handle(StreamTeamEventsQuery request, CancellationToken cancellationToken)
    {
        await db.Teams.GetAsync(request.TeamId, "team", cancellationToken);
        var position = await db.FindPositionAsync(request.LastEventId, cancellationToken);
        return watching.While(feed.WatchAsync(request.TeamId, null, position, cancellationToken), cancellationToken);
    }
}

internal sealed class StreamAgentEventsHandler(IEntourageDb db, IEventFeed feed, EventSubscription watching) : IRequestHandler<StreamAgentEventsQuery, IAsyncEnumerable<ReadOnlyMemory<byte>>>
{
    public async Task<IAsyncEnumerable<ReadOnlyMemory<byte>>> Handle(StreamAgentEventsQuery request, CancellationToken cancellationToken)
    {
        var agent = await db.Agents.GetAsync(request.AgentId, "agent", cancellationToken);
        var position = await db.FindPositionAsync(request.LastEventId, cancellationToken);
        return watching.While(feed.WatchAsync(agent.TeamId, agent.Id, position, cancellationToken), cancellationToken);
    }
}

/// <summary>Lets somebody watch for as long as it would be let in.</summary>
internal sealed class EventSubscription(CallerContext callers, KeyRing keys)
{
    /// <summary>The pieces of a stream, as long as the caller may see them. There is one at each heartbeat at least.</summary>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> While(IAsyncEnumerable<ReadOnlyMemory<byte>> pieces, CancellationToken cancellationToken)
    {
        var caller = callers.Current;
        return caller is { KeyId: null, ExpiresAt: null } ? pieces : WhileAdmittedAsync(pieces, caller, cancellationToken);
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> WhileAdmittedAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> pieces, Caller caller, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var piece in pieces.WithCancellation(cancellationToken))
        {
            if (!await IsAdmittedAsync(caller, cancellationToken))
            {
                yield break;
            }

            yield return piece;
        }
    }

    private async Task<bool> IsAdmittedAsync(Caller caller, CancellationToken cancellationToken)
    {
        try
        {
            return await keys.StillAdmitsAsync(caller, cancellationToken);
        }
        catch (DbException)
        {
            // Nobody can say so at present: the watcher comes back, and goes on where it was.
            return false;
        }
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
