using Entourage.Domain.Events;

namespace Entourage.Application.Events;

/// <summary>Tells any number of watchers what happens in teams, on whichever replica it happens.</summary>
public interface IEventFeed
{
    /// <summary>
    /// Watches a team: pieces of an event stream (the text of server-sent events), as they come, until the watcher leaves or the server
    /// stops. The first piece comes at once, and says where the watcher is: whatever is committed from then on will follow it.
    /// </summary>
    /// <param name="teamId">The team.</param>
    /// <param name="agentId">Only what concerns this agent of it; null for all.</param>
    /// <param name="after">Where the watcher was before; null for now.</param>
    /// <param name="cancellationToken">The watcher has left.</param>
    /// <exception cref="Errors.StoreUnavailableException">The store cannot be read, or the server is stopping; before the first piece only.</exception>
    IAsyncEnumerable<ReadOnlyMemory<byte>> WatchAsync(Guid teamId, Guid? agentId, EventPosition? after, CancellationToken cancellationToken);
}
