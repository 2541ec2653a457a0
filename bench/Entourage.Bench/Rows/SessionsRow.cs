using Entourage.Bench.Reporting;

namespace Entourage.Bench.Rows;

/// <summary>Compares starting sessions with reporting usage.</summary>
internal sealed class SessionsRow : IComparison
{
    private const double Goal = 0.25;

    // A start is slow, and its session stays open.
    private const int WarmUp = 5_000;

    /// <inheritdoc/>
    public string Name => "sessions";

    /// <inheritdoc/>
    public Task<IReadOnlyList<Side>> PrepareAsync(Stage stage) => Task.FromResult<IReadOnlyList<Side>>(
        [stage.Usage, Side.Closed("start", stage.Server, stage.Scene.Starts(Side.Connections)) with { WarmUp = WarmUp }]);

    /// <inheritdoc/>
    public IReadOnlyList<Figure> Describe(Rounds rounds)
    {
        var ratio = rounds.Ratio(1, to: 0);
        return
        [
            new(
                "`POST /sessions/start`, 64 connections, 40 agents in 10 teams",
                "≥ 0.25 × the rate of usages",
                ratio.ToString("0.00"),
                $"{rounds.RateAndTime(1)}; usages {rounds.RateAndTime(0)}",
                ratio.Median >= Goal),
        ];
    }
}
