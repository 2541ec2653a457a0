using System.Diagnostics;
using System.Globalization;
using Entourage.Bench.Load;
using Entourage.Bench.Reporting;
using Entourage.Bench.Upstreams;

namespace Entourage.Bench.Rows;

/// <summary>Measures the server's resident memory while many streams pass through its gateway.</summary>
internal sealed class GatewayMemoryRow : IRow
{
    private const int Streams = 1_000;
    private const int PaceMilliseconds = 300;
    private const double Goal = 500;

    private static readonly TimeSpan SampleEvery = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    public string Name => "gateway-memory";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial)
    {
        await using var stage = await GatewayStage.CreateAsync();
        var idle = stage.Server.ResidentBytes / 1e6;
        var highest = 0.0;
        var side = stage.Check(new("gateway", async _ =>
        {
            var running = StreamAsync(stage);
            while (!running.IsCompleted)
            {
                highest = Math.Max(highest, stage.Server.ResidentBytes / 1e6);
                await Task.Delay(SampleEvery, TimeProvider.System);
            }

            return await running;
        }));
        var run = await side.RunAsync(trial.Duration);
        trial.Report($"{run.Count} streams, resident {highest:0} MB");
        return
        [
            new(
                $"memory: the server's resident set while {Streams:N0} streams pass through its gateway",
                "≤ 500 MB",
                string.Create(CultureInfo.InvariantCulture, $"{highest:0} MB"),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{idle:0} MB before; {run.Count:N0} streams of {ProviderHost.Chunks} chunks in {run.Elapsed.TotalSeconds:0.0} s, each recorded exactly"),
                highest <= Goal),
        ];
    }

    /// <summary>Reads one stream on each connection.</summary>
    private static async Task<Run> StreamAsync(GatewayStage stage)
    {
        using var open = await Connections.OpenAsync(Streams, [stage.Server.Address]);
        var started = Stopwatch.GetTimestamp();
        var ticks = await Task.WhenAll(open.Select(async (connection, number) =>
        {
            await connection.SendAsync(stage.CallThroughGateway(number, PaceMilliseconds), 200);
            return Stopwatch.GetTimestamp() - started;
        }));
        return new(new(ticks), Stopwatch.GetElapsedTime(started), TimeSpan.Zero);
    }
}
