using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>Measures the cost of checking an agent's key on every usage.</summary>
internal sealed class KeysRow : IRow
{
    private const double Goal = 0.95;
    private const string AdminKey = "the-first-key-of-the-benchmark-0123456789";

    /// <inheritdoc/>
    public string Name => "keys";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial)
    {
        using var openDatabase = new TemporaryDatabase();
        using var database = new TemporaryDatabase();
        await using var open = await ServerProcess.StartAsync(openDatabase);
        await using var server = await ServerProcess.StartAsync(database, ("Auth__Mode", "Keys"), ("Auth__BootstrapKey", AdminKey));
        var openScene = await Scene.CreateAsync(open.Address, Shape.Spread);
        var scene = await Scene.CreateAsync(server.Address, Shape.Spread, AdminKey);

        var rounds = await trial.AlternateAsync(
            Side.Closed("open", open, openScene.Usages(Side.Connections)),
            Acknowledged.Check(Side.Closed("keys", server, scene.Usages(Side.Connections)), [scene], server));

        var ratio = rounds.Ratio(1, to: 0);
        return
        [
            new(
                "a usage with its agent's key: 40 keys, checked on every usage",
                "≥ 0.95 × without keys",
                ratio.ToString("0.00"),
                $"{rounds.RateAndTime(1)}; without keys {rounds.RateAndTime(0)}",
                ratio.Median >= Goal),
        ];
    }
}
