using Entourage.Client.Contracts;

namespace Entourage.Client.Tests.Cli;

/// <summary>What hooks are told, and what a login stores.</summary>
internal sealed class GuardTests : ClientFixture
{
    private const string BeforeTool = """{"session_id":"abc","hook_event_name":"PreToolUse","tool_name":"Bash"}""";

    [Test]
    public async Task An_agent_may_go_on_until_it_must_stop()
    {
        var (_, agent) = await CreateTeamAsync();
        Assert.That(await GuardAsync(agent, BeforeTool), Is.EqualTo((0, "")));
        await Client.PauseAsync(PauseScope.Agent, agent.Id, "enough");
        var (code, errors) = await GuardAsync(agent, BeforeTool);
        Assert.That((code, errors), Is.EqualTo((2, $"Stop: paused:agent. Do not go on and do not try again: tell the person you work for.{Environment.NewLine}")));
        Assert.That(await GuardAsync(agent, """{"hook_event_name":"Stop"}"""), Is.EqualTo((0, "")), "To block its stop would make it go on.");
    }

    [Test]
    public async Task Without_an_answer_it_must_stop_unless_it_is_said_to_go_on()
    {
        var (_, agent) = await CreateTeamAsync();
        var nowhere = new Uri("http://127.0.0.1:1");
        var (code, errors) = await GuardAsync(agent, "no JSON", nowhere);
        Assert.That((code, errors.StartsWith("Stop: the budget cannot be looked at.", StringComparison.Ordinal)), Is.EqualTo((2, true)));
        Assert.That(await GuardAsync(agent, "", nowhere, "--fail-open"), Is.EqualTo((0, "")));
    }

    [Test]
    public async Task A_login_is_its_users_alone_and_its_key_goes_to_its_server()
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

    private async Task<(int ExitCode, string Errors)> GuardAsync(Agent agent, string input, Uri? url = null, params IReadOnlyList<string> options)
    {
        var environment = new Dictionary<string, string> { ["ENTOURAGE_AGENT_ID"] = agent.Id.ToString() };
        using var guard = CliProcess.Start(url ?? Address, environment, input, ["guard", .. options]);
        var (code, _, errors) = await guard.EndAsync();
        return (code, errors);
    }
}
