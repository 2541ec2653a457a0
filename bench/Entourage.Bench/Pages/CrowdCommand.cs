using System.Globalization;
using Deque.AxeCore.Commons;
using Entourage.Bench.Servers;
using Microsoft.Playwright;

namespace Entourage.Bench.Pages;

/// <summary>
/// Opens every page of a crowded team at several widths, takes pictures, and reports what does not fit, what is not accessible, what the keyboard does
/// not reach, and the server's memory.
/// </summary>
internal static class CrowdCommand
{
    /// <summary>The command-line argument that opens the pages. The folder of the pictures follows, and then the names of pages if not all are wanted.</summary>
    public const string Name = "crowd";

    private const float Patience = 60_000;
    private const int KeyboardWidth = 1_440;

    private static readonly (int Width, int Height, ColorScheme Scheme)[] Screens =
        [(390, 844, ColorScheme.Light), (768, 1_024, ColorScheme.Dark), (1_440, 900, ColorScheme.Light), (2_560, 1_440, ColorScheme.Dark)];

    // Texts that are cut off although the page is read, not those that a style shortens with an ellipsis and shows in full on another page.
    private const string FindCut =
        """
        () => [...document.querySelectorAll('main *')].filter(each => {
          const style = getComputedStyle(each);
          return each.clientWidth > 0 && each.scrollWidth > each.clientWidth + 1 && ['hidden', 'clip'].includes(style.overflowX) && style.textOverflow !== 'ellipsis'
            && !each.closest('.unseen, svg, thead') && each.textContent.trim().length > 0;
        }).map(each => `${each.tagName.toLowerCase()}.${each.className}: ${each.textContent.trim().slice(0, 60)}`)
        """;

    private const string FindSerious =
        """
        async () => (await axe.run(document, { runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }, resultTypes: ['violations'], iframes: false }))
          .violations.filter(each => ['serious', 'critical'].includes(each.impact)).map(each => `${each.id}: ${each.nodes[0].html.slice(0, 120)}`)
        """;

    private const string MarkControls =
        """
        () => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
          .filter(each => !each.disabled && each.tabIndex >= 0 && each.type !== 'hidden' && each.checkVisibility())
          .map((each, index) => each.dataset.control = index).length
        """;

    private const string FocusedControl = "() => document.activeElement?.dataset?.control ?? null";

    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    /// <summary>Runs the command. Returns 1 if anything is wrong.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var folder = Directory.CreateDirectory(arguments is [var given, ..] ? given : Path.Combine(Path.GetTempPath(), "entourage-crowd")).FullName;
        using var database = new TemporaryDatabase();
        await using var server = await ServerProcess.StartAsync(database, ("Usage:GreatestCostUsd", "1000000"));
        using var http = new HttpClient { BaseAddress = new(server.Address, "api/v1/") };
        var crowd = await Crowd.CreateAsync(http);
        var before = server.ResidentBytes;
        var faults = 0;
        await using var chromium = await Chromium.StartAsync();
        Console.WriteLine("| page | 390 px | 768 px | 1,440 px | 2,560 px |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var (name, path) in crowd.Pages.Where(page => arguments.Length < 2 || arguments.Skip(1).Contains(page.Name)))
        {
            List<string> cells = [];
            foreach (var (width, height, scheme) in Screens)
            {
                await using var context = await chromium.Browser.NewContextAsync(new()
                {
                    BaseURL = server.Address.ToString(),
                    ViewportSize = new() { Width = width, Height = height },
                    ColorScheme = scheme,
                    Locale = "en-GB",
                    ReducedMotion = ReducedMotion.Reduce,
                });
                var page = await context.NewPageAsync();
                await page.GotoAsync(path);
                await Assertions.Expect(page.Locator("h1")).ToBeFocusedAsync(new() { Timeout = Patience });
                await Assertions.Expect(page.Locator("main .panel, main table").First).ToBeVisibleAsync(new() { Timeout = Patience });
                await Assertions.Expect(page.GetByText("Loading…")).ToHaveCountAsync(0, new() { Timeout = Patience });
                var size = await page.EvaluateAsync<int[]>("() => [document.documentElement.scrollWidth, document.querySelector('main').scrollHeight]");
                var cut = await page.EvaluateAsync<string[]>(FindCut);
                await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}-{width}.png"), FullPage = true });
                await page.EvaluateAsync(Axe);
                var serious = await page.EvaluateAsync<string[]>(FindSerious);
                var missed = width == KeyboardWidth ? await FindUnreachableAsync(page) : 0;
                faults += cut.Length + serious.Length + missed + (size[0] > width ? 1 : 0);
                cells.Add($"{((double)size[1] / height).ToString("0.0", CultureInfo.InvariantCulture)}{(size[0] > width ? $", {size[0] - width} px too wide" : "")}");
                foreach (var fault in cut.Select(text => $"cuts {text}").Concat(serious).Concat(missed > 0 ? [$"has {missed} controls that Tab does not reach"] : []))
                {
                    await Console.Error.WriteLineAsync($"{name} at {width} px: {fault}");
                }
            }

            Console.WriteLine($"| {name} | {string.Join(" | ", cells)} |");
        }

        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Heights are in screens. Resident memory of the server: {before / 1e6:N0} MB before, {server.ResidentBytes / 1e6:N0} MB after, {server.PeakResidentBytes / 1e6:N0} MB at most. {faults} faults."));
        return faults == 0 ? 0 : 1;
    }

    /// <summary>Presses Tab until the focus leaves the page, and returns the number of visible controls that did not get it.</summary>
    private static async Task<int> FindUnreachableAsync(IPage page)
    {
        var controls = await page.EvaluateAsync<int>(MarkControls);
        await page.EvaluateAsync("() => { document.activeElement?.blur(); window.scrollTo(0, 0); }");
        HashSet<string> reached = [];
        for (var press = 0; press < controls * 2; press++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.EvaluateAsync<string?>(FocusedControl) is { } control)
            {
                reached.Add(control);
            }
        }

        return controls - reached.Count;
    }
}
