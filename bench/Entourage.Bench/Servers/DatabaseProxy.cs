using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Entourage.Bench.Load;

namespace Entourage.Bench.Servers;

/// <summary>
/// A loopback proxy between servers and their database that adds latency and counts what passes. It never reorders the bytes of a connection, and does
/// not limit the bandwidth.
/// </summary>
internal sealed class DatabaseProxy : IAsyncDisposable
{
    private const int BufferLength = 32 * 1024;

    private readonly string host;
    private readonly int port;
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly DelayLine line = new();
    private readonly List<Socket> sockets = [];
    private readonly Task accepting;
    private long requests;
    private long sent;
    private long received;
    private long encryptedRecords;
    private long halfLatencyTicks;

    /// <summary>Starts a proxy in front of a database.</summary>
    public DatabaseProxy(string host, int port)
    {
        (this.host, this.port) = (host, port);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        accepting = AcceptAsync();
    }

    /// <summary>The port that the proxy listens on.</summary>
    public int Port => ((IPEndPoint)listener.LocalEndPoint!).Port;

    /// <summary>What it adds to a round trip, half of it in each direction. Change it only between runs.</summary>
    public TimeSpan Latency
    {
        get => 2 * HalfLatency;
        set => Volatile.Write(ref halfLatencyTicks, value.Ticks / 2);
    }

    /// <summary>What has passed so far.</summary>
    public Traffic Traffic => new(
        Volatile.Read(ref requests), Volatile.Read(ref sent), Volatile.Read(ref received), Volatile.Read(ref encryptedRecords));

    private TimeSpan HalfLatency => new(Volatile.Read(ref halfLatencyTicks));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        listener.Dispose();
        await accepting;
        lock (sockets)
        {
            sockets.ForEach(socket => socket.Dispose());
        }

        line.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptAsync());
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The proxy is being stopped.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var database = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            Track(client, database);
            try
            {
                await database.ConnectAsync(host, port);
                var counted = new TdsRequests();
                await Task.WhenAll(
                    ForwardAllAsync(client, database, bytes => CountSent(counted, bytes)),
                    ForwardAllAsync(database, client, bytes => Interlocked.Add(ref received, bytes.Length)));
            }
            catch (SocketException)
            {
                // The database refuses connections. The server finds its own connection closed.
            }
            finally
            {
                lock (sockets)
                {
                    sockets.Remove(client);
                    sockets.Remove(database);
                }
            }
        }
    }

    private void Track(Socket client, Socket database)
    {
        foreach (var socket in new[] { client, database })
        {
            socket.NoDelay = true;
            lock (sockets)
            {
                sockets.Add(socket);
            }
        }
    }

    private void CountSent(TdsRequests counted, ReadOnlySpan<byte> bytes)
    {
        var (complete, encrypted) = counted.Read(bytes);
        Interlocked.Add(ref requests, complete);
        Interlocked.Add(ref encryptedRecords, encrypted);
        Interlocked.Add(ref sent, bytes.Length);
    }

    private async Task ForwardAllAsync(Socket from, Socket to, Action<ReadOnlySpan<byte>> count)
    {
        try
        {
            await ForwardAsync(from, to, count);
        }
        catch (Exception exception) when (exception is SocketException or InvalidOperationException)
        {
            // One end has gone, or the proxy is being stopped. The other end must not wait.
            from.Dispose();
            to.Dispose();
        }
    }

    private async Task ForwardAsync(Socket from, Socket to, Action<ReadOnlySpan<byte>> count)
    {
        // Completed once all bytes that wait in the line have been sent.
        var waiting = 0;
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        while (true)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
            var length = await from.ReceiveAsync(buffer);
            count(buffer.AsSpan(0, length));
            var delay = HalfLatency;
            if (delay == TimeSpan.Zero && Volatile.Read(ref waiting) == 0)
            {
                await SendAsync(to, buffer, length);
            }
            else
            {
                Interlocked.Increment(ref waiting);
                line.Add(delay, () =>
                {
                    // Kernel buffers hold what a connection has under way, so this does not wait for the receiver.
                    Send(to, buffer, length, end);
                    Interlocked.Decrement(ref waiting);
                });
            }

            if (length == 0)
            {
                break;
            }
        }

        if (Volatile.Read(ref waiting) > 0)
        {
            await end.Task;
        }
    }

    private static async ValueTask SendAsync(Socket to, byte[] buffer, int length)
    {
        if (length == 0)
        {
            to.Shutdown(SocketShutdown.Send);
        }

        for (var done = 0; done < length;)
        {
            done += await to.SendAsync(buffer.AsMemory(done..length));
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    private static void Send(Socket to, byte[] buffer, int length, TaskCompletionSource end)
    {
        try
        {
            for (var done = 0; done < length;)
            {
                done += to.Send(buffer.AsSpan(done..length));
            }

            if (length == 0)
            {
                to.Shutdown(SocketShutdown.Send);
                end.TrySetResult();
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The receiver has gone, and with it the connection.
            end.TrySetException(exception);
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }
}
