using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Entourage.Bench.Load;

/// <summary>
/// A keep-alive HTTP/1.1 connection. A full client would use more of the cores that the generator shares with the server, and so make
/// the server look closer to the baseline than it is.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly ResponseReader response = new();

    private HttpConnection()
    {
    }

    /// <summary>Connects.</summary>
    public static async Task<HttpConnection> OpenAsync(Uri address)
    {
        var connection = new HttpConnection();
        try
        {
            await connection.socket.ConnectAsync(address.Host, address.Port);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>When the first part of the last answer's body arrived, in ticks of <see cref="Stopwatch"/>.</summary>
    public long FirstByteAt { get; private set; }

    /// <summary>Sends a request and waits for the complete answer.</summary>
    /// <returns>The body, valid until the next request.</returns>
    /// <exception cref="InvalidDataException">The answer does not have the expected status, so no figure would mean anything.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> SendAsync(ReadOnlyMemory<byte> request, int expectedStatus)
    {
        while (!request.IsEmpty)
        {
            request = request[await socket.SendAsync(request)..];
        }

        response.Reset();
        FirstByteAt = 0;
        bool complete;
        do
        {
            var count = await socket.ReceiveAsync(response.Free);
            complete = count > 0 ? response.Advance(count) : throw new InvalidDataException("The server closed the connection.");
            if (FirstByteAt == 0 && response.HasBody)
            {
                FirstByteAt = Stopwatch.GetTimestamp();
            }
        }
        while (!complete);

        return response.Status == expectedStatus
            ? response.Body
            : throw new InvalidDataException($"{response.Status} instead of {expectedStatus}: {Encoding.UTF8.GetString(response.Body.Span)}");
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();
}
