using Entourage.Bench.Reporting;

namespace Entourage.Bench.Rows;

/// <summary>Compares batches of a thousand usages with single ones and with the baseline.</summary>
internal sealed class BatchRow : IComparison
{
    private const double Goal = 5;

    // 100,000 items/s where the baseline answers 77,000 requests/s.
    private const double BareGoal = 1.3;

    /// <inheritdoc/>
    public string Name => "batch";

    /// <inheritdoc/>
    public Task<IReadOnlyList<Side>> PrepareAsync(Stage stage) =>
        Task.FromResult<IReadOnlyList<Side>>([stage.BareUsage, stage.Usage, stage.Batches]);

    /// <inheritdoc/>
    public IReadOnlyList<Figure> Describe(Rounds rounds)
    {
        var (single, bare) = (rounds.Ratio(2, to: 1), rounds.Ratio(2, to: 0));
        return
        [
            new(
                "`POST /sessions/usage/batch`, 1,000 items, 4 connections",
                "≥ 5 × the items/s of single posts",
                single.ToString("0.0"),
                $"{rounds.RateAndTime(2)}; single posts {rounds.RateAndTime(1)} (items)",
                single.Median >= Goal),
            new(
                "the same",
                "≥ 1.3 items for each request of bare",
                bare.ToString("0.00"),
                $"{rounds.RateAndTime(2)} (items); bare {rounds.RateAndTime(0)}",
                bare.Median >= BareGoal),
        ];
    }
}
