using Entourage.Domain.Events;

namespace Entourage.Application.Events;

/// <summary>Streams the events of teams to any number of subscribers, from whichever replica they come.</summary>
public interface IEventFeed
{
    /// <summary>
    /// Streams the events of a team as fragments of server-sent events, until the subscriber disconnects or the server stops. The first fragment
    /// arrives at once and states the position of the stream; everything committed after that follows.
    /// </summary>
    /// <param name="teamId">The team.</param>
    /// <param name="agentId">Only events that concern this agent of the team; null for all.</param>
    /// <param name="after">The position to resume from; null to start from now.</param>
    /// <param name="cancellationToken">Cancelled when the subscriber disconnects.</param>
    /// <exception cref="Errors.StoreUnavailableException">The store cannot be read, or the server is stopping. Thrown before the first fragment
    /// only.</exception>
    IAsyncEnumerable<ReadOnlyMemory<byte>> WatchAsync(Guid teamId, Guid? agentId, EventPosition? after, CancellationToken cancellationToken);
}
