using Microsoft.Playwright;

namespace Entourage.Dashboard.Tests;

/// <summary>The browser of all tests. It is one process, and each test has a separate context.</summary>
[SetUpFixture]
internal sealed class Browser
{
    private const string Variable = "ENTOURAGE_TEST_CHROMIUM";

    private static readonly string[] Candidates = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private static readonly string[] Arguments =
    [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ];

    // Generous, because the benchmarks measure how soon a figure appears, and a busy machine must not fail a test.
    public const float Patience = Testing.Patience.LimitMilliseconds;

    private static IPlaywright? playwright;
    private static IBrowser? browser;

    /// <summary>The browser. A test that uses it is skipped if there is none.</summary>
    public static IBrowser Instance
    {
        get
        {
            if (browser is null)
            {
                Assert.Ignore($"No Chromium: {Variable} is not set, and there is none at {string.Join(", ", Candidates)}.");
            }

            return browser!;
        }
    }

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        var path = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } configured ? configured : Candidates.FirstOrDefault(File.Exists);
        if (path is null)
        {
            return;
        }

        Assertions.SetDefaultExpectTimeout(Patience);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = Arguments });
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (browser is not null)
        {
            await browser.CloseAsync();
        }

        playwright?.Dispose();
    }
}
