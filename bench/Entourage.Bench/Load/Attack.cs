using System.Net.Sockets;
using System.Text;

namespace Entourage.Bench.Load;

/// <summary>An attack over many connections at once. A connection is reopened whenever the server closes it.</summary>
/// <param name="Name">The name shown in the progress output.</param>
/// <param name="Attackers">The number of connections.</param>
/// <param name="OnceAsync">Uses one connection until it ends, and signals when the connection has begun its attack.</param>
internal sealed record Attack(string Name, int Attackers, Func<Socket, Action, CancellationToken, Task> OnceAsync)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Drip = TimeSpan.FromSeconds(1);

    /// <summary>Connects and sends nothing.</summary>
    public static Attack Idle(int attackers) => new("idle", attackers, (socket, ready, stop) =>
    {
        ready();
        return ReadToEndAsync(socket, stop);
    });

    /// <summary>Requests a stream and reads it.</summary>
    public static Attack Reading(string name, int attackers, byte[] request) => new(name, attackers, async (socket, ready, stop) =>
    {
        await SendAsync(socket, request, stop);
        await socket.ReceiveAsync(new byte[1], stop);
        ready();
        await ReadToEndAsync(socket, stop);
    });

    /// <summary>Starts a request and sends a small piece of it every second.</summary>
    public static Attack Dripping(string name, int attackers, string begin, string drip) => new(name, attackers, async (socket, ready, stop) =>
    {
        await SendAsync(socket, Encoding.ASCII.GetBytes(begin), stop);
        ready();
        using var clock = new PeriodicTimer(Drip);
        while (await clock.WaitForNextTickAsync(stop))
        {
            await SendAsync(socket, Encoding.ASCII.GetBytes(drip), stop);
        }
    });

    /// <summary>Sends an oversized request ten times a second.</summary>
    public static Attack Flooding(string name, int attackers, byte[] request) => new(name, attackers, async (socket, ready, stop) =>
    {
        ready();
        await SendAsync(socket, request, stop);
        await socket.ReceiveAsync(new byte[1_024], stop);
        await Task.Delay(Pause, TimeProvider.System, stop);
    });

    /// <summary>Runs the attack during other work.</summary>
    /// <param name="server">The server under attack.</param>
    /// <param name="work">The work, which starts once all connections are open.</param>
    /// <returns>The result of the work, and the total number of connections opened until then.</returns>
    public async Task<(T Result, int Opened)> RunDuringAsync<T>(Uri server, Func<Task<T>> work)
    {
        using var stop = new CancellationTokenSource();
        using var ready = new SemaphoreSlim(0);
        var opened = 0;
        var attack = Task.WhenAll(Enumerable.Range(0, Attackers).Select(_ => AttackAsync(
            server,
            () =>
            {
                Interlocked.Increment(ref opened);
                ready.Release();
            },
            stop.Token)));
        try
        {
            for (var i = 0; i < Attackers; i++)
            {
                await ready.WaitAsync(stop.Token);
            }

            return (await work(), Volatile.Read(ref opened));
        }
        finally
        {
            await stop.CancelAsync();
            await attack;
        }
    }

    private async Task AttackAsync(Uri server, Action opened, CancellationToken stop)
    {
        // Leave the thread that starts all of them.
        await Task.Yield();
        while (!stop.IsCancellationRequested)
        {
            // Reset the connection instead of closing it. Otherwise its port stays in use for a minute, and the ports run out.
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, LingerState = new(true, 0) };
            try
            {
                await socket.ConnectAsync(server.Host, server.Port, stop);
                await OnceAsync(socket, opened, stop);
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                // The server closed the connection, or the attack is over.
            }
        }
    }

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, stop)..];
        }
    }

    private static async Task ReadToEndAsync(Socket socket, CancellationToken stop)
    {
        var buffer = new byte[1_024];
        while (await socket.ReceiveAsync(buffer, stop) > 0)
        {
        }
    }
}
