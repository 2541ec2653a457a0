using Entourage.Application.Events;
using Entourage.Domain.Events;

namespace Entourage.Infrastructure.Events;

/// <summary>A page of events in memory, shared by all subscribers that are to receive it.</summary>
internal sealed class EventBlock
{
    // A rough figure for the objects around the text of an event.
    private const int Overhead = 200;

    private readonly StreamedEvent[] events;

    public EventBlock(EventPage page)
    {
        (From, To) = (page.From, page.To);
        events = new StreamedEvent[page.Messages.Count];
        var position = page.From;
        for (var i = 0; i < events.Length; i++)
        {
            var message = page.Messages[i];
            position = Advance(position, message);
            events[i] = new(position, message);
            Bytes += message.Json.Length + Overhead;
        }
    }

    /// <summary>The position before its first event.</summary>
    public EventPosition From { get; }

    /// <summary>The position after its last event.</summary>
    public EventPosition To { get; }

    /// <summary>The memory that it takes, roughly.</summary>
    public int Bytes { get; }

    /// <summary>Selects the events after a position, and of those the ones that concern an agent, if one is given.</summary>
    public ReadOnlyMemory<StreamedEvent> After(EventPosition position, Guid? agentId)
    {
        if (agentId is null && position.IsWithin(From))
        {
            return events;
        }

        // Each event gets its position again, because this subscriber may be further ahead in one of the two lists.
        var selected = new List<StreamedEvent>(events.Length);
        foreach (var (after, message) in events)
        {
            var isNew = message.Sequence > (message.Kind == EventKind.Usage ? position.Usage : position.Event);
            position = position.And(after);
            if (isNew && (agentId is not { } id || message.Concerns(id)))
            {
                selected.Add(new(position, message));
            }
        }

        return selected.ToArray();
    }

    private static EventPosition Advance(EventPosition position, EventMessage message) =>
        message.Kind == EventKind.Usage ? position with { Usage = message.Sequence } : position with { Event = message.Sequence };
}
