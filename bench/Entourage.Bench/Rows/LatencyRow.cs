using System.Globalization;
using Entourage.Bench.Load;
using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>Measures the tail latency of usages at half of the server's top rate.</summary>
internal sealed class LatencyRow : IRow
{
    private const double Goal = 6;

    /// <inheritdoc/>
    public string Name => "p99";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial)
    {
        using var database = new TemporaryDatabase();
        await using var server = await ServerProcess.StartAsync(database);
        await using var bare = await ServerProcess.StartBareAsync();
        var usages = (await Scene.CreateAsync(server.Address, Shape.Spread)).Usages(Side.Connections);

        var top = (await trial.AlternateAsync(Side.Closed("top rate", server, usages))).Of(0, run => run.PerSecond).Median;
        var paced = new OpenLoop(Side.Connections, top / 2, usages);
        var rounds = await trial.AlternateAsync(
            new("bare, paced", duration => paced.RunAsync(duration, bare.Address)),
            new("usage, paced", duration => paced.RunAsync(duration, server.Address)));

        var milliseconds = rounds.Of(1, run => run.P99);
        return
        [
            new(
                string.Create(CultureInfo.InvariantCulture, $"p99 latency of a usage at half the top rate: {top / 2:N0}/s"),
                "≤ 6 ms",
                milliseconds.ToString("0.0", " ms"),
                $"bare at the same rate {rounds.Of(0, run => run.P99).ToString("0.0", " ms")}",
                milliseconds.Median <= Goal),
        ];
    }
}
