using Entourage.Bench.Load;
using Entourage.Bench.Reporting;

namespace Entourage.Bench.Rows;

/// <summary>Compares telemetry with batches of usages. Each event must be interpreted and is stored with a key.</summary>
internal sealed class OtlpRow : IComparison
{
    private const double Goal = 0.25;
    private const int Connections = 4;

    /// <inheritdoc/>
    public string Name => "otlp";

    /// <inheritdoc/>
    public Task<IReadOnlyList<Side>> PrepareAsync(Stage stage)
    {
        var runs = 0;
        var events = Side.Closed(
            "events",
            stage.Server,
            // Each round simulates new processes, so that their calls are new too.
            number => new ExportingClient(stage.Scene.Agents[number], (Interlocked.Increment(ref runs) * Connections) + number, TimeProvider.System.GetUtcNow()),
            Connections,
            Requests.BatchSize);
        return Task.FromResult<IReadOnlyList<Side>>([stage.Batches, Acknowledged.Check(events, [stage.Scene], stage.Server)]);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Figure> Describe(Rounds rounds)
    {
        var ratio = rounds.Ratio(1, to: 0);
        return
        [
            new(
                "`POST /v1/logs`, 1,000 call events in protobuf, 4 connections",
                "≥ 0.25 × the items/s of batches",
                ratio.ToString("0.00"),
                $"{rounds.RateAndTime(1)}; batches {rounds.RateAndTime(0)} (usages)",
                ratio.Median >= Goal),
        ];
    }
}
