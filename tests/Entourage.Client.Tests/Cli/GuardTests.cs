using System.Globalization;
using System.Text.Json.Nodes;
using Entourage.Cli.Guarding;
using Entourage.Client.Contracts;
using Entourage.Testing;

namespace Entourage.Client.Tests.Cli;

/// <summary>The answers to hooks, and the stored login.</summary>
internal sealed class GuardTests : ClientFixture
{
    private const string BeforeTool = """{"session_id":"abc","hook_event_name":"PreToolUse","tool_name":"Bash"}""";

    [Test]
    public async Task A_hook_lets_the_agent_continue_until_a_cap_is_used_up()
    {
        var (_, agent) = await CreateTeamAsync(dailyCapUsd: 0.2m);
        Assert.That(await GuardAsync(agent, BeforeTool), Is.EqualTo((0, "{}", "")));
        var session = await Client.StartSessionAsync(new SessionStart(agent.Id));
        await Client.ReportUsageAsync(session.Id, new Usage(1, 1) { CostUsd = 1.017m });

        var (code, output, errors) = await GuardAsync(agent, BeforeTool);

        var answer = JsonNode.Parse(output)!;
        Assert.Multiple(() =>
        {
            Assert.That((code, errors), Is.EqualTo((0, "")), "Claude Code reads the answer of a hook that ends with 0");
            Assert.That(answer["continue"]!.GetValue<bool>(), Is.False);
            Assert.That(answer.Text("stopReason"), Does.Contain("1.017 of 0.20 USD spent"));
        });
    }

    [TestCase("PostToolUse", "continue stopReason")]
    [TestCase("UserPromptSubmit", "continue stopReason")]
    [TestCase("SessionStart", "continue stopReason systemMessage")]
    [TestCase("Stop", "continue stopReason")]
    [TestCase("SubagentStop", "continue stopReason")]
    [TestCase("SessionEnd", "")]
    public async Task Each_event_gets_its_own_form_of_answer(string name, string members)
    {
        var (_, agent) = await CreateTeamAsync();
        await Client.PauseAsync(PauseScope.Agent, agent.Id, "enough");

        var (code, output, errors) = await GuardAsync(agent, $$"""{"session_id":"abc","hook_event_name":"{{name}}"}""");

        Assert.That((code, errors), Is.EqualTo((0, "")));
        Assert.That(
            output.Length == 0 ? [] : JsonNode.Parse(output)!.AsObject().Select(member => member.Key),
            Is.EquivalentTo(members.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Test]
    public async Task Without_hook_input_the_exit_code_is_the_answer()
    {
        var (_, agent) = await CreateTeamAsync();
        Assert.That(await GuardAsync(agent, ""), Is.EqualTo((0, "", "")));

        await Client.PauseAsync(PauseScope.Agent, agent.Id, "enough");

        var reason = $"Entourage stops this run: the agent is paused.{Environment.NewLine}";
        Assert.That(await GuardAsync(agent, "no JSON"), Is.EqualTo((2, "", reason)));
    }

    [Test]
    public async Task The_session_of_the_run_is_checked()
    {
        var (team, agent) = await CreateTeamAsync();
        await Client.ChangeSettingsAsync(team.Id, new() { SessionCostLimitUsd = 1m });
        var (first, second) = (await Client.StartSessionAsync(new SessionStart(agent.Id)), await Client.StartSessionAsync(new SessionStart(agent.Id)));
        await Client.ReportUsageAsync(first.Id, new Usage(1, 1) { CostUsd = 2m });

        Assert.That((await GuardAsync(agent, BeforeTool, session: first.Id)).Output, Does.Contain("the session budget"));
        Assert.That((await GuardAsync(agent, BeforeTool, session: second.Id)).Output, Is.EqualTo("{}"));
    }

    [Test]
    public async Task An_agent_can_be_found_by_name()
    {
        var (team, agent) = await CreateTeamAsync();
        await Client.PauseAsync(PauseScope.Agent, agent.Id, "enough");

        var (_, output, _) = await GuardAsync(agent, BeforeTool, options: ["--agent", "eng-1", "--team", team.Id.ToString()]);

        Assert.That(output, Does.Contain("the agent is paused"));
    }

    [Test]
    public async Task Without_a_server_the_agent_stops_unless_it_may_fail_open()
    {
        var (_, agent) = await CreateTeamAsync();
        var nowhere = new Uri("http://127.0.0.1:1");

        var (code, output, errors) = await GuardAsync(agent, BeforeTool, nowhere);
        Assert.That((code, errors), Is.EqualTo((0, "")));
        Assert.That(JsonNode.Parse(output)!["continue"]!.GetValue<bool>(), Is.False);
        Assert.That(JsonNode.Parse(output)!.Text("stopReason"), Does.StartWith("Entourage stops this run: the budget cannot be checked. http://127.0.0.1:1 cannot be reached"));

        (code, output, errors) = await GuardAsync(agent, "no JSON", nowhere);
        Assert.That((code, output), Is.EqualTo((2, "")));
        Assert.That(errors, Does.StartWith("Entourage stops this run: the budget cannot be checked."));

        Assert.That(await GuardAsync(agent, BeforeTool, nowhere, options: ["--fail-open"]), Is.EqualTo((0, "", "")));
        Assert.That(await GuardAsync(agent, "", nowhere, options: ["--fail-open"]), Is.EqualTo((0, "", "")));
        Assert.That(await GuardAsync(agent, """{"hook_event_name":"Stop"}""", nowhere), Is.EqualTo((0, "", "")), "it stops anyway");
    }

    [Test]
    public async Task A_refused_check_stops_the_agent_even_with_fail_open()
    {
        var (_, agent) = await CreateTeamAsync();

        var (code, output, _) = await GuardAsync(agent, BeforeTool, session: 999_999_999, options: ["--fail-open"]);

        Assert.That((code, JsonNode.Parse(output)!["continue"]!.GetValue<bool>()), Is.EqualTo((0, false)));
    }

    [Test]
    public void Truncated_hook_input_is_parsed_as_far_as_possible()
    {
        var input = HookInput.Parse("""{"session_id":"abc","tool_response":{"hook_event_name":"Stop"},"hook_event_name":"PostToolUse","tool_input":{"content":"xxx"""u8);

        Assert.That(input, Is.EqualTo(new HookInput("PostToolUse", "abc")));
        Assert.That(HookInput.Parse("[1]"u8), Is.Null);
        Assert.That(HookInput.Parse(""u8), Is.Null);
        Assert.That(HookInput.Parse("""{"session_id":"abc"}"""u8), Is.Null);
    }

    [Test]
    public async Task A_login_is_readable_only_by_its_user()
    {
        var folder = Directory.CreateTempSubdirectory("entourage-login-");
        try
        {
            var environment = new Dictionary<string, string> { ["XDG_CONFIG_HOME"] = folder.FullName };
            using var login = CliProcess.Start(Address, environment, "secret\n", "login", "--key-stdin");
            Assert.That((await login.EndAsync()).ExitCode, Is.Zero);
            var file = Path.Combine(folder.FullName, "entourage", "login.json");
            Assert.That(await File.ReadAllTextAsync(file), Does.Contain("secret").And.Contain(Address.AbsoluteUri));
            if (!OperatingSystem.IsWindows())
            {
                Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<(int ExitCode, string Output, string Errors)> GuardAsync(
        Agent agent, string input, Uri? url = null, long? session = null, params IReadOnlyList<string> options)
    {
        var environment = new Dictionary<string, string>
        {
            ["ENTOURAGE_AGENT_ID"] = agent.Id.ToString(),
            ["ENTOURAGE_SESSION_ID"] = session?.ToString(CultureInfo.InvariantCulture) ?? "",
        };
        using var guard = CliProcess.Start(url ?? Address, environment, input, ["guard", .. options]);
        return await guard.EndAsync();
    }
}
