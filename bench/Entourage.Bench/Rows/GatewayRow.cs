using System.Globalization;
using Entourage.Bench.Load;
using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;
using Entourage.Bench.Upstreams;

namespace Entourage.Bench.Rows;

/// <summary>Measures calls through the gateway that are answered at once, and compares them with a forwarder and with another gateway, which record nothing.</summary>
internal sealed class GatewayRow : IRow
{
    private const double ForwarderGoal = 0.5;
    private const double PortkeyGoal = 4;
    private const int WarmUp = 10_000;
    private const int SlowWarmUp = 3_000;

    /// <inheritdoc/>
    public string Name => "gateway";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial)
    {
        await using var stage = await GatewayStage.CreateAsync();
        await using var forwarder = await ServerProcess.StartHostAsync(ForwarderHost.Command, stage.Provider.Address.AbsoluteUri);
        await using var portkey = await Portkey.StartAsync();
        var direct = GatewayStage.Call([]);
        List<Side> sides =
        [
            SideOf("forwarder", forwarder, _ => direct) with { WarmUp = WarmUp },
            stage.Check(SideOf("gateway", stage.Server, number => stage.CallThroughGateway(number))) with { WarmUp = WarmUp },
        ];
        if (portkey is not null)
        {
            var call = GatewayStage.Call(Portkey.HeadersFor(stage.Provider.Address));
            sides.Add(SideOf("portkey", portkey, _ => call) with { WarmUp = SlowWarmUp });
        }

        var rounds = await trial.AlternateAsync(sides);
        var work = $"calls through the gateway, {Side.Connections} connections, prompts of 2 kB, answered at once";
        var (toForwarder, toPortkey) = (rounds.Ratio(1, to: 0), portkey is null ? null : rounds.Ratio(1, to: 2));
        return
        [
            new(work, "≥ 0.5 × a bare YARP forwarder", toForwarder.ToString("0.00"), $"{Describe(rounds, 1)}; YARP {Describe(rounds, 0)}", toForwarder.Median >= ForwarderGoal),
            rounds.Select([sides[0], sides[1]]).Allocated("a call through the gateway"),
            toPortkey is null
                ? new("the same", "≥ 4 × Portkey's gateway", Portkey.Hint, "", null)
                : new("the same", "≥ 4 × Portkey's gateway", toPortkey.ToString("0.0"), $"Portkey {Describe(rounds, 2)}", toPortkey.Median >= PortkeyGoal),
        ];
    }

    private static Side SideOf(string name, ServerProcess server, Func<int, byte[]> call) =>
        Side.Closed(name, server, number => new RepeatingClient([call(number)], 200, 0, 1));

    private static string Describe(Rounds rounds, int side) => string.Create(
        CultureInfo.InvariantCulture,
        $"{rounds.RateAndTime(side)}, p50 {rounds.Of(side, run => run.Latencies.Milliseconds(0.5)).Median:0.0} ms, p99 {rounds.Of(side, run => run.P99).Median:0.0} ms");
}
