using System.Globalization;
using Entourage.Bench.Pages;
using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;
using Microsoft.Playwright;

namespace Entourage.Bench.Rows;

/// <summary>Same as <see cref="DashboardsRow"/> with a real browser on the same cores, which uses more of them than the pages cost the server.</summary>
internal sealed class BrowsersRow : IRow
{
    private const int Pages = 50;
    private const int AtOnce = 4;
    private const float Patience = 120_000;

    /// <inheritdoc/>
    public string Name => "browsers";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial)
    {
        using var database = new TemporaryDatabase();
        await using var server = await ServerProcess.StartAsync(database);
        var scene = await Scene.CreateAsync(server.Address, Shape.OneTask);
        await using var chromium = await Chromium.StartAsync();
        var alone = Side.Closed("no pages", server, scene.Usages(Side.Connections));
        var rounds = await trial.AlternateAsync(
            alone,
            new Side($"{Pages} in a browser", async duration =>
            {
                await using var context = await chromium.Browser.NewContextAsync(new() { BaseURL = server.Address.ToString() });
                context.SetDefaultTimeout(Patience);
                await Parallel.ForEachAsync(
                    Enumerable.Range(0, Pages),
                    new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
                    async (_, _) =>
                    {
                        var page = await context.NewPageAsync();
                        await page.GotoAsync($"teams/{scene.Teams[0]}");
                        await Assertions.Expect(page.Locator(".live")).ToHaveTextAsync("Live", new() { Timeout = Patience });
                    });
                return await alone.RunAsync(duration);
            })
            {
                WarmUp = Side.OneRun,
            });
        return
        [
            new(
                $"usages of one team with {Pages} open pages of it in a browser on the same cores",
                "no goal; relative to the rate without open pages",
                rounds.Ratio(1, to: 0).ToString("0.00"),
                string.Create(CultureInfo.InvariantCulture, $"{rounds.Rate(1)}; without open pages {rounds.Rate(0)}; the browser itself takes most of the difference"),
                null),
        ];
    }
}
