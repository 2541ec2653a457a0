using System.Globalization;
using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>Measures the server's peak resident memory under the usage load.</summary>
internal sealed class MemoryRow : IRow
{
    private const double Goal = 220;

    /// <inheritdoc/>
    public string Name => "memory";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial)
    {
        using var database = new TemporaryDatabase();
        await using var server = await ServerProcess.StartReadyAsync(database);
        var scene = await Scene.CreateAsync(server.Address, Shape.Spread);
        var idle = Megabytes(server);

        var peaks = new List<double>();
        var side = Side.Closed("usage", server, scene.Usages(Side.Connections));
        var rounds = await trial.AlternateAsync(side with
        {
            RunAsync = async duration =>
            {
                var run = await side.RunAsync(duration);
                peaks.Add(Megabytes(server));
                return run;
            },
        });

        var grown = string.Join(", ", peaks.TakeLast(trial.Pairs + 1).Select(Text));
        return
        [
            new(
                "memory: the server's peak resident set under the usage load",
                "≤ 220 MB",
                $"{Text(peaks[^1])} MB",
                $"{Text(idle)} MB before the load; after the warm-up and each run {grown} MB; {rounds.Rate(0)}",
                peaks[^1] <= Goal),
        ];
    }

    private static double Megabytes(ServerProcess server) => server.PeakResidentBytes / 1e6;

    private static string Text(double megabytes) => megabytes.ToString("N0", CultureInfo.InvariantCulture);
}
