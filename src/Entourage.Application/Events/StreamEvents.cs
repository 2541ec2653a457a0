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

/// <summary>Streams the events of a team.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="LastEventId">The id of the last event received; null to start from now.</param>
public sealed record StreamTeamEventsQuery(Guid TeamId, string? LastEventId) : IQuery<IAsyncEnumerable<ReadOnlyMemory<byte>>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Team(TeamId));
}

/// <summary>Streams the events that concern an agent: its own and those of its whole team.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="LastEventId">The id of the last event received; null to start from now.</param>
public sealed record StreamAgentEventsQuery(Guid AgentId, string? LastEventId) : IQuery<IAsyncEnumerable<ReadOnlyMemory<byte>>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Agent(AgentId));
}

internal sealed class StreamTeamEventsHandler(IEntourageDb db, IEventFeed feed, EventSubscription subscription) : IRequestHandler<StreamTeamEventsQuery, IAsyncEnumerable<ReadOnlyMemory<byte>>>
{
    public async Task<IAsyncEnumerable<ReadOnlyMemory<byte>>> Handle(StreamTeamEventsQuery request, CancellationToken cancellationToken)
    {
        await db.Teams.GetAsync(request.TeamId, "team", cancellationToken);
        var position = await db.FindPositionAsync(request.LastEventId, cancellationToken);
        return subscription.While(feed.WatchAsync(request.TeamId, null, position, cancellationToken), cancellationToken);
    }
}

internal sealed class StreamAgentEventsHandler(IEntourageDb db, IEventFeed feed, EventSubscription subscription) : IRequestHandler<StreamAgentEventsQuery, IAsyncEnumerable<ReadOnlyMemory<byte>>>
{
    public async Task<IAsyncEnumerable<ReadOnlyMemory<byte>>> Handle(StreamAgentEventsQuery request, CancellationToken cancellationToken)
    {
        var agent = await db.Agents.GetAsync(request.AgentId, "agent", cancellationToken);
        var position = await db.FindPositionAsync(request.LastEventId, cancellationToken);
        return subscription.While(feed.WatchAsync(agent.TeamId, agent.Id, position, cancellationToken), cancellationToken);
    }
}

/// <summary>Ends an event stream when its caller would no longer be admitted.</summary>
internal sealed class EventSubscription(CallerContext callers, KeyRing keys)
{
    /// <summary>Returns the fragments of a stream while the caller is admitted. It checks at each fragment, at least once per heartbeat.</summary>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> While(IAsyncEnumerable<ReadOnlyMemory<byte>> fragments, CancellationToken cancellationToken)
    {
        var caller = callers.Current;
        return caller is { KeyId: null, ExpiresAt: null } ? fragments : WhileAdmittedAsync(fragments, caller, cancellationToken);
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> WhileAdmittedAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> fragments, Caller caller, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var fragment in fragments.WithCancellation(cancellationToken))
        {
            if (!await IsAdmittedAsync(caller, cancellationToken))
            {
                yield break;
            }

            yield return fragment;
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
            // The store cannot be read. The stream ends here, and the subscriber resumes from its position.
            return false;
        }
    }
}

/// <summary>Parses the event ids that subscribers send back.</summary>
internal static class LastEventIds
{
    /// <summary>Returns the position of an event id; null if none was sent.</summary>
    /// <exception cref="UnknownEventIdException">The id was never issued.</exception>
    public static async Task<EventPosition?> FindPositionAsync(this IEntourageDb db, string? lastEventId, CancellationToken cancellationToken)
    {
        // A client that has received nothing yet may send an empty id.
        if (string.IsNullOrEmpty(lastEventId))
        {
            return null;
        }

        var position = EventPosition.Parse(lastEventId) ?? throw new UnknownEventIdException();
        var usage = await db.UsageRecords.MaxAsync(record => (long?)record.Sequence, cancellationToken) ?? 0;

        // Old events are deleted. If none is left, the highest sequence is unknown.
        var stored = await db.Events.MaxAsync(stored => (long?)stored.Sequence, cancellationToken) ?? long.MaxValue;
        return position.IsWithin(new(usage, stored)) ? position : throw new UnknownEventIdException();
    }
}
