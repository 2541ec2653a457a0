using Entourage.Bench.Load;
using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>Compares two and three servers on one database with a single one.</summary>
internal sealed class ReplicasRow : IRow
{
    private const double Goal = 1;

    /// <inheritdoc/>
    public string Name => "replicas";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial)
    {
        using var database = new TemporaryDatabase();
        await using var first = await ServerProcess.StartAsync(database);
        await using var second = await ServerProcess.StartAsync(database);
        await using var third = await ServerProcess.StartAsync(database);
        var scene = await Scene.CreateAsync(first.Address, Shape.Spread);
        var load = new ClosedLoop(Side.Connections, scene.Usages(Side.Connections));
        var acknowledged = new Acknowledged();

        var rounds = await trial.AlternateAsync(
            acknowledged.Count(new("one replica", duration => load.RunAsync(duration, first.Address))),
            acknowledged.Count(new("two replicas", duration => load.RunAsync(duration, first.Address, second.Address))),
            acknowledged.Count(new("three replicas", duration => load.RunAsync(duration, first.Address, second.Address, third.Address))));
        await acknowledged.CheckAsync(scene, first);

        return [Compare(rounds, 1, "second"), Compare(rounds, 2, "third")];
    }

    private static Figure Compare(Rounds rounds, int side, string replica)
    {
        var ratio = rounds.Ratio(side, to: 0);
        return new(
            $"usages with a {replica} replica on the same database; the cost report includes every acknowledged one exactly",
            "≥ the rate of one replica",
            ratio.ToString("0.00"),
            $"{rounds.Rate(side)}; one replica {rounds.Rate(0)}",
            ratio.Median >= Goal);
    }
}
