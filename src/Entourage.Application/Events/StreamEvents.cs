using System.Data.Common;
using System.Runtime.CompilerServices;
using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Application.Keys;
using Entourage.Domain.Events;
using Entourage.Domain.Teams;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Events;

/// <summary>Streams the events of a team, or of all teams of an organisation.</summary>
/// <param name="Audience">The team or organisation.</param>
/// <param name="LastEventId">The id of the last event received; null or empty starts now.</param>
public sealed record StreamEventsQuery(Audience Audience, string? LastEventId) : IQuery<IAsyncEnumerable<EventBatch>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Audience.RequiredPermission();
}

/// <summary>Streams the events that concern an agent, including those for its whole team.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="LastEventId">The id of the last event received; null or empty starts now.</param>
public sealed record StreamAgentEventsQuery(Guid AgentId, string? LastEventId) : IQuery<IAsyncEnumerable<EventBatch>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Agent(AgentId));
}

internal sealed class StreamEventsHandler(IEntourageDb db, IEventFeed feed, EventSubscription subscription)
    : IRequestHandler<StreamEventsQuery, IAsyncEnumerable<EventBatch>>
{
    public async Task<IAsyncEnumerable<EventBatch>> Handle(StreamEventsQuery request, CancellationToken cancellationToken)
    {
        await db.FindOrganisationOfAsync(request.Audience, cancellationToken);
        var position = await db.FindPositionAsync(request.LastEventId, cancellationToken);
        return subscription.UntilRevoked(feed.SubscribeAsync(request.Audience, null, position, cancellationToken), cancellationToken);
    }
}

internal sealed class StreamAgentEventsHandler(IEntourageDb db, IEventFeed feed, EventSubscription subscription)
    : IRequestHandler<StreamAgentEventsQuery, IAsyncEnumerable<EventBatch>>
{
    public async Task<IAsyncEnumerable<EventBatch>> Handle(StreamAgentEventsQuery request, CancellationToken cancellationToken)
    {
        var agent = await db.Agents.GetAsync(request.AgentId, "agent", cancellationToken);
        var position = await db.FindPositionAsync(request.LastEventId, cancellationToken);
        return subscription.UntilRevoked(feed.SubscribeAsync(Audience.OfTeam(agent.TeamId), agent.Id, position, cancellationToken), cancellationToken);
    }
}

/// <summary>Ends an event stream when its caller loses access.</summary>
internal sealed class EventSubscription(CallerContext callers, KeyRing keys)
{
    /// <summary>Checks the caller's key at every batch, so at least at every heartbeat.</summary>
    public IAsyncEnumerable<EventBatch> UntilRevoked(IAsyncEnumerable<EventBatch> batches, CancellationToken cancellationToken)
    {
        var caller = callers.Current;
        return caller is { KeyId: null, ExpiresAt: null } ? batches : CheckAsync(batches, caller, cancellationToken);
    }

    private async IAsyncEnumerable<EventBatch> CheckAsync(
        IAsyncEnumerable<EventBatch> batches, Caller caller, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in batches.WithCancellation(cancellationToken))
        {
            if (!await IsAdmittedAsync(caller, cancellationToken))
            {
                yield break;
            }

            yield return batch;
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
            // The key cannot be checked now. The subscriber reconnects and resumes where it was.
            return false;
        }
    }
}

/// <summary>Reads the event ids that subscribers send to resume a stream.</summary>
internal static class LastEventIds
{
    /// <summary>Converts an event id to a position; null if there is no id.</summary>
    /// <exception cref="UnknownEventIdException">The id was never issued.</exception>
    public static async Task<EventPosition?> FindPositionAsync(this IEntourageDb db, string? lastEventId, CancellationToken cancellationToken)
    {
        // A client that has not received an event yet may send an empty id.
        if (string.IsNullOrEmpty(lastEventId))
        {
            return null;
        }

        var position = EventPosition.Parse(lastEventId) ?? throw new UnknownEventIdException();
        var newestUsage = await db.UsageRecords.MaxAsync(record => (long?)record.Sequence, cancellationToken) ?? 0;

        // Old events are purged. If none is left, the greatest sequence is unknown, so any is accepted.
        var newestEvent = await db.Events.MaxAsync(stored => (long?)stored.Sequence, cancellationToken) ?? long.MaxValue;
        return position.IsWithin(new(newestUsage, newestEvent)) ? position : throw new UnknownEventIdException();
    }
}
