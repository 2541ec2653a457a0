using Entourage.Bench.Load;
using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>Measures reserving before a model call and committing after it.</summary>
internal sealed class ReserveRow : IRow
{
    private const double Goal = 0.25;

    /// <inheritdoc/>
    public string Name => "reserve";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial)
    {
        using var database = new TemporaryDatabase();
        await using var server = await ServerProcess.StartAsync(database);
        await using var bare = await ServerProcess.StartBareAsync();
        var scene = await Scene.CreateAsync(server.Address, Shape.Spread);
        var usages = scene.Usages(Side.Connections);

        var rounds = await trial.AlternateAsync(
            Side.Closed("bare, twice", bare, number => new TwiceClient(usages(number))),
            Side.Closed("reserve, commit", server, number => new ReservingClient(scene.Sessions, number, Side.Connections)));
        var ratio = rounds.Ratio(1, to: 0);
        return
        [
            new(
                "reserve, then the usage that commits it: two calls, 64 connections",
                "≥ 0.25 × bare, in pairs of calls",
                ratio.ToString("0.00"),
                $"{rounds.Rate(1)}; bare {rounds.Rate(0)} (pairs)",
                ratio.Median >= Goal),
        ];
    }
}
