using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>Measures the call that every agent makes after each model call.</summary>
internal sealed class UsageRow : IRow
{
    private const double Goal = 0.5;

    /// <inheritdoc/>
    public string Name => "usage";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial)
    {
        using var database = new TemporaryDatabase();
        await using var server = await ServerProcess.StartAsync(database);
        await using var bare = await ServerProcess.StartBareAsync();
        var usages = (await Scene.CreateAsync(server.Address, Shape.Spread)).Usages(Side.Connections);

        var rounds = await trial.AlternateAsync(Side.Closed("bare", bare, usages), Side.Closed("usage", server, usages));
        var ratio = rounds.Ratio(1, to: 0);
        return
        [
            new(
                "`POST /sessions/{id}/usage`, 64 connections, 200 sessions in 10 teams",
                "≥ 0.5 × bare",
                ratio.ToString("0.00"),
                $"{rounds.Rate(1)}; bare {rounds.Rate(0)}",
                ratio.Median >= Goal),
        ];
    }
}
