using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using Entourage.Bench.Load;
using Entourage.Bench.Pages;
using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>Compares the usage rate of a team with many open dashboard pages and without any.</summary>
internal sealed class DashboardsRow : IRow
{
    private const int Pages = 50;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <inheritdoc/>
    public string Name => "dashboards";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial)
    {
        using var database = new TemporaryDatabase();
        await using var server = await ServerProcess.StartAsync(database);
        var scene = await Scene.CreateAsync(server.Address, Shape.OneTask);
        using var http = new HttpClient();
        var page = new Uri(server.Address, $"teams/{scene.Teams[0]}");

        var drawn = new List<double>();
        var delays = new List<double>();
        var alone = Side.Closed("no pages", server, scene.Usages(Side.Connections));
        var rounds = await trial.AlternateAsync(
            alone,
            new Side($"{Pages} pages", async duration =>
            {
                using var patience = new CancellationTokenSource(Patience);
                var circuits = await Task.WhenAll(Enumerable.Range(0, Pages).Select(_ => Circuit.OpenAsync(http, page, patience.Token)));
                try
                {
                    var before = circuits.Sum(circuit => circuit.Drawn);
                    var run = await alone.RunAsync(duration);
                    drawn.Add((circuits.Sum(circuit => circuit.Drawn) - before) / Pages / run.Elapsed.TotalSeconds);
                    delays.Add(await CheckAsync(http, server, scene, circuits, patience.Token));
                    return run;
                }
                finally
                {
                    await Task.WhenAll(circuits.Select(circuit => circuit.DisposeAsync().AsTask()));
                }
            })
            {
                WarmUp = Side.OneRun,
            });
        return
        [
            new(
                $"usages of one team with {Pages} open pages of it (circuits without a browser)",
                "no goal; relative to the rate without open pages",
                rounds.Ratio(1, to: 0).ToString("0.00"),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{rounds.Rate(1)}; without open pages {rounds.Rate(0)}; each page is drawn {Spread.Of(drawn.TakeLast(trial.Pairs)).Median:0.0} times a second and shows the last figure at most {delays.TakeLast(trial.Pairs).Max():0.0} s after its answer"),
                null),
        ];
    }

    /// <summary>Waits until every page shows the team's exact spending.</summary>
    /// <returns>The delay in seconds.</returns>
    private static async Task<double> CheckAsync(
        HttpClient http, ServerProcess server, Scene scene, IReadOnlyList<Circuit> circuits, CancellationToken cancellationToken)
    {
        var expected = await scene.ReadCostAsync(server.Address) + Requests.Cost;
        var text = expected.ToString("0.00#######", CultureInfo.InvariantCulture);
        var seen = circuits.Select(circuit => circuit.WaitForTextAsync(text, cancellationToken)).ToArray();
        using var answer = await http.PostAsJsonAsync(
            new Uri(server.Address, $"api/v1/sessions/{scene.Sessions[0]}/usage"),
            new { input_tokens = 2_500, output_tokens = 800, cost_usd = Requests.Cost },
            cancellationToken);
        answer.EnsureSuccessStatusCode();
        var answered = Stopwatch.GetTimestamp();
        await Task.WhenAll(seen);
        return Stopwatch.GetElapsedTime(answered).TotalSeconds;
    }
}
