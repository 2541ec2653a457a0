using System.Diagnostics;

namespace Entourage.Bench.Load;

/// <summary>A load of clients that each send their next request when the last one has been answered.</summary>
/// <param name="connections">How many clients, each with a connection of its own.</param>
/// <param name="newClient">Makes the client of a number.</param>
internal sealed class ClosedLoop(int connections, Func<int, IClient> newClient)
{
    /// <summary>Puts it on servers for a while.</summary>
    public async Task<Run> RunAsync(TimeSpan duration, params IReadOnlyList<Uri> servers)
    {
        using var open = await Connections.OpenAsync(connections, servers);
        var clients = Enumerable.Range(0, connections).Select(newClient).ToArray();

        var (busy, started) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        var end = started + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var ticks = await Task.WhenAll(open.Select((connection, number) => WorkAsync(connection, clients[number], end)));
        var (elapsed, generator) = (Stopwatch.GetElapsedTime(started), Environment.CpuUsage.TotalTime - busy);

        // The last answer was read on the thread that watches the sockets; what follows must not keep it.
        await Task.Yield();
        return new(new(ticks.SelectMany(each => each)), elapsed, generator);
    }

    private static async Task<List<long>> WorkAsync(HttpConnection connection, IClient client, long end)
    {
        var ticks = new List<long>();
        var now = Stopwatch.GetTimestamp();
        for (var turn = 0; now < end; turn++)
        {
            var started = now;
            await client.TurnAsync(connection, turn);
            now = Stopwatch.GetTimestamp();
            ticks.Add(now - started);
        }

        return ticks;
    }
}
