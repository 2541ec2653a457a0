using System.Text;
using System.Text.Json;
using Entourage.Application.Errors;

namespace Entourage.Dashboard.Live;

/// <summary>The newest events of a stream. It keeps their text and parses it only when a page needs it.</summary>
internal sealed class EventTail
{
    private const int Capacity = 40;
    private const string Data = "data: ";
    private const string Id = "id: ";

    private readonly Lock gate = new();
    private readonly Queue<string> newest = new(Capacity);

    private string? lastId;

    /// <summary>Resumes the stream after the last event seen and adds its events until it ends.</summary>
    /// <param name="open">Opens the stream after the event with the given id, or from now on for null.</param>
    /// <param name="added">Called with each piece of the stream after its events were added.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public async Task FollowAsync(
        Func<string?, Task<IAsyncEnumerable<ReadOnlyMemory<byte>>>> open, Action<ReadOnlyMemory<byte>> added, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var piece in (await open(lastId)).WithCancellation(cancellationToken))
            {
                Add(piece);
                added(piece);
            }
        }
        catch (UnknownEventIdException)
        {
            // The store was replaced or no longer has the event. Start from now on.
            lastId = null;
        }
    }

    private void Add(ReadOnlyMemory<byte> piece)
    {
        lock (gate)
        {
            foreach (var line in Encoding.UTF8.GetString(piece.Span).Split('\n'))
            {
                if (line.StartsWith(Id, StringComparison.Ordinal))
                {
                    lastId = line[Id.Length..];
                }
                else if (line.StartsWith(Data, StringComparison.Ordinal))
                {
                    if (newest.Count == Capacity)
                    {
                        newest.Dequeue();
                    }

                    newest.Enqueue(line[Data.Length..]);
                }
            }
        }
    }

    /// <summary>Returns the kept events, newest first.</summary>
    public IReadOnlyList<FeedItem> Read()
    {
        string[] lines;
        lock (gate)
        {
            lines = [.. newest];
        }

        return [.. lines.Reverse().Select(FeedItem.Parse)];
    }
}

/// <summary>An event of a team's event stream.</summary>
/// <param name="Id">The id of the event, unique across teams.</param>
/// <param name="Kind"><c>usage</c>, <c>session</c>, <c>budget</c>, <c>alert</c>, <c>stop</c> or <c>settings</c>.</param>
/// <param name="At">When it happened (UTC).</param>
/// <param name="AgentId">The agent that it concerns, if any.</param>
/// <param name="SessionId">The session that it concerns, if any.</param>
/// <param name="Data">The members that depend on the kind.</param>
public sealed record FeedItem(Guid Id, string Kind, DateTimeOffset At, Guid? AgentId, long? SessionId, JsonElement Data)
{
    internal static FeedItem Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return new(
            root.GetProperty("id").GetGuid(),
            root.GetProperty("type").GetString()!,
            root.GetProperty("timestamp").GetDateTimeOffset(),
            root.TryGetProperty("agent_id", out var agent) ? agent.GetGuid() : null,
            root.TryGetProperty("session_id", out var session) ? session.GetInt64() : null,
            root.GetProperty("data").Clone());
    }

    /// <summary>Returns a text member of the data, or an empty string if it is missing.</summary>
    public string Text(string member) => Data.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>Returns an amount of dollars from the data, or zero if it is missing.</summary>
    public decimal Usd(string member) => Data.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDecimal() : 0;

    /// <summary>Returns a count from the data, or zero if it is missing.</summary>
    public long Number(string member) => Data.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : 0;
}
