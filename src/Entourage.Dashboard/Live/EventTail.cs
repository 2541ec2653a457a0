using System.Text;
using System.Text.Json;
using Entourage.Application.Errors;

namespace Entourage.Dashboard.Live;

/// <summary>The newest events of a stream. Their text is kept as it comes, and is read only when somebody is to see it.</summary>
internal sealed class EventTail
{
    private const int Capacity = 40;
    private const string Data = "data: ";
    private const string Id = "id: ";

    private readonly Lock gate = new();
    private readonly Queue<string> newest = new(Capacity);

    private string? lastId;

    /// <summary>Takes a stream up where it was left, and adds what comes, until it ends.</summary>
    /// <param name="open">Opens the stream after the event of an id; null for all that comes from now on.</param>
    /// <param name="added">Called with each piece, once it is added.</param>
    /// <param name="cancellationToken">Ends it.</param>
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
            // The store is another one, or has forgotten: from now on, then.
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

    /// <summary>The newest events, the newest first.</summary>
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

/// <summary>An event, as those who watch a team are told of it.</summary>
/// <param name="Id">The same wherever it is told.</param>
/// <param name="Kind">What it tells of: <c>usage</c>, <c>session</c>, <c>budget</c>, <c>alert</c>, <c>stop</c>, <c>settings</c>.</param>
/// <param name="At">When it happened (UTC).</param>
/// <param name="AgentId">The agent that it is about, if it is about one.</param>
/// <param name="SessionId">The session that it is about, if it is about one.</param>
/// <param name="Data">What is told.</param>
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

    /// <summary>A text of what is told; empty where there is none.</summary>
    public string Text(string member) => Data.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>An amount of dollars of what is told; zero where there is none.</summary>
    public decimal Usd(string member) => Data.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDecimal() : 0;

    /// <summary>A count of what is told; zero where there is none.</summary>
    public long Number(string member) => Data.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : 0;
}
