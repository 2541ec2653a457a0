using System.Globalization;
using Entourage.Bench.Load;
using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>Measures many clients that reserve from one budget. Another reservation service publishes figures for this load.</summary>
internal sealed class SharedBudgetRow : IRow
{
    /// <inheritdoc/>
    public string Name => "shared-budget";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial) =>
    [
        await MeasureAsync(trial, 50, "999/s, p99 114 ms"),
        await MeasureAsync(trial, 200, "891/s, p99 831 ms"),
    ];

    private static async Task<Figure> MeasureAsync(Trial trial, int clients, string published)
    {
        using var database = new TemporaryDatabase();
        await using var server = await ServerProcess.StartAsync(database);
        var scene = await Scene.CreateAsync(server.Address, Shape.Shared);

        // Each client has its own session. They share only the budget.
        var reserves = new List<Latencies>();
        var rounds = await trial.AlternateAsync(new Side($"{clients} clients", async duration =>
        {
            ReservingClient[] reserving = [.. Enumerable.Range(0, clients).Select(number => new ReservingClient([scene.Sessions[number]], 0, 1))];
            var run = await new ClosedLoop(clients, number => reserving[number]).RunAsync(duration, server.Address);
            reserves.Add(new(reserving.SelectMany(client => client.ReserveTicks)));
            return run;
        }));

        // Without those of the warm-up.
        reserves.RemoveRange(0, reserves.Count - trial.Pairs);
        return new(
            $"reserve, then commit, on one shared budget: {clients} clients",
            $"published elsewhere, on 64 cores: {published}",
            $"{rounds.Of(0, run => run.PerSecond).ToString("N0", "/s")}",
            $"reserve {Describe(reserves)}; both calls {Describe(rounds)}",
            null);
    }

    private static string Describe(IReadOnlyList<Latencies> reserves) =>
        Describe(share => Spread.Of(reserves.Select(run => run.Milliseconds(share))));

    private static string Describe(Rounds rounds) => Describe(share => rounds.Of(0, run => run.Latencies.Milliseconds(share)));

    private static string Describe(Func<double, Spread> milliseconds) =>
        string.Create(CultureInfo.InvariantCulture, $"p50 {milliseconds(0.5).Median:0.0} ms, p99 {milliseconds(0.99).Median:0.0} ms");
}
