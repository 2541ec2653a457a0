using Entourage.Bench.Load;
using Entourage.Bench.Reporting;

namespace Entourage.Bench.Rows;

/// <summary>Measures reserving before a model call and committing after it.</summary>
internal sealed class ReserveRow : IComparison
{
    private const double Goal = 0.3;

    /// <inheritdoc/>
    public string Name => "reserve";

    /// <inheritdoc/>
    public Task<IReadOnlyList<Side>> PrepareAsync(Stage stage)
    {
        var (scene, usages) = (stage.Scene, stage.Scene.Usages(Side.Connections));
        return Task.FromResult<IReadOnlyList<Side>>(
        [
            Side.Closed("bare, twice", stage.Bare, number => new TwiceClient(usages(number))),
            Acknowledged.Check(
                Side.Closed("reserve, commit", stage.Server, number => new ReservingClient(scene.Sessions, number, Side.Connections)), [scene], stage.Server),
        ]);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Figure> Describe(Rounds rounds)
    {
        var ratio = rounds.Ratio(1, to: 0);
        return
        [
            new(
                "reserve, then the usage that commits it: two calls, 64 connections",
                "≥ 0.30 × bare, in pairs of calls",
                ratio.ToString("0.00"),
                $"{rounds.RateAndTime(1)}; bare {rounds.RateAndTime(0)} (pairs)",
                ratio.Median >= Goal),
        ];
    }
}
