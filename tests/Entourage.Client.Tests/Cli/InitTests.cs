using System.Diagnostics;
using System.Text.RegularExpressions;
using Entourage.Cli;
using Entourage.Testing;

namespace Entourage.Client.Tests.Cli;

/// <summary>The command that creates an agent and prints how to connect it, on a server that requires keys.</summary>
internal sealed class InitTests : ClientFixture
{
    private static readonly Dictionary<string, string> Admin = new() { ["ENTOURAGE_API_KEY"] = ApiHost.WithKeys["Auth:BootstrapKey"] };

    protected override IReadOnlyDictionary<string, string> Settings => ApiHost.WithKeys;

    [Test]
    public async Task Printed_settings_connect_the_new_agent()
    {
        var slug = NewSlug();
        var first = await RunAsync("--org", slug, "--team", "Core Team", "--agent", "eng-1", "--daily", "50", "--client", "curl");

        Assert.That(first.ExitCode, Is.EqualTo(ExitCodes.Ok), first.Errors);
        Assert.That(first.Errors, Does.Contain($"Created the organisation {slug}.").And.Contain("Created the team Core Team.").And.Contain("Created the agent eng-1."));
        Assert.That(first.Errors, Does.Contain("The team's caps: 50.00 USD per day, - per month.").And.Contain("Issued a key for eng-1."));

        // The settings are commands, which record a usage as they are.
        var (code, _) = await RunInShellAsync(first.Output);
        Assert.That(code, Is.Zero);
        var agent = new Regex("\"agent_id\": \"([^\"]+)\"").Match(first.Output).Groups[1].Value;
        var budget = (await Host.Api.GetAsync($"/agents/{agent}/budget")).Ok;
        Assert.That((budget.Usd("daily_spent_usd"), budget.Usd("daily_limit_usd")), Is.EqualTo((0.01m, 50m)));
    }

    [Test]
    public async Task Running_it_again_uses_what_exists()
    {
        var slug = NewSlug();
        await RunAsync("--org", slug, "--team", "Core", "--agent", "eng-1", "--client", "mcp");
        var again = await RunAsync("--org", slug.ToUpperInvariant(), "--team", "core", "--agent", "ENG-1", "--client", "claude-code");

        Assert.That(again.Errors, Does.Contain("Found the organisation").And.Contain("Found the team").And.Contain("Found the agent").And.Not.Contain("Created"));
        Assert.That(again.Output, Does.Contain($"export OTEL_EXPORTER_OTLP_ENDPOINT={Address.AbsoluteUri.TrimEnd('/')}\n").And.Contain("X-API-Key="));
        Assert.That(again.Errors, Does.Match(@"Waiting for the first usage: http://.+/teams/.+/connect\?client=claude-code&agent="));
    }

    [Test]
    public async Task Missing_names_are_wrong_usage_without_a_terminal()
    {
        var run = await RunAsync("--org", NewSlug(), "--team", "Core", "--client", "curl");
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((ExitCodes.Usage, "")));
        Assert.That(run.Errors, Does.Contain("There is no terminal to ask for the agent. Specify --agent."));
        Assert.That((await RunAsync("--client", "fax")).ExitCode, Is.EqualTo(ExitCodes.Usage));
    }

    private static string NewSlug() => "init-" + Guid.CreateVersion7().ToString("N");

    private async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var process = CliProcess.Start(Address, Admin, "", ["init", .. arguments]);
        return await process.EndAsync();
    }

    private static async Task<(int ExitCode, string Output)> RunInShellAsync(string script)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", script]) { RedirectStandardOutput = true })!;
        using var patience = new CancellationTokenSource(Patience.Limit);
        var output = await process.StandardOutput.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, output);
    }
}
