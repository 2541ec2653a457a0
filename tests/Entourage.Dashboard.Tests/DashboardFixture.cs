using System.Collections.Concurrent;
using Deque.AxeCore.Commons;
using Entourage.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Entourage.Dashboard.Tests;

/// <summary>
/// Tests that look at one running server, with a real store, through a browser. Whatever the browser complains of fails the test: errors of
/// scripts, refused contents, files that are not there.
/// </summary>
internal abstract class DashboardFixture
{
    // The narrowest that is promised is a phone's.
    protected static readonly ViewportSize Desk = new() { Width = 1_280, Height = 900 };
    protected static readonly ViewportSize Phone = new() { Width = 360, Height = 780 };

    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    // On a busy machine a page may lose its connection; it says so and connects again. A page that does not come back fails by what it lacks.
    private const string LostConnection = "Connection disconnected with error";

    private readonly ConcurrentQueue<string> complaints = [];
    private IBrowserContext? context;

    protected ApiHost Host { get; private set; } = null!;

    protected ApiClient Api => Host.Api;

    protected IPage Page { get; private set; } = null!;

    /// <summary>What the browser may complain of in a test that gives it cause.</summary>
    protected string? Expected { get; set; }

    /// <summary>What stands between the pages and the server.</summary>
    protected virtual void Replace(IServiceCollection services)
    {
    }

    /// <summary>The server's configuration, besides its database.</summary>
    protected virtual IReadOnlyDictionary<string, string>? Settings => null;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _ = Browser.Instance;
        Host = await ApiHost.StartAsync(Store.Sqlite, settings: Settings, replace: Replace);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await (Host?.DisposeAsync() ?? default);

    [SetUp]
    public async Task OpenAsync()
    {
        complaints.Clear();
        Expected = null;
        await OpenAsync(Desk, ColorScheme.Light);
    }

    [TearDown]
    public async Task CloseAsync()
    {
        await (context?.CloseAsync() ?? Task.CompletedTask);
        Assert.That(complaints.Where(complaint => Expected is null || !complaint.Contains(Expected, StringComparison.Ordinal)), Is.Empty);
    }

    /// <summary>Opens another page, as somebody else would.</summary>
    protected async Task OpenAsync(ViewportSize size, ColorScheme scheme)
    {
        await (context?.CloseAsync() ?? Task.CompletedTask);
        context = await Browser.Instance.NewContextAsync(new()
        {
            BaseURL = Api.Http.BaseAddress!.ToString(),
            ViewportSize = size,
            ColorScheme = scheme,
            Locale = "en-GB",
            TimezoneId = "Europe/Berlin",
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(Browser.Patience);
        Page = await context.NewPageAsync();
        Page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning" && !message.Text.Contains(LostConnection, StringComparison.Ordinal))
            {
                complaints.Enqueue($"{message.Type}: {message.Text} ({message.Location})");
            }
        };
        Page.PageError += (_, error) => complaints.Enqueue(error);
    }

    /// <summary>Goes to an address, and waits until its heading has the keyboard: what is typed before goes elsewhere.</summary>
    protected async Task GoAsync(string path)
    {
        await Page.GotoAsync(path);
        await Assertions.Expect(Page.Locator("h1")).ToBeFocusedAsync();
    }

    /// <summary>Goes to an address, and waits until its figures are live.</summary>
    protected async Task GoLiveAsync(string path)
    {
        await GoAsync(path);
        await Assertions.Expect(Page.Locator(".live")).ToHaveTextAsync("Live");
    }

    /// <summary>Whatever an automatic check of accessibility finds serious.</summary>
    protected async Task ExpectAccessibleAsync()
    {
        // Not by Page.RunAxe: it loads the script twice and opens a page of its own for each check, which takes longer than the check.
        if (await Page.EvaluateAsync<bool>("typeof axe === 'undefined'"))
        {
            await Page.EvaluateAsync(Axe);
        }

        var serious = await Page.EvaluateAsync<string[]>(
            """
            async () => {
              // A colour on its way to another is neither.
              const ending = document.getAnimations().filter(each => each.effect.getComputedTiming().endTime !== Infinity);
              await Promise.allSettled(ending.map(each => each.finished));
              const found = await axe.run(document, {
                runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
                resultTypes: ['violations'],
                iframes: false,
              });
              return found.violations.filter(each => ['serious', 'critical'].includes(each.impact))
                .map(each => `${each.id}: ${each.nodes.map(node => node.html).join('; ')}`);
            }
            """);
        Assert.That(serious, Is.Empty);
    }

    /// <summary>Nothing is wider than the window, once it is laid out.</summary>
    protected Task ExpectNoSidewaysScrollAsync() =>
        Assertions.Expect(Page.Locator("html")).ToHaveJSPropertyAsync("scrollWidth", Page.ViewportSize!.Width);
}
