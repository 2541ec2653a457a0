using System.Diagnostics;
using System.Globalization;
using Entourage.Bench.Load;
using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>Measures how long a backup takes under full load, and how much it slows down usage.</summary>
internal sealed class BackupRow : IRow
{
    private const int Sessions = 10_000;

    /// <inheritdoc/>
    public string Name => "backup";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial)
    {
        using var database = new TemporaryDatabase();
        await using var server = await ServerProcess.StartAsync(database);
        var history = await History.CreateAsync(server.Address);
        await history.GrowAsync(server.Address, Sessions);
        var usages = (await Scene.CreateAsync(server.Address, Shape.Spread)).Usages(Side.Connections);

        var seconds = new List<double>();
        var alone = Side.Closed("usage", server, usages);
        var rounds = await trial.AlternateAsync(
            alone,
            new("with backups", duration => WithBackupsAsync(alone.RunAsync(duration), database, seconds)) { WarmUp = Side.OneRun });
        var ratio = rounds.Ratio(1, to: 0);
        return
        [
            new(
                string.Create(CultureInfo.InvariantCulture, $"usages during continuous backups of the store, {Sessions * History.UsagesPerSession:N0} records at first"),
                "no goal; relative to the rate without backups",
                ratio.ToString("0.00"),
                $"{rounds.Rate(1)}; without backups {rounds.Rate(0)}",
                null),
            new(
                "one of these backups, from the command to the checked file",
                "no goal",
                Spread.Of(seconds).ToString("0.0", " s"),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{seconds.Count} backups, the last one {new FileInfo(database.BackupFile).Length / 1e6:N0} MB; the write-ahead log has grown to {database.LogSize / 1e6:N0} MB"),
                null),
        ];
    }

    private static async Task<Run> WithBackupsAsync(Task<Run> load, TemporaryDatabase database, List<double> seconds)
    {
        while (!load.IsCompleted)
        {
            var began = Stopwatch.GetTimestamp();
            await ServerProcess.RunAsync(database, "backup", database.BackupFile, "--force");
            seconds.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
        }

        return await load;
    }
}
