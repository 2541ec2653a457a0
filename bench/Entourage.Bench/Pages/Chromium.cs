using Microsoft.Playwright;

namespace Entourage.Bench.Pages;

/// <summary>A headless browser.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private const string Variable = "ENTOURAGE_TEST_CHROMIUM";

    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private readonly IPlaywright playwright;

    private Chromium(IPlaywright playwright, IBrowser browser) => (this.playwright, Browser) = (playwright, browser);

    /// <summary>The browser.</summary>
    public IBrowser Browser { get; }

    /// <summary>Starts the browser.</summary>
    /// <exception cref="InvalidOperationException">There is no browser on this machine.</exception>
    public static async Task<Chromium> StartAsync()
    {
        var path = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } configured ? configured : Places.FirstOrDefault(File.Exists);
        if (path is null)
        {
            throw new InvalidOperationException($"No Chromium: {Variable} is not set, and there is none at {string.Join(", ", Places)}.");
        }

        var playwright = await Playwright.CreateAsync();
        try
        {
            string[] arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"];
            return new(playwright, await playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = arguments }));
        }
        catch
        {
            playwright.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Browser.CloseAsync();
        playwright.Dispose();
    }
}
