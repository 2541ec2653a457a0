using System.Collections.Concurrent;
using Deque.AxeCore.Commons;
using Entourage.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Entourage.Dashboard.Tests;

/// <summary>
/// Tests that use one running server with a real store through a browser. A test fails if the browser reports a script error, content that
/// the policy refuses, or a missing file.
/// </summary>
internal abstract class DashboardFixture
{
    // The width of a phone is the narrowest that the pages support.
    protected static readonly ViewportSize Desk = new() { Width = 1_280, Height = 900 };
    protected static readonly ViewportSize Phone = new() { Width = 360, Height = 780 };

    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    // On a busy machine, a page can lose its connection and reconnect. If it does not, the test fails because figures are missing.
    private const string LostConnection = "Connection disconnected with error";

    private readonly ConcurrentQueue<string> complaints = [];
    private IBrowserContext? context;

    protected ApiHost Host { get; private set; } = null!;

    protected ApiClient Api => Host.Api;

    protected IPage Page { get; private set; } = null!;

    /// <summary>Part of the browser complaints that a test provokes. An empty string allows all.</summary>
    protected string? Expected { get; set; }

    /// <summary>Replaces services of the server.</summary>
    protected virtual void Replace(IServiceCollection services)
    {
    }

    /// <summary>The server's configuration, besides its database.</summary>
    protected virtual IReadOnlyDictionary<string, string>? Settings => null;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _ = Browser.Instance;
        Host = await StartHostAsync();
    }

    /// <summary>Starts the server.</summary>
    protected virtual Task<ApiHost> StartHostAsync() => ApiHost.StartAsync(Store.Sqlite, settings: Settings, replace: Replace);

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

    /// <summary>Opens a page in a new browser context.</summary>
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

    /// <summary>Opens an address and waits until its heading has the focus. Input before that would be lost.</summary>
    protected async Task GoAsync(string path)
    {
        await Page.GotoAsync(path);
        await Assertions.Expect(Page.Locator("h1")).ToBeFocusedAsync();
    }

    /// <summary>Opens an address and waits until its figures are live.</summary>
    protected async Task GoLiveAsync(string path)
    {
        await GoAsync(path);
        await Assertions.Expect(Page.Locator(".live")).ToHaveTextAsync("Live");
    }

    protected ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    /// <summary>Expects no serious accessibility violation.</summary>
    protected async Task ExpectAccessibleAsync()
    {
        // Page.RunAxe loads the script twice and opens a new page for each check, which takes longer than the check.
        if (await Page.EvaluateAsync<bool>("typeof axe === 'undefined'"))
        {
            await Page.EvaluateAsync(Axe);
        }

        var serious = await Page.EvaluateAsync<string[]>(
            """
            async () => {
              // Contrast is wrong during an animation.
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
        await ExpectConnectedAsync();
    }

    /// <summary>
    /// Expects that the page is connected to the server. A check can keep a page busy for so long that its connection times out, and input
    /// before it is up again would be lost.
    /// </summary>
    private async Task ExpectConnectedAsync()
    {
        // A timeout that is overdue runs before these timers.
        await Page.EvaluateAsync("async () => { for (let i = 0; i < 3; i++) await new Promise(resolve => setTimeout(resolve, 10)); }");
        await Assertions.Expect(Page.Locator("html")).ToHaveAttributeAsync("data-link", "up");
    }

    /// <summary>Expects that nothing is wider than the window.</summary>
    protected Task ExpectNoSidewaysScrollAsync() =>
        Assertions.Expect(Page.Locator("html")).ToHaveJSPropertyAsync("scrollWidth", Page.ViewportSize!.Width);
}
