using System.Globalization;
using Entourage.Bench.Load;
using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;
using Entourage.Bench.Upstreams;

namespace Entourage.Bench.Rows;

/// <summary>Measures what the gateway adds to the times of streams, the durable reservation included.</summary>
internal sealed class GatewayStreamsRow : IRow
{
    private const int PaceMilliseconds = 20;
    private const int WarmUp = 640;

    /// <inheritdoc/>
    public string Name => "gateway-streams";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial)
    {
        await using var stage = await GatewayStage.CreateAsync();
        var direct = GatewayStage.Call([], PaceMilliseconds);
        var (directFirst, gatewayFirst) = (new List<Latencies>(), new List<Latencies>());
        var rounds = await trial.AlternateAsync(
            SideOf("direct", stage.Provider, _ => direct, directFirst),
            stage.Check(SideOf("gateway", stage.Server, number => stage.CallThroughGateway(number, PaceMilliseconds), gatewayFirst)));

        // Without those of the warm-up.
        directFirst.RemoveRange(0, directFirst.Count - trial.Pairs);
        gatewayFirst.RemoveRange(0, gatewayFirst.Count - trial.Pairs);
        var streams = $"{Side.Connections} streams of {ProviderHost.Chunks} chunks, {PaceMilliseconds} ms apart";
        return
        [
            new(
                $"time to the first byte that the gateway adds, {streams}",
                "none",
                $"p50 {Added(0.5, First).ToString("0.0", " ms")}, p99 {Added(0.99, First).ToString("0.0", " ms")}",
                $"gateway {Describe(gatewayFirst)}; direct {Describe(directFirst)}",
                null),
            new(
                $"time to the last byte that it adds",
                "none",
                $"p50 {Added(0.5, Last).ToString("0.0", " ms")}, p99 {Added(0.99, Last).ToString("0.0", " ms")}",
                $"the whole stream takes {rounds.Of(0, run => run.Latencies.Milliseconds(0.5)).Median:0} ms; {rounds.RateAndTime(1)}",
                null),
        ];

        Spread Added(double share, Func<int, int, double, double> milliseconds) => Spread.Of(
            Enumerable.Range(0, trial.Pairs).Select(round => milliseconds(1, round, share) - milliseconds(0, round, share)));

        double First(int side, int round, double share) => (side == 0 ? directFirst : gatewayFirst)[round].Milliseconds(share);

        double Last(int side, int round, double share) => rounds.Runs[round][side].Latencies.Milliseconds(share);
    }

    private static Side SideOf(string name, ServerProcess server, Func<int, byte[]> call, List<Latencies> firsts) => new(name, async duration =>
    {
        StreamingClient[] clients = [.. Enumerable.Range(0, Side.Connections).Select(number => new StreamingClient(call(number)))];
        var run = await server.MeasureAsync(() => new ClosedLoop(clients.Length, number => clients[number]).RunAsync(duration, server.Address));
        firsts.Add(new(clients.SelectMany(client => client.FirstTicks)));
        return run;
    })
    {
        WarmUp = WarmUp,
    };

    private static string Describe(IReadOnlyList<Latencies> firsts) => string.Create(
        CultureInfo.InvariantCulture,
        $"p50 {Spread.Of(firsts.Select(run => run.Milliseconds(0.5))).Median:0.0} ms, p99 {Spread.Of(firsts.Select(run => run.Milliseconds(0.99))).Median:0.0} ms");
}
