using System.Net;
using System.Net.Sockets;

namespace Entourage.Testing.Tds;

/// <summary>Accepts connections on a free loopback port, and serves each until its client goes or the listener is disposed.</summary>
internal sealed class TdsListener : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Func<TcpClient, CancellationToken, Task> serve;
    private readonly Task accepting;

    /// <summary>Starts to listen.</summary>
    /// <param name="serve">Serves a connection.</param>
    public TdsListener(Func<TcpClient, CancellationToken, Task> serve)
    {
        this.serve = serve;
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>The address, as SQL Server's client writes it.</summary>
    public string DataSource => $"127.0.0.1,{((IPEndPoint)listener.LocalEndpoint).Port}";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Dispose();
        await accepting;
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                serving.Add(ServeAsync(await listener.AcceptTcpClientAsync(stopping.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // It is being disposed.
        }

        await Task.WhenAll(serving);
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                client.NoDelay = true;
                await serve(client, stopping.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // The client has gone, or the listener is being disposed.
        }
    }
}
