using System.Runtime.CompilerServices;
using System.Text.Json;
using Entourage.Client.Contracts;

namespace Entourage.Client.Http;

/// <summary>A stream of events that reconnects and resumes after the last event.</summary>
internal sealed class EventStream(Transport transport, TimeProvider time, string path)
{
    // The server sends at least a comment every 15 seconds.
    private static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(5);

    /// <summary>Reads events until cancelled.</summary>
    /// <param name="position">The position after which to start, or null for now.</param>
    /// <param name="connected">Called each time the stream is opened.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <exception cref="EntourageException">The server refuses the stream.</exception>
    public async IAsyncEnumerable<EntourageEvent> ReadAsync(
        string? position, Action? connected, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var delay = FirstDelay; ; delay = TimeSpan.FromTicks(Math.Min(2 * delay.Ticks, MaxDelay.Ticks)))
        {
            HttpResponseMessage? response = null;
            try
            {
                response = await OpenAsync(position, cancellationToken);
            }
            catch (EntourageException exception) when (exception.Code == "unknown-event-id" && position is not null)
            {
                // The position is too old or from another store. Events in between are lost.
                position = null;
            }
            catch (EntourageException exception) when (exception.IsTransient)
            {
                // Try again after the delay.
            }

            if (response is not null)
            {
                using (response)
                {
                    delay = FirstDelay;
                    connected?.Invoke();
                    await using var stream = new TimeoutStream(await response.Content.ReadAsStreamAsync(cancellationToken), MaxSilence, time);
                    using var messages = new MessageReader(stream);
                    while (await HasNextAsync(messages, cancellationToken))
                    {
                        position = messages.Id ?? position;
                        if (messages.Data is { } data && Parse(data) is { } parsed)
                        {
                            yield return parsed with { Position = position ?? "" };
                        }
                    }
                }
            }

            await Task.Delay(delay, time, cancellationToken);
        }
    }

    private static EntourageEvent? Parse(string data)
    {
        try
        {
            return JsonSerializer.Deserialize(data, ClientJson.Default.EntourageEvent);
        }
        catch (JsonException)
        {
            // An event from a newer server must not end the stream.
            return null;
        }
    }

    private Task<HttpResponseMessage> OpenAsync(string? position, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        if (position is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", position);
        }

        return transport.OpenAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    private static async Task<bool> HasNextAsync(MessageReader messages, CancellationToken cancellationToken)
    {
        try
        {
            return await messages.ReadAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or TimeoutException)
        {
            // The connection was lost.
            return false;
        }
    }

    /// <summary>
    /// Reads complete messages from a stream. The framework's parser is not used because it sets the id before the message is complete and
    /// hides messages without data, so that the position would be wrong after a lost connection.
    /// </summary>
    private sealed class MessageReader(Stream stream) : IDisposable
    {
        private readonly StreamReader lines = new(stream);

        /// <summary>The id of the message, or null.</summary>
        public string? Id { get; private set; }

        /// <summary>The data of the message, or null.</summary>
        public string? Data { get; private set; }

        /// <summary>Reads the next message and returns false at the end of the stream.</summary>
        public async Task<bool> ReadAsync(CancellationToken cancellationToken)
        {
            (Id, Data) = (null, null);
            while (await lines.ReadLineAsync(cancellationToken) is { } line)
            {
                if (line.Length == 0)
                {
                    return true;
                }

                var colon = line.IndexOf(':', StringComparison.Ordinal);
                var (name, value) = colon < 0 ? (line, "") : (line[..colon], line[(colon + 1)..]);
                value = value.StartsWith(' ') ? value[1..] : value;
                switch (name)
                {
                    case "id":
                        Id = value;
                        break;
                    case "data":
                        Data = Data is null ? value : $"{Data}\n{value}";
                        break;
                }
            }

            return false;
        }

        public void Dispose() => lines.Dispose();
    }

    /// <summary>A stream whose reads time out, because a connection can die without a notice.</summary>
    private sealed class TimeoutStream(Stream inner, TimeSpan timeout, TimeProvider time) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await inner.ReadAsync(buffer, cancellationToken).AsTask().WaitAsync(timeout, time, cancellationToken);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync();
            await base.DisposeAsync();
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
