using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Entourage.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Entourage.Dashboard.Tests;

/// <summary>
/// From an empty server to a capped Claude Code, in the browser alone. The program is the real one, with a provider of the test. It runs where
/// <c>ENTOURAGE_TEST_CLAUDE_CODE</c> names its executable. <c>ENTOURAGE_TEST_PICTURES</c> may name a folder for a picture of each step.
/// </summary>
[NonParallelizable]
internal sealed partial class ClaudeCodeWalkTests : DashboardFixture
{
    private const string Admin = "ent_admin_of_the_walk_0123456789abcdef";

    private static readonly string? Program = Environment.GetEnvironmentVariable("ENTOURAGE_TEST_CLAUDE_CODE");
    private static readonly string? Folder = Environment.GetEnvironmentVariable("ENTOURAGE_TEST_PICTURES");

    private readonly Dictionary<string, string> settings = new(ApiHost.WithKeys) { ["Auth:BootstrapKey"] = Admin };
    private readonly Stopwatch clock = new();
    private FakeProvider provider = null!;
    private string home = null!;
    private int pictures;

    protected override IReadOnlyDictionary<string, string> Settings
    {
        get
        {
            if (string.IsNullOrEmpty(Program))
            {
                Assert.Ignore("No Claude Code: ENTOURAGE_TEST_CLAUDE_CODE is not set.");
            }

            provider = FakeProvider.StartAsync().GetAwaiter().GetResult();
            provider.Answer = AnswerAsync;
            return provider.AddTo(settings, "sk-of-the-provider");
        }
    }

    [SetUp]
    public void CreateHome() => home = Directory.CreateTempSubdirectory("entourage-claude-").FullName;

    [TearDown]
    public void DeleteHome() => Directory.Delete(home, recursive: true);

    [OneTimeTearDown]
    public async Task StopProviderAsync() => await (provider?.DisposeAsync() ?? default);

    [Test]
    public async Task A_lead_caps_Claude_Code_without_leaving_the_browser()
    {
        Expected = "401";
        clock.Start();
        await Page.GotoAsync("/");
        await Page.GetByLabel("Key", new() { Exact = true }).FillAsync(Admin);
        await PictureAsync("sign in");
        await Button("Sign in").ClickAsync();
        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Acme");
        await PictureAsync("organisation");
        await Page.Keyboard.PressAsync("Enter");
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Name = "New team" })).ToBeVisibleAsync();
        await Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Core");
        await Page.GetByLabel("Cap per day").FillAsync("1");
        await PictureAsync("team with a cap");
        await Button("Create the team").ClickAsync();
        await Page.GetByRole(AriaRole.Link, new() { Name = "Create an agent" }).ClickAsync();
        await Button("New agent").ClickAsync();
        var dialog = Page.GetByRole(AriaRole.Dialog);
        await Expect(dialog.Locator(":focus")).ToHaveCountAsync(1);
        await dialog.GetByLabel("Name", new() { Exact = true }).FillAsync("claude-1");
        await PictureAsync("agent");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Create the agent" }).ClickAsync();
        await Expect(Page).ToHaveURLAsync(new Regex(@"/connect\?agent="));
        await Page.GetByLabel("Program", new() { Exact = true }).SelectOptionAsync("claude-code-gateway");
        await Expect(Page.Locator(".live")).ToHaveTextAsync("Live");
        await Button("Issue a key").ClickAsync();
        var shown = Page.Locator(".copy code").First;
        await Expect(shown).Not.ToContainTextAsync("KEY_OF_THE_AGENT");
        await PictureAsync("settings of Claude Code");

        var variables = Variable.Matches((await shown.TextContentAsync())!).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["value"].Value);
        Assert.That(await AskAsync(variables), Does.Contain("Hello from the provider"));
        await Expect(Page.Locator(".light.on")).ToContainTextAsync("claude-1 is connected.");
        await PictureAsync("green light");
        var team = Team.Match(Page.Url).Groups[1].Value;

        // A run costs about 40 cents by the provider's account, so the cap of a dollar is reached soon.
        var refused = "";
        for (var run = 0; run < 10 && !refused.Contains("budget", StringComparison.OrdinalIgnoreCase); run++)
        {
            refused = await AskAsync(variables);
        }

        await TestContext.Out.WriteLineAsync($"Claude Code says: {refused.Trim()}");
        Assert.That(refused, Does.Contain("budget").IgnoreCase);
        await GoLiveAsync($"/teams/{team}");
        await PictureAsync("cap is reached");
        Assert.That((await Host.ClientWith(Admin).GetAsync($"/teams/{team}/costs")).Ok.Usd("total_cost_usd"), Is.LessThanOrEqualTo(1m));
    }

    private async Task PictureAsync(string step)
    {
        var number = ++pictures;
        await TestContext.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds,6:0.0} s  {number}. {step}"));
        if (!string.IsNullOrEmpty(Folder))
        {
            await Page.ScreenshotAsync(new() { Path = Path.Combine(Folder, $"walk-{number}.png") });
        }
    }

    /// <summary>Runs Claude Code once with nothing but the given variables, and returns what it writes.</summary>
    private async Task<string> AskAsync(Dictionary<string, string> variables)
    {
        var start = new ProcessStartInfo(Program!, ["--print", "Say hello."]) { WorkingDirectory = home, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment.Clear();
        foreach (var (name, value) in variables.Append(new("HOME", home)).Append(new("PATH", "/usr/bin:/bin")).Append(new("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1")))
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output + await errors;
    }

    private static Task AnswerAsync(Microsoft.AspNetCore.Http.HttpContext context, ProviderCall call)
    {
        if (call.Method != "POST" || !call.Target.StartsWith("/v1/messages", StringComparison.Ordinal) || call.Target.Contains("count_tokens", StringComparison.Ordinal))
        {
            return FakeProvider.AnswerJsonAsync(context, """{"input_tokens":100}""");
        }

        // A plausible account that stays within the limit of the call. Opus costs 25 USD for a million output tokens.
        var (model, input, output) = (call.Json.Text("model")!, call.Body.Length / 4, Math.Min(call.Json.Number("max_tokens")!.Value, 16_000));
        return FakeProvider.StreamAsync(
            context,
            Event("message_start", $$$"""{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"{{{model}}}","content":[],"stop_reason":null,"usage":{"input_tokens":{{{input}}},"output_tokens":1} } }"""),
            Event("content_block_start", """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"""),
            Event("content_block_delta", """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello from the provider."}}"""),
            Event("content_block_stop", """{"type":"content_block_stop","index":0}"""),
            Event("message_delta", $$$"""{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":{{{output}}}} }"""),
            Event("message_stop", """{"type":"message_stop"}"""));
    }

    private static string Event(string name, string data) => $"event: {name}\ndata: {data}\n\n";

    [GeneratedRegex("export (?<name>[A-Z_]+)=\"?(?<value>[^\"\n]+)\"?")]
    private static partial Regex Variable { get; }

    [GeneratedRegex("/teams/([^/]+)/")]
    private static partial Regex Team { get; }
}
