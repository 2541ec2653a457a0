using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>Usages that all hit the same counters, against usages that do not.</summary>
internal sealed class HotRow : IRow
{
    private const double Goal = 0.9;

    /// <inheritdoc/>
    public string Name => "hot";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial)
    {
        using var database = new TemporaryDatabase();
        await using var server = await ServerProcess.StartAsync(database);
        var spread = await Scene.CreateAsync(server.Address, Shape.Spread);
        var hot = await Scene.CreateAsync(server.Address, Shape.Hot);

        var rounds = await trial.AlternateAsync(
            Side.Closed("spread", server, spread.Usages(Side.Connections)),
            Side.Closed("hot", server, hot.Usages(Side.Connections)));
        var ratio = rounds.Ratio(1, to: 0);
        return
        [
            new(
                "the same, with every session in one team and on one task",
                "≥ 0.9 × the spread run",
                ratio.ToString("0.00"),
                $"{rounds.Rate(1)}; spread {rounds.Rate(0)}",
                ratio.Median >= Goal),
        ];
    }
}
