using System.Text.Json;
using Entourage.Application.Errors;
using Entourage.Application.Events;
using Entourage.Application.Json;
using Entourage.Domain.Events;

namespace Entourage.Dashboard.Live;

/// <summary>Follows an event stream and keeps its newest events. Their payloads are parsed only when a page shows them.</summary>
internal sealed class EventTail
{
    private const int Capacity = 40;

    private readonly Lock gate = new();
    private readonly Queue<EventMessage> newest = new(Capacity);

    private EventPosition? position;

    /// <summary>Follows a stream from where the previous call left it, until the stream ends.</summary>
    /// <param name="open">Opens the stream after the event with this id; null for everything from now on.</param>
    /// <param name="added">Called with each batch after its events are added.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public async Task FollowAsync(
        Func<string?, Task<IAsyncEnumerable<EventBatch>>> open, Action<EventBatch> added, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var batch in (await open(position?.ToString())).WithCancellation(cancellationToken))
            {
                Add(batch);
                added(batch);
            }
        }
        catch (UnknownEventIdException)
        {
            // The store was replaced or restored, so start anew.
            position = null;
        }
    }

    /// <summary>Returns the newest events, newest first.</summary>
    public IReadOnlyList<FeedItem> Read()
    {
        EventMessage[] events;
        lock (gate)
        {
            events = [.. newest];
        }

        return [.. events.Reverse().Select(FeedItem.From)];
    }

    private void Add(EventBatch batch)
    {
        position = batch.Position;
        lock (gate)
        {
            foreach (var (_, message) in batch.Events.Span)
            {
                if (newest.Count == Capacity)
                {
                    newest.Dequeue();
                }

                newest.Enqueue(message);
            }
        }
    }
}

/// <summary>An event in the live list of a team.</summary>
/// <param name="Id">The event's id.</param>
/// <param name="Kind">What happened: <c>usage</c>, <c>session</c>, <c>budget</c>, <c>alert</c>, <c>stop</c> or <c>settings</c>.</param>
/// <param name="At">When it happened (UTC).</param>
/// <param name="AgentId">The agent concerned, if it is one.</param>
/// <param name="SessionId">The session concerned, if any.</param>
/// <param name="Data">The payload.</param>
public sealed record FeedItem(Guid Id, string Kind, DateTimeOffset At, Guid? AgentId, long? SessionId, JsonElement Data)
{
    internal static FeedItem From(EventMessage message)
    {
        using var data = JsonDocument.Parse(message.Data);
        return new(message.Id, EnumNames.Of(message.Kind), message.At, message.AgentId, message.SessionId, data.RootElement.Clone());
    }

    /// <summary>Returns a text of the payload; empty if there is none.</summary>
    public string Text(string member) => Data.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>Returns an amount of the payload (USD); zero if there is none.</summary>
    public decimal Usd(string member) => Data.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDecimal() : 0;

    /// <summary>Returns a count of the payload; zero if there is none.</summary>
    public long Number(string member) => Data.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : 0;
}
