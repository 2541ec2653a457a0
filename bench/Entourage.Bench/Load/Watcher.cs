using System.Buffers.Text;

namespace Entourage.Bench.Load;

/// <summary>Watches a team's event stream and checks that each usage arrives once and in order.</summary>
internal sealed class Watcher : IDisposable
{
    private const int BufferSize = 64 * 1_024;

    private readonly HttpResponseMessage response;
    private readonly Stream stream;
    private long last;
    private long pending;
    private int count;
    private string? fault;

    private Watcher(HttpResponseMessage response, Stream stream) => (this.response, this.stream) = (response, stream);

    /// <summary>The number of usages received.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>Opens the stream. It includes everything that is committed after this method returns.</summary>
    public static async Task<Watcher> OpenAsync(HttpClient http, Uri server, Guid team)
    {
        var response = await http.GetAsync(new Uri(server, $"api/v1/teams/{team}/events"), HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        var watcher = new Watcher(response, await response.Content.ReadAsStreamAsync());
        _ = watcher.ReadAsync();
        return watcher;
    }

    /// <summary>Throws if usages arrived out of order or twice, or are missing.</summary>
    public void Check(int expected)
    {
        if (fault is not null || Count != expected)
        {
            throw new InvalidOperationException(fault ?? $"A watcher received {Count} usages, but {expected} were acknowledged.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => response.Dispose();

    private async Task ReadAsync()
    {
        var buffer = new byte[BufferSize];
        var kept = 0;
        try
        {
            while (await stream.ReadAsync(buffer.AsMemory(kept)) is var read and > 0)
            {
                var filled = kept + read;
                var taken = Take(buffer.AsSpan(0, filled));
                kept = filled - taken;
                buffer.AsSpan(taken, kept).CopyTo(buffer);
            }
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or ObjectDisposedException or OperationCanceledException)
        {
            // The stream was closed.
        }
    }

    /// <summary>Processes the complete lines and returns their length.</summary>
    private int Take(ReadOnlySpan<byte> text)
    {
        var at = 0;
        while (text[at..].IndexOf((byte)'\n') is var length and >= 0)
        {
            var line = text.Slice(at, length);
            at += length + 1;
            if (line.StartsWith("id: u"u8) && Utf8Parser.TryParse(line["id: u".Length..], out long usage, out _))
            {
                fault = usage < last ? $"Usage {usage} came after {last}." : fault;
                pending = usage;
            }
            else if (line.SequenceEqual("event: usage"u8))
            {
                fault = pending == last ? $"Usage {pending} came twice." : fault;
                last = pending;
                Volatile.Write(ref count, count + 1);
            }
        }

        return at;
    }
}
