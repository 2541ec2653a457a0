using Entourage.Domain.Events;
using Entourage.Domain.Teams;

namespace Entourage.Application.Events;

/// <summary>Streams the events of teams to any number of subscribers, whichever replica wrote the events.</summary>
internal interface IEventFeed
{
    /// <summary>
    /// Streams the events of an audience until the subscriber leaves or the server stops. The first batch is empty and arrives at once. Its position is
    /// where the stream starts, and every event that is committed from then on follows. Without events, an empty batch arrives as a heartbeat.
    /// </summary>
    /// <param name="audience">The team or organisation.</param>
    /// <param name="agentId">Limits the stream to events that concern this agent; null streams all.</param>
    /// <param name="after">The position to resume from; null starts now.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <exception cref="Errors.StoreUnavailableException">The store cannot be read, or the server is stopping. Thrown before the first batch only.</exception>
    IAsyncEnumerable<EventBatch> SubscribeAsync(Audience audience, Guid? agentId, EventPosition? after, CancellationToken cancellationToken);
}
