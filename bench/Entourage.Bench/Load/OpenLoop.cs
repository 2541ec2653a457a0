using System.Diagnostics;
using System.Threading.Channels;

namespace Entourage.Bench.Load;

/// <summary>
/// A load at a constant rate, independent of the answers. A request is timed from when it was due and not from when it was sent, because a
/// request that waits for a free connection waits for the server.
/// </summary>
/// <param name="connections">The maximum number of concurrent requests.</param>
/// <param name="perSecond">The rate.</param>
/// <param name="newClient">Creates the client with a given number.</param>
internal sealed class OpenLoop(int connections, double perSecond, Func<int, IClient> newClient)
{
    /// <summary>Runs the load on a server for a given time.</summary>
    public async Task<Run> RunAsync(TimeSpan duration, Uri server)
    {
        using var open = await Connections.OpenAsync(connections, [server]);
        var clients = Enumerable.Range(0, connections).Select(newClient).ToArray();
        var metronome = new Metronome(perSecond);
        // The metronome's thread sends the request itself, to avoid waking another thread.
        var due = Channel.CreateUnbounded<long>(new() { SingleWriter = true, AllowSynchronousContinuations = true });

        var (busy, started) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        var work = open.Select((connection, number) => WorkAsync(connection, clients[number], due.Reader)).ToArray();
        await Task.Factory.StartNew(
            () => metronome.Beat(duration, due.Writer), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var ticks = await Task.WhenAll(work);
        var (elapsed, generator) = (Stopwatch.GetElapsedTime(started), Environment.CpuUsage.TotalTime - busy);

        await Task.Yield();
        return new(new(ticks.SelectMany(each => each)), elapsed, generator);
    }

    private static async Task<List<long>> WorkAsync(HttpConnection connection, IClient client, ChannelReader<long> due)
    {
        var ticks = new List<long>();
        await foreach (var instant in due.ReadAllAsync())
        {
            await client.TurnAsync(connection, ticks.Count);
            ticks.Add(Stopwatch.GetTimestamp() - instant);
        }

        return ticks;
    }
}
