using Entourage.Domain.Events;

namespace Entourage.Application.Events;

/// <summary>One step of an event stream. The first batch of a stream is empty, and a later empty one is a heartbeat.</summary>
/// <param name="Position">The subscriber's position after this batch.</param>
/// <param name="Events">The events since the previous batch, in order.</param>
public sealed record EventBatch(EventPosition Position, ReadOnlyMemory<StreamedEvent> Events);

/// <summary>An event in a subscriber's stream.</summary>
/// <param name="Position">The position after this event, which is its id in the stream.</param>
/// <param name="Message">The event, shared by all subscribers.</param>
public readonly record struct StreamedEvent(EventPosition Position, EventMessage Message);
