using Entourage.Bench.Servers;
using Microsoft.Playwright;

namespace Entourage.Bench.Pages;

/// <summary>Takes the screenshots for the documentation: every dashboard page, showing the demo at work.</summary>
internal static class Pictures
{
    /// <summary>The command-line argument that takes the screenshots. A folder may follow.</summary>
    public const string Command = "pictures";

    private const string DefaultFolder = "docs/images";
    private const float Patience = 60_000;
    private const int LowestPicture = 500;
    private const int HighestPicture = 1_250;

    private static readonly ViewportSize Desk = new() { Width = 1_280, Height = 900 };
    private static readonly ViewportSize Phone = new() { Width = 390, Height = 844 };

    private static readonly (string Suffix, ColorScheme Scheme, ViewportSize Size)[] Variants =
    [
        ("", ColorScheme.Light, Desk),
        ("-dark", ColorScheme.Dark, Desk),
        ("-phone", ColorScheme.Light, Phone),
    ];

    /// <summary>Takes the screenshots.</summary>
    public static async Task TakeAsync(string[] arguments)
    {
        var folder = Directory.CreateDirectory(arguments is [var given, ..] ? given : DefaultFolder).FullName;
        using var database = new TemporaryDatabase();
        await ServerProcess.RunAsync(database, "seed-demo");
        await using var server = await ServerProcess.StartAsync(database);
        using var http = new HttpClient { BaseAddress = new(server.Address, "api/v1/") };
        var demo = await DemoAtWork.BeginAsync(http);
        await using var chromium = await Chromium.StartAsync();
        foreach (var (suffix, scheme, size) in Variants)
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
                await Assertions.Expect(page.Locator("main .panel, main table").First).ToBeVisibleAsync(new() { Timeout = Patience });
                if (isLive)
                {
                    await Assertions.Expect(page.Locator(".live")).ToHaveTextAsync("Live", new() { Timeout = Patience });
                    await demo.ReportAsync(2);
                }

                // Make the viewport as high as the content, so that the sticky bar is at its end.
                if (size.Width > Phone.Width)
                {
                    var bottom = await page.EvaluateAsync<int>("Math.ceil(document.querySelector('main > *').getBoundingClientRect().bottom)");
                    await page.SetViewportSizeAsync(size.Width, Math.Clamp(bottom, LowestPicture, HighestPicture));
                }

                // Wait until animations have ended and the reported figures are shown.
                await page.WaitForTimeoutAsync(1_500);
                var file = Path.Combine(folder, $"{name}{suffix}.png");
                await page.ScreenshotAsync(new() { Path = file });
                await page.SetViewportSizeAsync(size.Width, size.Height);
                await Console.Error.WriteLineAsync(file);
            }
        }
    }

    private static IEnumerable<(string Name, string Path, bool IsLive)> PagesOf(DemoAtWork demo) =>
    [
        ("organisation", $"/orgs/{demo.Organisation}", true),
        ("team", $"/teams/{demo.Team}", true),
        ("morning", $"/teams/{demo.Team}/morning", false),
        ("session", $"/sessions/{demo.Session}", true),
        ("alerts", $"/teams/{demo.Team}/alerts", true),
        ("settings", $"/teams/{demo.Team}/settings", false),
        ("keys", "/keys", false),
        ("audit", $"/audit?team={demo.Team}", false),
        ("costs", $"/teams/{demo.Team}/costs?from={demo.FirstDay}", false),
    ];
}
