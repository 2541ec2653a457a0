using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Entourage.Bench.Pages;
using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;
using Microsoft.Playwright;

namespace Entourage.Bench.Rows;

/// <summary>Measures the time from the answer to a usage until a real browser has painted it on the team's page, for a quiet and a busy team.</summary>
internal sealed class PageRow : IRow
{
    private const decimal Cost = 1m;
    private const int Single = 50;
    private const int Busy = 500;

    private static readonly TimeSpan BetweenBusy = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Records every figure once it is painted: reads it in the frame, and takes the time in the task after the frame.
    private const string Look =
        """
        () => {
          const shown = window.shown = [];
          const painted = new MessageChannel();
          let awaited = false;
          let figure = '';
          painted.port1.onmessage = () => {
            awaited = false;
            if (shown.length === 0 || shown[shown.length - 1].usd !== figure) {
              shown.push({ usd: figure, at: performance.now() });
            }
          };
          new MutationObserver(() => {
            if (!awaited) {
              awaited = true;
              requestAnimationFrame(() => {
                figure = document.querySelector('.stat.hero .amount').value;
                painted.port2.postMessage(null);
              });
            }
          }).observe(document.querySelector('.stats'), { subtree: true, childList: true, characterData: true, attributes: true });
        }
        """;

    /// <inheritdoc/>
    public string Name => "page";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial)
    {
        using var database = new TemporaryDatabase();
        await using var server = await ServerProcess.StartAsync(database);
        var scene = await Scene.CreateAsync(server.Address, Shape.OneTask);
        using var http = new HttpClient { BaseAddress = new(server.Address, "api/v1/") };
        await using var chromium = await Chromium.StartAsync();
        var page = await chromium.Browser.NewPageAsync();
        await page.GotoAsync(new Uri(server.Address, $"teams/{scene.Teams[0]}").ToString());
        await Assertions.Expect(page.Locator(".live")).ToHaveTextAsync("Live", new() { Timeout = (float)Patience.TotalMilliseconds });

        var clock = await PageClock.CompareAsync(page);
        await page.EvaluateAsync(Look);
        var random = new Random(1);
        var reporter = new Reporter(http, scene.Sessions[0], page);

        // Warm up the JIT compiler.
        await reporter.MeasureAsync(Single, () => BetweenBusy, clock);
        var single = await reporter.MeasureAsync(Single, () => TimeSpan.FromMilliseconds(random.Next(300, 1_300)), clock);
        trial.Report($"one usage at a time: {Spread.Of(single).ToString("0", " ms")}");
        var busy = await reporter.MeasureAsync(Busy, () => BetweenBusy, clock);
        trial.Report($"many: {Spread.Of(busy).ToString("0", " ms")}");
        clock = await PageClock.CompareAsync(page) is var again && again.MaxError < clock.MaxError ? again : clock;
        return
        [
            Of("from the answer to a usage until a browser has painted its figure on the team's page", single, $"{Single} usages, about a second apart", clock),
            Of("the same while one agent reports as fast as it can, up to 50 usages a second", busy, $"{Busy} usages; pages read figures at most a few times a second", clock),
        ];
    }

    private static Figure Of(string work, IReadOnlyList<double> milliseconds, string text, PageClock clock)
    {
        var spread = Spread.Of(milliseconds);
        return new(
            work,
            "within a second",
            string.Create(CultureInfo.InvariantCulture, $"{spread.Median:0} ms, worst {spread.Max:0} ms"),
            string.Create(CultureInfo.InvariantCulture, $"{text}; fastest {spread.Min:0} ms; clock offset known to {clock.MaxError.TotalMilliseconds:0.0} ms"),
            spread.Max <= 1_000);
    }

    /// <summary>An agent that reports usage, and the times when its figures were painted.</summary>
    private sealed class Reporter(HttpClient http, long session, IPage page)
    {
        private decimal spent;

        /// <summary>Reports a number of usages and returns the delay from each answer to its painted figure, in milliseconds.</summary>
        public async Task<IReadOnlyList<double>> MeasureAsync(int usages, Func<TimeSpan> pause, PageClock clock)
        {
            await page.EvaluateAsync("window.shown.length = 0");
            var answered = new List<(decimal Spent, long At)>();
            for (var usage = 0; usage < usages; usage++)
            {
                using var answer = await http.PostAsJsonAsync($"sessions/{session}/usage", new { input_tokens = 100, output_tokens = 10, cost_usd = Cost });
                answered.Add((spent += Cost, Stopwatch.GetTimestamp()));
                answer.EnsureSuccessStatusCode();
                await Task.Delay(pause(), TimeProvider.System, CancellationToken.None);
            }

            var last = spent.ToString("0.00#######", CultureInfo.InvariantCulture);
            await Assertions.Expect(page.Locator(".stat.hero .amount")).ToHaveAttributeAsync("value", last, new() { Timeout = (float)Patience.TotalMilliseconds });
            await page.EvaluateAsync("new Promise(painted => requestAnimationFrame(() => requestAnimationFrame(painted)))");
            var shown = (await page.EvaluateAsync<JsonElement>("window.shown")).EnumerateArray()
                .Select(each => (Usd: decimal.Parse(each.GetProperty("usd").GetString()!, CultureInfo.InvariantCulture), At: each.GetProperty("at").GetDouble()))
                .ToArray();
            return [.. answered.Select(each => clock.MillisecondsAfter(each.At, shown.First(figure => figure.Usd >= each.Spent).At))];
        }
    }
}
