using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>Usages that all hit the same counters, against usages that do not.</summary>
internal sealed class SharedCountersRow : IComparison
{
    private const double Goal = 0.9;

    /// <inheritdoc/>
    public string Name => "shared-counters";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Side>> PrepareAsync(Stage stage)
    {
        var shared = await Scene.CreateAsync(stage.Server.Address, Shape.OneTask);
        return [stage.Usage, Side.Closed("shared counters", stage.Server, shared.Usages(Side.Connections))];
    }

    /// <inheritdoc/>
    public IReadOnlyList<Figure> Describe(Rounds rounds)
    {
        var ratio = rounds.Ratio(1, to: 0);
        return
        [
            new(
                "usages with every session in one team and on one task",
                "≥ 0.9 × the rate of usages of 10 teams",
                ratio.ToString("0.00"),
                $"{rounds.RateAndTime(1)}; 10 teams {rounds.RateAndTime(0)}",
                ratio.Median >= Goal),
        ];
    }
}
