using System.Net.Sockets;
using System.Text;

namespace Entourage.Bench.Load;

/// <summary>What many connections do at once that are there to be in the way; each is opened anew whenever the server has cut it off.</summary>
/// <param name="Name">What it is called while it runs.</param>
/// <param name="Attackers">How many connections.</param>
/// <param name="OnceAsync">What is done on one of them, until it ends; it says when the connection is in the way.</param>
internal sealed record Attack(string Name, int Attackers, Func<Socket, Action, CancellationToken, Task> OnceAsync)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Drip = TimeSpan.FromSeconds(1);

    /// <summary>Connects and says nothing.</summary>
    public static Attack Idle(int attackers) => new("idle", attackers, (socket, there, stop) =>
    {
        there();
        return ReadToEndAsync(socket, stop);
    });

    /// <summary>Asks for something that goes on, and reads it.</summary>
    public static Attack Reading(string name, int attackers, byte[] request) => new(name, attackers, async (socket, there, stop) =>
    {
        await SendAsync(socket, request, stop);
        await socket.ReceiveAsync(new byte[1], stop);
        there();
        await ReadToEndAsync(socket, stop);
    });

    /// <summary>Begins a request, and goes on with it a little every second.</summary>
    public static Attack Dripping(string name, int attackers, string begin, string drip) => new(name, attackers, async (socket, there, stop) =>
    {
        await SendAsync(socket, Encoding.ASCII.GetBytes(begin), stop);
        there();
        using var clock = new PeriodicTimer(Drip);
        while (await clock.WaitForNextTickAsync(stop))
        {
            await SendAsync(socket, Encoding.ASCII.GetBytes(drip), stop);
        }
    });

    /// <summary>Sends something that is too much, ten times a second.</summary>
    public static Attack Flooding(string name, int attackers, byte[] request) => new(name, attackers, async (socket, there, stop) =>
    {
        there();
        await SendAsync(socket, request, stop);
        await socket.ReceiveAsync(new byte[1_024], stop);
        await Task.Delay(Pause, TimeProvider.System, stop);
    });

    /// <summary>Runs it beside something else.</summary>
    /// <param name="server">Against whom.</param>
    /// <param name="work">What runs beside it, once all connections are there.</param>
    /// <returns>What the work gave, and how many connections there were until then, one after another.</returns>
    public async Task<(T Given, int Opened)> BesideAsync<T>(Uri server, Func<Task<T>> work)
    {
        using var stop = new CancellationTokenSource();
        using var there = new SemaphoreSlim(0);
        var opened = 0;
        var attack = Task.WhenAll(Enumerable.Range(0, Attackers).Select(_ => AttackAsync(
            server,
            () =>
            {
                Interlocked.Increment(ref opened);
                there.Release();
            },
            stop.Token)));
        try
        {
            for (var i = 0; i < Attackers; i++)
            {
                await there.WaitAsync(stop.Token);
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
        // Not on the thread that begins all of them.
        await Task.Yield();
        while (!stop.IsCancellationRequested)
        {
            // Without a farewell: else its port is kept for a minute, and so many are not to be had.
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, LingerState = new(true, 0) };
            try
            {
                await socket.ConnectAsync(server.Host, server.Port, stop);
                await OnceAsync(socket, opened, stop);
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                // The server has cut it off, or it is over.
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
