using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;

namespace Entourage.Testing;

/// <summary>An event of a stream.</summary>
/// <param name="Id">The id in the stream.</param>
/// <param name="Kind">The kind of event.</param>
/// <param name="Json">The content.</param>
public sealed record ReceivedEvent(string Id, string Kind, JsonNode Json);

/// <summary>Reads a stream of server-sent events.</summary>
public sealed class EventReader : IAsyncDisposable
{
    private readonly HttpResponseMessage response;
    private readonly SseParser<string> parser;
    private readonly IAsyncEnumerator<SseItem<string>> items;

    private EventReader(HttpResponseMessage response, Stream stream)
    {
        this.response = response;
        parser = SseParser.Create(stream);
        items = parser.EnumerateAsync().GetAsyncEnumerator();
    }

    /// <summary>The headers of the answer.</summary>
    public HttpResponseMessage Response => response;

    /// <summary>The last id of the stream, with or without an event.</summary>
    public string LastEventId => parser.LastEventId;

    /// <summary>Opens a stream. It contains everything committed after this returns.</summary>
    /// <param name="api">The client.</param>
    /// <param name="path">The path below <c>/api/v1</c>.</param>
    /// <param name="lastEventId">The id of the last event seen.</param>
    public static async Task<EventReader> OpenAsync(ApiClient api, string path, string? lastEventId = null)
    {
        ArgumentNullException.ThrowIfNull(api);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1" + path);
        if (lastEventId is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        }

        var response = await api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return response.StatusCode == HttpStatusCode.OK
            ? new(response, await response.Content.ReadAsStreamAsync())
            : throw new InvalidOperationException($"{response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
    }

    /// <summary>Waits for the next event; null if the stream has ended.</summary>
    /// <exception cref="TimeoutException">No event came in time.</exception>
    public async Task<ReceivedEvent?> ReadAsync()
    {
        if (!await items.MoveNextAsync().AsTask().WaitAsync(Patience.Limit, TimeProvider.System))
        {
            return null;
        }

        var item = items.Current;
        return new(item.EventId ?? "", item.EventType, JsonNode.Parse(item.Data)!);
    }

    /// <summary>Waits for the given number of events.</summary>
    public async Task<IReadOnlyList<ReceivedEvent>> ReadAsync(int count)
    {
        var read = new List<ReceivedEvent>(count);
        while (read.Count < count)
        {
            read.Add(await ReadAsync() ?? throw new InvalidOperationException($"The stream ended after {read.Count} events."));
        }

        return read;
    }

    /// <summary>Waits for the next event that matches, and skips those before it.</summary>
    public async Task<ReceivedEvent> ReadUntilAsync(Func<ReceivedEvent, bool> isWanted)
    {
        ArgumentNullException.ThrowIfNull(isWanted);
        while (await ReadAsync() is { } read)
        {
            if (isWanted(read))
            {
                return read;
            }
        }

        throw new InvalidOperationException("The stream ended.");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Closes the connection, which ends a pending read.
        response.Dispose();
        try
        {
            await items.DisposeAsync();
        }
        catch (NotSupportedException)
        {
            // A read was pending.
        }
    }
}
