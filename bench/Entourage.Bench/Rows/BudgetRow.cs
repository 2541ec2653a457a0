using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>Measures the budget check that an agent makes before it continues.</summary>
internal sealed class BudgetRow : IRow
{
    private const double Goal = 0.7;

    /// <inheritdoc/>
    public string Name => "budget";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial)
    {
        using var database = new TemporaryDatabase();
        await using var server = await ServerProcess.StartAsync(database);
        await using var bare = await ServerProcess.StartBareAsync();
        var scene = await Scene.CreateAsync(server.Address, Shape.Spread);

        var rounds = await trial.AlternateAsync(
            Side.Closed("bare", bare, scene.Usages(Side.Connections)),
            Side.Closed("budget", server, scene.Budgets(Side.Connections)));
        var ratio = rounds.Ratio(1, to: 0);
        return
        [
            new(
                "`GET /agents/{id}/budget`, 64 connections, 40 agents",
                "≥ 0.7 × bare",
                ratio.ToString("0.00"),
                $"{rounds.Rate(1)}; bare {rounds.Rate(0)}",
                ratio.Median >= Goal),
        ];
    }
}
