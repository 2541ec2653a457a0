using Entourage.Bench.Reporting;

namespace Entourage.Bench.Rows;

/// <summary>Measures the call that every agent makes after each model call.</summary>
internal sealed class UsageRow : IComparison
{
    private const double Goal = 0.4;
    private const double KilobytesGoal = 12;

    /// <inheritdoc/>
    public string Name => "usage";

    /// <inheritdoc/>
    public Task<IReadOnlyList<Side>> PrepareAsync(Stage stage) => Task.FromResult<IReadOnlyList<Side>>([stage.BareUsage, stage.Usage]);

    /// <inheritdoc/>
    public IReadOnlyList<Figure> Describe(Rounds rounds)
    {
        var ratio = rounds.Ratio(1, to: 0);
        return
        [
            new(
                "`POST /sessions/{id}/usage`, 64 connections, 200 sessions in 10 teams",
                "≥ 0.40 × bare",
                ratio.ToString("0.00"),
                $"{rounds.RateAndTime(1)}; bare {rounds.RateAndTime(0)}",
                ratio.Median >= Goal),
            rounds.Allocated("a usage", KilobytesGoal),
        ];
    }
}
