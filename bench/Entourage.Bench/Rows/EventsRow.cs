using System.Globalization;
using Entourage.Bench.Load;
using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>Compares the usage rate of a team with many event watchers and without any.</summary>
internal sealed class EventsRow : IRow
{
    private const int Watchers = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <inheritdoc/>
    public string Name => "events";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial)
    {
        using var database = new TemporaryDatabase();
        await using var server = await ServerProcess.StartAsync(database);
        var scene = await Scene.CreateAsync(server.Address, Shape.OneTask);
        using var http = new HttpClient();

        var delays = new List<double>();
        var alone = Side.Closed("no watchers", server, scene.Usages(Side.Connections));
        var rounds = await trial.AlternateAsync(
            alone,
            new Side($"{Watchers} watchers", async duration =>
            {
                var watchers = await Task.WhenAll(Enumerable.Range(0, Watchers).Select(_ => Watcher.OpenAsync(http, server.Address, scene.Teams[0])));
                try
                {
                    var run = await alone.RunAsync(duration);
                    var ended = TimeProvider.System.GetTimestamp();
                    await WaitAsync(watchers, run.Count);
                    delays.Add(TimeProvider.System.GetElapsedTime(ended).TotalSeconds);
                    return run;
                }
                finally
                {
                    foreach (var watcher in watchers)
                    {
                        watcher.Dispose();
                    }
                }
            })
            {
                WarmUp = Side.OneRun,
            });
        var ratio = rounds.Ratio(1, to: 0);
        return
        [
            new(
                $"usages of one team while {Watchers} watch its events; each receives every usage once and in order",
                "no goal; relative to the rate without watchers",
                ratio.ToString("0.00"),
                string.Create(CultureInfo.InvariantCulture, $"{rounds.Rate(1)}; without watchers {rounds.Rate(0)}; the slowest watcher had all events at most {delays.TakeLast(trial.Pairs).Max():0.0} s after the last answer"),
                null),
        ];
    }

    private static async Task WaitAsync(IReadOnlyList<Watcher> watchers, int expected)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!patience.IsCancellationRequested && watchers.Any(watcher => watcher.Count < expected))
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }

        foreach (var watcher in watchers)
        {
            watcher.Check(expected);
        }
    }
}
