using System.Net.Sockets;
using System.Text;
using Entourage.Testing;

namespace Entourage.Api.Tests.Protection;

/// <summary>A TCP connection that can send invalid HTTP.</summary>
internal sealed class RawConnection : IDisposable
{
    private static readonly TimeSpan DripInterval = TimeSpan.FromMilliseconds(100);
    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    public static async Task<RawConnection> OpenAsync(Uri address)
    {
        var connection = new RawConnection();
        await connection.socket.ConnectAsync(address.Host, address.Port);
        return connection;
    }

    public Task<int> SendAsync(string text) => socket.SendAsync(Encoding.ASCII.GetBytes(text));

    /// <summary>Keeps sending until the server answers or closes the connection.</summary>
    /// <returns>The answer.</returns>
    public async Task<string> DripAsync(string drip, int times)
    {
        var answer = ReadAsync();
        using var clock = new PeriodicTimer(DripInterval);
        for (var i = 0; i < times && !answer.IsCompleted && await clock.WaitForNextTickAsync() && await TrySendAsync(drip); i++)
        {
        }

        return await answer;
    }

    /// <summary>Reads until the connection closes or a chunked answer ends; empty if the server closes without an answer.</summary>
    public async Task<string> ReadAsync()
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        var (text, buffer) = (new StringBuilder(), new byte[4_096]);
        try
        {
            while (await socket.ReceiveAsync(buffer, patience.Token) is var count and > 0)
            {
                text.Append(Encoding.ASCII.GetString(buffer, 0, count));
                if (IsComplete(text.ToString()))
                {
                    break;
                }
            }
        }
        catch (SocketException)
        {
            // The server closed the connection.
        }

        return text.ToString();
    }

    /// <summary>Sends bytes and closes the connection without reading the answer.</summary>
    /// <param name="bytes">The bytes to send.</param>
    /// <param name="reset">Whether to reset the connection instead of closing it gracefully.</param>
    public async Task SendAndLeaveAsync(byte[] bytes, bool reset)
    {
        for (var rest = bytes.AsMemory(); rest.Length > 0;)
        {
            rest = rest[await socket.SendAsync(rest)..];
        }

        if (reset)
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        socket.Close();
    }

    public void Dispose() => socket.Dispose();

    private async Task<bool> TrySendAsync(string text)
    {
        try
        {
            await SendAsync(text);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static bool IsComplete(string text) =>
        text.Contains("\r\n\r\n", StringComparison.Ordinal)
        && (!text.Contains("Transfer-Encoding: chunked", StringComparison.Ordinal) || text.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal));
}
