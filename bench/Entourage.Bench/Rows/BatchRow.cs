using Entourage.Bench.Load;
using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>Compares batches of a thousand usages with single ones.</summary>
internal sealed class BatchRow : IRow
{
    private const double Goal = 8;
    private const int Connections = 4;

    /// <inheritdoc/>
    public string Name => "batch";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial)
    {
        using var database = new TemporaryDatabase();
        await using var server = await ServerProcess.StartAsync(database);
        var scene = await Scene.CreateAsync(server.Address, Shape.Spread);
        var batch = Requests.Batch(scene.Sessions);
        var acknowledged = new Acknowledged();

        var rounds = await trial.AlternateAsync(
            acknowledged.Count(Side.Closed("single posts", server, scene.Usages(Side.Connections))),
            acknowledged.Count(
                Side.Closed("batches", server, number => new RepeatingClient([batch], 200, number, Connections), Connections),
                usagesPerTurn: Requests.BatchSize));

        // A batch answers 200 even if items were refused.
        await acknowledged.CheckAsync(scene, server);
        var ratio = rounds.Ratio(1, to: 0, Requests.BatchSize);
        return
        [
            new(
                "`POST /sessions/usage/batch`, 1,000 items, 4 connections",
                "≥ 8 × the items/s of single posts",
                ratio.ToString("0.0"),
                $"{rounds.Rate(1, Requests.BatchSize)}; single posts {rounds.Rate(0)} (items)",
                ratio.Median >= Goal),
        ];
    }
}
