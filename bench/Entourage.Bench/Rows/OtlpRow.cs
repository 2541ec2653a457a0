using Entourage.Bench.Load;
using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>Compares telemetry with batches of usages. Each event must be interpreted and is stored with a key.</summary>
internal sealed class OtlpRow : IRow
{
    private const double Goal = 0.25;
    private const int Connections = 4;

    /// <inheritdoc/>
    public string Name => "otlp";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial)
    {
        using var database = new TemporaryDatabase();
        await using var server = await ServerProcess.StartAsync(database);
        var scene = await Scene.CreateAsync(server.Address, Shape.Spread);
        var batch = Requests.Batch(scene.Sessions);
        var acknowledged = new Acknowledged();
        var runs = 0;

        var rounds = await trial.AlternateAsync(
            acknowledged.Count(
                Side.Closed("batches", server, number => new RepeatingClient([batch], 200, number, Connections), Connections),
                usagesPerTurn: Requests.BatchSize),
            acknowledged.Count(
                Side.Closed(
                    "events",
                    server,
                    // Each round simulates new processes, so that their calls are new too.
                    number => new ExportingClient(scene.Agents[number], (Interlocked.Increment(ref runs) * Connections) + number, TimeProvider.System.GetUtcNow()),
                    Connections),
                usagesPerTurn: Requests.BatchSize));

        await acknowledged.CheckAsync(scene, server);
        var ratio = rounds.Ratio(1, to: 0);
        return
        [
            new(
                "`POST /v1/logs`, 1,000 call events in protobuf, 4 connections",
                "≥ 0.25 × the items/s of batches",
                ratio.ToString("0.00"),
                $"{rounds.Rate(1, Requests.BatchSize)}; batches {rounds.Rate(0, Requests.BatchSize)} (usages)",
                ratio.Median >= Goal),
        ];
    }
}
