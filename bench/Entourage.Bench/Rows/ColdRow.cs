using Entourage.Bench.Load;
using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>
/// Compares the first seconds of a new server with a server that is warm. Both serve the same database in turn, and the warm server
/// idles meanwhile.
/// </summary>
/// <param name="name">The name of the row.</param>
/// <param name="work">The work as the table names it.</param>
/// <param name="prepareAsync">Creates the load on the warm server, and returns how to create its clients for the new one.</param>
internal sealed class ColdRow(string name, string work, Func<Stage, Task<(Side Warm, Func<int, IClient> NewClient)>> prepareAsync) : IComparison
{
    private const double Goal = 0.8;
    private static readonly TimeSpan First = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public string Name => name;

    /// <summary>Reports usage.</summary>
    public static ColdRow Usage() => new(
        "cold-usage", "usages, 64 connections", stage => Task.FromResult((stage.Usage, stage.Scene.Usages(Side.Connections))));

    /// <summary>Reserves from one shared budget and commits.</summary>
    public static ColdRow Reserve() => new("cold-reserve", "reserve, then commit, on one shared budget, 64 connections (pairs)", async stage =>
    {
        var scene = await Scene.CreateAsync(stage.Server.Address, Shape.Shared);
        Func<int, IClient> newClient = number => new ReservingClient(scene.Sessions, number, Side.Connections);
        return (Side.Closed("warm pairs", stage.Server, newClient), newClient);
    });

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Side>> PrepareAsync(Stage stage)
    {
        var (warm, newClient) = await prepareAsync(stage);
        return
        [
            warm,
            new("cold", async _ =>
            {
                await using var server = await ServerProcess.StartReadyAsync(stage.Database);
                return await Side.Closed("cold", server, newClient).RunAsync(First);
            })
            {
                WarmUp = 0,
            },
        ];
    }

    /// <inheritdoc/>
    public IReadOnlyList<Figure> Describe(Rounds rounds)
    {
        var ratio = rounds.Ratio(1, to: 0);
        return
        [
            new(
                $"a new server's first 5 s: {work}",
                "≥ 0.8 × its rate when warm",
                ratio.ToString("0.00"),
                $"{rounds.RateAndTime(1)}; warm {rounds.RateAndTime(0)}",
                ratio.Median >= Goal),
        ];
    }
}
