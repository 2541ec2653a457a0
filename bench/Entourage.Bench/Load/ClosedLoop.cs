using System.Diagnostics;

namespace Entourage.Bench.Load;

/// <summary>A load in which each client sends its next request once the last one is answered.</summary>
/// <param name="connections">The number of clients, each with its own connection.</param>
/// <param name="newClient">Creates the client with a given number.</param>
internal sealed class ClosedLoop(int connections, Func<int, IClient> newClient)
{
    /// <summary>Runs the load on servers for a given time.</summary>
    public async Task<Run> RunAsync(TimeSpan duration, params IReadOnlyList<Uri> servers)
    {
        using var open = await Connections.OpenAsync(connections, servers);
        var clients = Enumerable.Range(0, connections).Select(newClient).ToArray();

        var (busy, started) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        var end = started + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var ticks = await Task.WhenAll(open.Select((connection, number) => WorkAsync(connection, clients[number], end)));
        var (elapsed, generator) = (Stopwatch.GetElapsedTime(started), Environment.CpuUsage.TotalTime - busy);

        // The last answer was read on the thread that polls the sockets. The following work must not block it.
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
