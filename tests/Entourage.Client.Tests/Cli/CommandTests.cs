using System.Text.Json.Nodes;
using Entourage.Application.Ledger;
using Entourage.Cli;
using Entourage.Domain.Sessions;

namespace Entourage.Client.Tests.Cli;

/// <summary>The output and the exit codes of commands.</summary>
internal sealed class CommandTests : ClientFixture
{
    [Test]
    public async Task A_team_can_be_capped_inspected_and_paused_by_name()
    {
        var (team, agent) = await CreateTeamAsync(model: Entourage.Testing.ApiClient.UnlistedModel);
        Assert.That((await RunAsync("cap", "--team", team.Slug, "--daily", "5", "--per-session", "none")).Output, Does.Contain("5.00"));
        var session = await Client.StartSessionAsync(new(agent.Id));
        await Client.ReportUsageAsync(session.Id, new(1_000, 234) { CostUsd = 4.123456789m });

        var status = JsonNode.Parse((await RunAsync("status", "--team", team.Id.ToString(), "--json")).Output)!;
        Assert.That((status["today_cost_usd"]!.ToString(), status["agents"]![0]!["status"]!.ToString()), Is.EqualTo(("4.123456789", "working")));
        Assert.That((await RunAsync("status", "--team", team.Slug)).Output, Does.Contain("4.123456789 USD of 5.00").And.Contain("1,234"));
        Assert.That((await RunAsync("costs", "--team", team.Slug, "--by", "agent")).Output, Does.Contain("4.123456789 USD in 1 sessions"));
        Assert.That((await RunAsync("costs", "--team", team.Slug, "--by", "session", "--json")).Output, Does.Contain("\"total_cost_usd\": 4.123456789"));
        Assert.That((await RunAsync("budget", agent.Id.ToString())).ExitCode, Is.EqualTo(ExitCodes.Ok));

        Assert.That((await RunAsync("pause", "--team", team.Slug, "--agent", "ENG-1", "--reason", "retry loop", "--for", "1h")).Output, Does.Contain("eng-1 is paused until"));
        var stopped = await RunAsync("budget", "--team", team.Slug, "eng-1");
        Assert.That((stopped.ExitCode, stopped.Output.Contains("paused:agent", StringComparison.Ordinal)), Is.EqualTo((ExitCodes.Stop, true)));
        Assert.That((await RunAsync("resume", "--team", team.Slug, "--agent", "eng-1")).ExitCode, Is.EqualTo(ExitCodes.Ok));
        Assert.That((await RunAsync("kill", $"{session.Id}", "--reason", "enough")).Output, Does.Contain("is killed. It cost 4.123456789 USD"));
    }

    [Test]
    public async Task A_session_is_shown_with_its_calls_through_the_gateway()
    {
        var (_, agent) = await CreateTeamAsync(dailyCapUsd: 0.05m);
        var session = await Client.StartSessionAsync(new(agent.Id));
        await Client.ReportUsageAsync(session.Id, new(1_000, 234) { CostUsd = 0.01m });
        var before = (await RunAsync("session", $"{session.Id}")).Output;
        await Host.SendAsync(Call(1_000_000));
        await Assert.ThrowsAsync<Entourage.Application.Errors.BudgetExceededException>(() => Host.SendAsync(Call(1_000_000)));

        var after = (await RunAsync("session", $"{session.Id}")).Output;
        var json = JsonNode.Parse((await RunAsync("session", $"{session.Id}", "--json")).Output)!;

        Assert.That(before.TrimEnd(), Is.EqualTo($"Session {session.Id} of eng-1 is active. It cost 0.01 USD for 1,000 input and 234 output tokens."));
        Assert.That(after, Does.StartWith(before));
        Assert.That(after, Does.Match(@"\nCalls through the gateway: 1\. Running: 1\. Refused: 1 \(last at 20.*Z\)\. Lowered output limit: 1\. Sent to another model: 0\.\s*$"));
        Assert.That((json["gateway"]!["calls"]!.GetValue<long>(), json["gateway"]!["running_calls"]!.GetValue<long>()), Is.EqualTo((1, 1)));

        ReserveCallCommand Call(long maxOutputTokens) =>
            new(session.Id, Model, InputTokens: 1_000, maxOutputTokens, LeastOutputTokens: 256, Choices: 1, Billing.Api, TtlSeconds: 600);
    }

    [Test]
    public async Task Alerts_and_requests_can_be_listed_and_answered()
    {
        var (team, agent) = await CreateTeamAsync(dailyCapUsd: 1m);
        var asked = await Client.CreateHumanRequestAsync(new(agent.Id, "budget_increase", "More tests\nto run") { RequestedUsd = 2m });
        var listed = (await RunAsync("requests", "list", "--team", team.Slug)).Output;
        Assert.That(listed, Does.Contain(asked.Id.ToString()).And.Contain("2.00").And.Contain("More tests to run"));
        Assert.That((await RunAsync("requests", "approve", asked.Id.ToString(), "--usd", "$1.5")).Output, Does.Contain("The team's cap was raised by 1.50 USD"));
        Assert.That((await RunAsync("alerts", "--team", team.Slug, "--all", "--json")).Output, Does.Contain("human_request"));
        var alert = await Client.ListAlertsAsync(team.Id).FirstAsync();
        Assert.That((await RunAsync("alerts", "ack", alert.Id.ToString())).Output, Does.Contain("acknowledged"));
    }

    [Test]
    public async Task Prices_can_be_listed_and_set()
    {
        Assert.That((await RunAsync("prices", "list", "claude-opus")).Output, Does.Contain("claude-opus-4"));
        Assert.That((await RunAsync("prices", "set", "house-cli", "--input", "0.5", "--output", "2")).Output, Does.Contain("0.50"));
        Assert.That((await RunAsync("prices", "show", "house-cli", "--json")).Output, Does.Contain("\"input_usd_per_mtok\": 0.5"));
    }

    [TestCase("bogus")]
    [TestCase("cap", "--daily", "much")]
    [TestCase("pause", "--reason", "x")]
    [TestCase("pause", "--agent", "x", "--reason", "y", "--for", "long")]
    [TestCase("costs", "--by", "colour")]
    [TestCase("run", "--agent", "x")]
    [TestCase("status", "--url", "nowhere")]
    public async Task Invalid_arguments_are_wrong_usage(params string[] arguments)
    {
        var (code, _, errors) = await RunAsync(arguments);
        Assert.That((code, errors.StartsWith("entourage: ", StringComparison.Ordinal)), Is.EqualTo((ExitCodes.Usage, true)));
    }

    [Test]
    public async Task Missing_resources_are_a_failure()
    {
        var missing = await RunAsync("budget", Guid.CreateVersion7().ToString());
        Assert.That((missing.ExitCode, missing.Errors.Contains("entourage: ", StringComparison.Ordinal)), Is.EqualTo((ExitCodes.Failed, true)));
        Assert.That((await RunAsync("status", "--team", "nobody's")).Errors, Does.Contain("There is no team"));
        Assert.That((await RunAsync("budget", "nobody")).Errors, Does.Contain("There is no agent"));
    }

    [TestCase("a\u001b[2Jb\u009bc\r\n", "a [2Jb c  ")]
    [TestCase("a\u2028b\u2029c\u0085d", "a b c d")]
    [TestCase("a\u202egnp.exe\u2066\u061c\u200f", "agnp.exe")]
    [TestCase("a\u200bb\ufeffc", "abc")]
    [TestCase("Zoë 🙂 [red]x[/]", "Zoë 🙂 [red]x[/]")]
    public void Untrusted_text_cannot_control_the_terminal(string text, string shown) => Assert.That(Entourage.Cli.Output.PlainText.From(text), Is.EqualTo(shown));

    [TestCase("90", 90)]
    [TestCase("0.5s", 0.5)]
    [TestCase("10m", 600)]
    [TestCase("2h", 7_200)]
    [TestCase("1d", 86_400)]
    [TestCase("-1s", null)]
    [TestCase("s", null)]
    [TestCase("", null)]
    public void Durations_are_parsed(string text, double? seconds) =>
        Assert.That(Entourage.Cli.Commands.OptionFactory.ParseDuration(text)?.TotalSeconds, Is.EqualTo(seconds));

    // In this process, because these tests do not cover the start-up.
    private async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        var (before, errorsBefore) = (Console.Out, Console.Error);
        await using var output = new StringWriter();
        await using var errors = new StringWriter();
        Console.SetOut(output);
        Console.SetError(errors);
        try
        {
            string[] server = arguments.Contains("--url") ? [] : ["--url", Address.AbsoluteUri];
            var code = await EntryPoint.RunAsync([.. arguments, .. server]);
            return (code, output.ToString(), errors.ToString());
        }
        finally
        {
            Console.SetOut(before);
            Console.SetError(errorsBefore);
        }
    }
}
