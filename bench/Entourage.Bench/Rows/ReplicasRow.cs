using System.Globalization;
using Entourage.Bench.Load;
using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>Compares two and three servers on one database with a single one.</summary>
internal sealed class ReplicasRow : IRow
{
    private const double SecondGoal = 1;
    private const double ThirdGoal = 0.95;

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

        var rounds = await trial.AlternateAsync(
            Check("one replica", first),
            Check("two replicas", first, second),
            Check("three replicas", first, second, third));

        return [Compare(rounds, 1, "second", SecondGoal), Compare(rounds, 2, "third", ThirdGoal)];

        Side Check(string name, params ServerProcess[] servers) => Acknowledged.Check(
            new(name, duration => load.RunAsync(duration, [.. servers.Select(server => server.Address)])), [scene], first);
    }

    private static Figure Compare(Rounds rounds, int side, string replica, double goal)
    {
        var ratio = rounds.Ratio(side, to: 0);
        return new(
            $"usages with a {replica} replica on the same database; the cost report includes every acknowledged one exactly",
            string.Create(CultureInfo.InvariantCulture, $"≥ {goal:0.00} × the rate of one replica"),
            ratio.ToString("0.00"),
            $"{rounds.Rate(side)}; one replica {rounds.Rate(0)}",
            ratio.Median >= goal);
    }
}
