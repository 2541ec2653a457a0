using Entourage.Bench.Reporting;

namespace Entourage.Bench.Rows;

/// <summary>Measures the budget check that an agent makes before it continues.</summary>
internal sealed class BudgetRow : IComparison
{
    private const double Goal = 0.85;
    private const double KilobytesGoal = 4;

    /// <inheritdoc/>
    public string Name => "budget";

    /// <inheritdoc/>
    public Task<IReadOnlyList<Side>> PrepareAsync(Stage stage) => Task.FromResult<IReadOnlyList<Side>>(
        [stage.BareUsage, Side.Closed("budget", stage.Server, stage.Scene.Budgets(Side.Connections))]);

    /// <inheritdoc/>
    public IReadOnlyList<Figure> Describe(Rounds rounds)
    {
        var ratio = rounds.Ratio(1, to: 0);
        return
        [
            new(
                "`GET /agents/{id}/budget`, 64 connections, 40 agents",
                "≥ 0.85 × bare",
                ratio.ToString("0.00"),
                $"{rounds.RateAndTime(1)}; bare {rounds.RateAndTime(0)}",
                ratio.Median >= Goal),
            rounds.Allocated("a budget check", KilobytesGoal),
        ];
    }
}
