using System.Globalization;

namespace Entourage.Client.Tests.Cli;

/// <summary>A command runs through the gateway of its server.</summary>
internal sealed class RunGatewayTests : RunFixture
{
    private const string Print = """env -0 | tr '\n\0' ';\n' | grep -E '^(ANTHROPIC|OPENAI|GOOGLE_GEMINI|GEMINI_API|GEMINI_CLI)' | sort""";

    // The server has the keys of Anthropic and Gemini, and passes on the caller's for OpenAI.
    protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["Gateway:Upstreams:anthropic:ApiKey"] = "sk-1",
        ["Gateway:Upstreams:gemini:ApiKey"] = "sk-2",
        ["Gateway:Upstreams:openai:BaseUrl"] = "http://127.0.0.1:1",
    };

    private string Url => Address.AbsoluteUri.TrimEnd('/');

    [Test]
    public async Task A_command_gets_the_base_urls_and_the_credential_of_its_agent()
    {
        var (_, agent) = await CreateTeamAsync();
        var environment = new Dictionary<string, string>
        {
            ["ANTHROPIC_API_KEY"] = "own",
            ["ANTHROPIC_CUSTOM_HEADERS"] = "X-Mine: 1\nX-Entourage-Session: 99",
            ["OPENAI_API_KEY"] = "own",
            ["GEMINI_API_KEY"] = "own",
        };
        using var run = Run(agent, environment, Print);
        var (_, output, errors) = await run.EndAsync();
        var session = await SessionOfAsync(agent);
        Assert.That(output.Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.EquivalentTo(new[]
        {
            $"ANTHROPIC_AUTH_TOKEN={agent.Id}",
            $"ANTHROPIC_BASE_URL={Url}/gateway/anthropic",
            $"ANTHROPIC_CUSTOM_HEADERS=X-Mine: 1;X-Entourage-Session: {session.Id}",
            $"GEMINI_API_KEY={agent.Id}",
            $"GEMINI_CLI_CUSTOM_HEADERS=X-Entourage-Session: {session.Id}",
            $"GOOGLE_GEMINI_BASE_URL={Url}/gateway/gemini",
            "OPENAI_API_KEY=own",
        }));
        Assert.That(errors, Is.Empty, "a client that does not name the session is recorded in another one");
    }

    [Test]
    public async Task A_command_keeps_its_own_with_no_gateway()
    {
        var (_, agent) = await CreateTeamAsync();
        using var run = Run(agent, new Dictionary<string, string> { ["ANTHROPIC_API_KEY"] = "own" }, Print, "--no-gateway");
        var (_, output, errors) = await run.EndAsync();
        Assert.That(output, Is.EqualTo("ANTHROPIC_API_KEY=own\n"));
        Assert.That(errors, Does.Contain("reported no usage"));
    }

    [Test]
    public async Task Codex_gets_a_provider_that_names_the_session_and_the_agent()
    {
        var (_, agent) = await CreateTeamAsync();
        var codex = await ScriptAsync("codex", "echo \"$*\"");
        using var run = CliProcess.Start(Address, new Dictionary<string, string>(), input: "", ["run", "--agent", agent.Id.ToString(), "--", codex, "exec", "hi"]);
        var (_, output, _) = await run.EndAsync();
        var session = (await SessionOfAsync(agent)).Id.ToString(CultureInfo.InvariantCulture);
        Assert.That(output.Trim(), Does.EndWith(
            $"-c model_provider=\"entourage\" -c model_providers.entourage={{name=\"Entourage\",base_url=\"{Url}/gateway/openai/v1\",env_key=\"OPENAI_API_KEY\",wire_api=\"responses\","
            + $"http_headers={{\"X-Entourage-Key\"=\"{agent.Id}\",\"X-Entourage-Session\"=\"{session}\"}},env_http_headers={{}}}} exec hi"));
    }

    [Test]
    public async Task Codex_keeps_the_provider_that_its_user_chose()
    {
        var (_, agent) = await CreateTeamAsync();
        var codex = await ScriptAsync("codex", "echo \"$*\"");
        using var run = CliProcess.Start(Address, new Dictionary<string, string>(), input: "", ["run", "--agent", agent.Id.ToString(), "--", codex, "-c", "model_provider=\"mine\"", "exec"]);
        var (_, output, _) = await run.EndAsync();
        Assert.That(output, Does.Not.Contain("model_providers.entourage"));
    }
}
