using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Entourage.Bench.Pages;

/// <summary>
/// An open dashboard page without a browser. It requests the document, opens its circuit, follows it as a browser does and acknowledges updates
/// without drawing them. A browser would use more of the shared cores for each page than the server does.
/// </summary>
internal sealed partial class Circuit : IAsyncDisposable
{
    private const int Completion = 3;
    private const int Closed = 7;
    private const byte EndOfHandshake = 0x1E;

    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(4);

    private readonly ClientWebSocket socket = new();
    private readonly SemaphoreSlim sending = new(1);
    private readonly CancellationTokenSource ending = new();
    private readonly Lock gate = new();
    private readonly string components;
    private Task running = Task.CompletedTask;
    private (byte[] Text, TaskCompletionSource Seen)? awaited;
    private Exception? fault;
    private bool handshakeDone;
    private int drawn;

    private Circuit(string components) => this.components = components;

    /// <summary>The number of updates received.</summary>
    public int Drawn => Volatile.Read(ref drawn);

    /// <summary>Opens a page and waits until its figures are live.</summary>
    /// <param name="http">Requests the document.</param>
    /// <param name="page">The page's address.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<Circuit> OpenAsync(HttpClient http, Uri page, CancellationToken cancellationToken)
    {
        var circuit = new Circuit(ComponentsOf(await http.GetStringAsync(page, cancellationToken)));
        try
        {
            var live = circuit.WaitForTextAsync("Live", cancellationToken);
            await circuit.ConnectAsync(page, cancellationToken);
            circuit.running = Task.WhenAll(circuit.ReceiveAsync(), circuit.PingAsync());
            await live;
            return circuit;
        }
        catch
        {
            await circuit.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until a later update contains a text.</summary>
    /// <exception cref="InvalidOperationException">The circuit has broken.</exception>
    public async Task WaitForTextAsync(string text, CancellationToken cancellationToken)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            awaited = fault is null ? (Encoding.UTF8.GetBytes(text), seen) : throw new InvalidOperationException($"The circuit has broken: {fault.Message}", fault);
        }

        await seen.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await running;
        socket.Dispose();
        sending.Dispose();
        ending.Dispose();
    }

    /// <summary>Builds the request for the interactive components that the document names.</summary>
    private static string ComponentsOf(string document)
    {
        var operations = Marker.Matches(document)
            .Select((match, index) => new { type = "add", ssrComponentId = index + 1, marker = JsonSerializer.Deserialize<JsonElement>(match.Groups["json"].Value) })
            .ToArray();
        return operations.Length > 0
            ? JsonSerializer.Serialize(new { batchId = 1, operations })
            : throw new InvalidDataException($"The page has no interactive components: {document}");
    }

    private async Task ConnectAsync(Uri page, CancellationToken cancellationToken)
    {
        var root = new Uri(page, "/").ToString();
        socket.Options.SetRequestHeader("Origin", root.TrimEnd('/'));
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        await socket.ConnectAsync(new UriBuilder(page) { Scheme = "ws", Path = "/_blazor" }.Uri, cancellationToken);
        await SendAsync([.. """{"protocol":"blazorpack","version":1}"""u8, EndOfHandshake]);
        await SendAsync(HubWriter.Call("0", "StartCircuit", root, page.ToString(), "[]", ""));
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[64 * 1_024];
        try
        {
            while (!ending.IsCancellationRequested)
            {
                var filled = 0;
                ValueWebSocketReceiveResult result;
                do
                {
                    if (filled == buffer.Length)
                    {
                        Array.Resize(ref buffer, 2 * buffer.Length);
                    }

                    result = await socket.ReceiveAsync(buffer.AsMemory(filled), ending.Token);
                    filled += result.Count;
                }
                while (!result.EndOfMessage);

                if (result.MessageType == WebSocketMessageType.Close)
                {
                    throw new InvalidDataException($"The server has closed the circuit: {socket.CloseStatusDescription}");
                }

                foreach (var answer in Take(buffer.AsSpan(0, filled)))
                {
                    await SendAsync(answer);
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException or InvalidDataException or ArgumentOutOfRangeException)
        {
            Break(exception);
        }
    }

    private async Task PingAsync()
    {
        using var clock = new PeriodicTimer(PingInterval);
        try
        {
            while (await clock.WaitForNextTickAsync(ending.Token))
            {
                await SendAsync(HubWriter.Ping);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException)
        {
            Break(exception);
        }
    }

    /// <summary>Processes messages and returns the reply.</summary>
    private List<byte[]> Take(ReadOnlySpan<byte> bytes)
    {
        var answers = new List<byte[]>();
        if (!handshakeDone)
        {
            handshakeDone = bytes is [(byte)'{', (byte)'}', EndOfHandshake, ..];
            bytes = handshakeDone ? bytes[3..] : throw new InvalidDataException($"The server refused the handshake: {Encoding.UTF8.GetString(bytes)}");
        }

        for (var all = new HubReader(bytes); !all.IsEmpty;)
        {
            var message = all.ReadMessage();
            message.ReadArray();
            switch (message.ReadInteger())
            {
                case 1:
                    message.SkipHeaders();
                    message.ReadBytes();
                    if (Handle(ref message) is { } answer)
                    {
                        answers.Add(answer);
                    }

                    break;
                case Completion:
                    // The circuit is open.
                    answers.Add(HubWriter.Call(null, "UpdateRootComponents", components, ""));
                    break;
                case Closed:
                    throw new InvalidDataException("The server has closed the circuit.");
            }
        }

        return answers;
    }

    private byte[]? Handle(ref HubReader call)
    {
        var method = Encoding.UTF8.GetString(call.ReadBytes());
        call.ReadArray();
        switch (method)
        {
            case "JS.RenderBatch":
                var batch = call.ReadInteger();
                Draw(call.ReadBytes());
                return HubWriter.Call(null, "OnRenderCompleted", batch, null);
            case "JS.BeginInvokeJS":
                // Report success without a result for any script, as if it had run.
                var handle = call.ReadInteger();
                return handle == 0
                    ? null
                    : HubWriter.Call(null, "EndInvokeJSFromDotNet", handle, true, string.Create(CultureInfo.InvariantCulture, $"[{handle},true,null]"));
            case "JS.Error":
                throw new InvalidDataException($"The circuit has failed: {Encoding.UTF8.GetString(call.ReadBytes())}");
            default:
                return null;
        }
    }

    private void Draw(ReadOnlySpan<byte> batch)
    {
        Interlocked.Increment(ref drawn);
        lock (gate)
        {
            if (awaited is { } text && batch.IndexOf(text.Text) >= 0)
            {
                awaited = null;
                text.Seen.SetResult();
            }
        }
    }

    private void Break(Exception exception)
    {
        lock (gate)
        {
            fault ??= exception;
            awaited?.Seen.TrySetException(new InvalidOperationException($"The circuit has broken: {exception.Message}", exception));
        }
    }

    private async Task SendAsync(byte[] message)
    {
        await sending.WaitAsync(ending.Token);
        try
        {
            await socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, ending.Token);
        }
        finally
        {
            sending.Release();
        }
    }

    [GeneratedRegex("<!--Blazor:(?<json>\\{.*?\\})-->", RegexOptions.Singleline)]
    private static partial Regex Marker { get; }
}
