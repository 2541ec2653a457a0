using System.Net.Sockets;
using System.Text;
using Entourage.Testing;

namespace Entourage.Api.Tests.Protection;

/// <summary>A connection on which what is sent need not be HTTP.</summary>
internal sealed class RawConnection : IDisposable
{
    private static readonly TimeSpan Drip = TimeSpan.FromMilliseconds(100);
    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    public static async Task<RawConnection> OpenAsync(Uri address)
    {
        var connection = new RawConnection();
        await connection.socket.ConnectAsync(address.Host, address.Port);
        return connection;
    }

    public Task<int> SendAsync(string text) => socket.SendAsync(Encoding.ASCII.GetBytes(text));

    /// <summary>Goes on sending something, until there is an answer or an end to it.</summary>
    /// <returns>What was answered.</returns>
    public async Task<string> DripAsync(string drip, int times)
    {
        var answer = ReadAsync();
        using var clock = new PeriodicTimer(Drip);
        for (var i = 0; i < times && !answer.IsCompleted && await clock.WaitForNextTickAsync() && await TrySendAsync(drip); i++)
        {
        }

        return await answer;
    }

    /// <summary>What comes, up to the end of the connection or of an answer in chunks; nothing where it ends without a word.</summary>
    public async Task<string> ReadAsync()
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        var (text, buffer) = (new StringBuilder(), new byte[4_096]);
        try
        {
            while (await socket.ReceiveAsync(buffer, patience.Token) is var count and > 0)
            {
                text.Append(Encoding.ASCII.GetString(buffer, 0, count));
                if (IsWhole(text.ToString()))
                {
                    break;
                }
            }
        }
        catch (SocketException)
        {
            // It was cut off.
        }

        return text.ToString();
    }

    /// <summary>Sends bytes and closes the connection at once, without reading what is answered.</summary>
    /// <param name="bytes">What is sent.</param>
    /// <param name="reset">Whether the connection is reset rather than closed in order.</param>
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

    private static bool IsWhole(string text) =>
        text.Contains("\r\n\r\n", StringComparison.Ordinal)
        && (!text.Contains("Transfer-Encoding: chunked", StringComparison.Ordinal) || text.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal));
}
