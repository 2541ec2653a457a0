using System.Globalization;
using Entourage.Bench.Load;
using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>
/// Measures budget checks while others report usage as fast as they can. The baseline serves the same number of connections for both, so its
/// rate for one half is what a server reaches whose two kinds of requests do not slow each other down.
/// </summary>
internal sealed class BesideRow : IComparison
{
    private const double Goal = 0.6;
    private const int Half = Side.Connections / 2;

    /// <inheritdoc/>
    public string Name => "beside";

    /// <inheritdoc/>
    public Task<IReadOnlyList<Side>> PrepareAsync(Stage stage)
    {
        var usages = stage.Scene.Usages(Half);
        return Task.FromResult<IReadOnlyList<Side>>(
            [Split("bare, split", stage.Bare, usages, usages), Split("budget beside", stage.Server, stage.Scene.Budgets(Half), usages)]);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Figure> Describe(Rounds rounds)
    {
        var ratio = rounds.Ratio(1, to: 0);
        return
        [
            new(
                "`GET /agents/{id}/budget` on 32 connections beside usages at full rate on 32 others",
                "≥ 0.6 × the rate of 32 of 64 connections to bare",
                ratio.ToString("0.00"),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{rounds.RateAndTime(1)} beside {rounds.Of(1, OtherPerSecond).Median:N0} usages/s; bare {rounds.RateAndTime(0)} beside {rounds.Of(0, OtherPerSecond).Median:N0}/s"),
                ratio.Median >= Goal),
        ];
    }

    private static double OtherPerSecond(Run run) => run.Other!.PerSecond;

    private static Side Split(string name, ServerProcess server, Func<int, IClient> measured, Func<int, IClient> other)
    {
        var (load, otherLoad) = (new ClosedLoop(Half, measured), new ClosedLoop(Half, other));
        return new(name, duration => server.MeasureAsync(async () =>
        {
            var runs = await Task.WhenAll(load.RunAsync(duration, server.Address), otherLoad.RunAsync(duration, server.Address));
            return runs[0] with { Other = runs[1] };
        }));
    }
}
