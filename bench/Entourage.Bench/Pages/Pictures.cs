using Entourage.Bench.Servers;
using Microsoft.Playwright;

namespace Entourage.Bench.Pages;

/// <summary>Takes the pictures of the documentation: every page of the dashboard, of the demo at work.</summary>
internal static class Pictures
{
    /// <summary>The first argument of the program that asks for it; the folder may follow.</summary>
    public const string Command = "pictures";

    private const string DefaultFolder = "docs/images";
    private const int HighestPicture = 1_500;

    private static readonly (string Suffix, ColorScheme Scheme, ViewportSize Size)[] Looks =
    [
        ("", ColorScheme.Light, new() { Width = 1_280, Height = 900 }),
        ("-dark", ColorScheme.Dark, new() { Width = 1_280, Height = 900 }),
        ("-phone", ColorScheme.Light, new() { Width = 390, Height = 844 }),
    ];

    /// <summary>Takes them.</summary>
    public static async Task TakeAsync(string[] arguments)
    {
        var folder = Directory.CreateDirectory(arguments is [var given, ..] ? given : DefaultFolder).FullName;
        using var database = new TemporaryDatabase();
        await ServerProcess.RunAsync(database, "seed-demo");
        await using var server = await ServerProcess.StartAsync(database);
        using var http = new HttpClient { BaseAddress = new(server.Address, "api/v1/") };
        var demo = await DemoAtWork.BeginAsync(http);
        await using var chromium = await Chromium.StartAsync();
        foreach (var (suffix, scheme, size) in Looks)
        {
            await using var context = await chromium.Browser.NewContextAsync(new()
            {
                BaseURL = server.Address.ToString(),
                ViewportSize = size,
                ColorScheme = scheme,
                Locale = "en-GB",
                ReducedMotion = ReducedMotion.Reduce,
            });
            var page = await context.NewPageAsync();
            foreach (var (name, path, isLive) in PagesOf(demo))
            {
                await page.GotoAsync(path);
                await Assertions.Expect(page.Locator("main .panel, main table").First).ToBeVisibleAsync();
                if (isLive)
                {
                    await Assertions.Expect(page.Locator(".live")).ToHaveTextAsync("Live");
                    await demo.ReportAsync(2);
                }

                await page.WaitForTimeoutAsync(1_000);
                var height = await page.EvaluateAsync<int>("document.documentElement.scrollHeight");
                var file = Path.Combine(folder, $"{name}{suffix}.png");
                await page.ScreenshotAsync(new()
                {
                    Path = file,
                    FullPage = true,
                    Clip = new() { Width = size.Width, Height = size.Width < 500 ? size.Height : Math.Min(height, HighestPicture) },
                });
                await Console.Error.WriteLineAsync(file);
            }
        }
    }

    private static IEnumerable<(string Name, string Path, bool IsLive)> PagesOf(DemoAtWork demo) =>
    [
        ("organisation", $"/orgs/{demo.Organisation}", true),
        ("team", $"/teams/{demo.Team}", true),
        ("session", $"/sessions/{demo.Session}", true),
        ("alerts", $"/teams/{demo.Team}/alerts", true),
        ("settings", $"/teams/{demo.Team}/settings", false),
        ("keys", "/keys", false),
        ("audit", $"/audit?team={demo.Team}", false),
        ("costs", $"/teams/{demo.Team}/costs?period=30d", false),
    ];
}
