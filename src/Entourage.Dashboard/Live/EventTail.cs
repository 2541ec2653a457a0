using System.Text;
using System.Text.Json;

namespace Entourage.Dashboard.Live;

/// <summary>The newest events of a stream. Their text is kept as it comes, and is read only when somebody is to see it.</summary>
internal sealed class EventTail
{
    private const int Capacity = 40;
    private const string Data = "data: ";
    private const string Id = "id: ";

    private readonly Lock gate = new();
    private readonly Queue<string> newest = new(Capacity);

    /// <summary>The id of the last event.</summary>
    public string? LastId { get; set; }

    /// <summary>Adds a piece of the stream.</summary>
    public void Add(ReadOnlyMemory<byte> piece)
    {
        lock (gate)
        {
            foreach (var line in Encoding.UTF8.GetString(piece.Span).Split('\n'))
            {
                if (line.StartsWith(Id, StringComparison.Ordinal))
                {
                    LastId = line[Id.Length..];
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
