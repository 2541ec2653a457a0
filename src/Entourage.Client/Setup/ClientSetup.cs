namespace Entourage.Client.Setup;

/// <summary>How to connect a program to an agent. The command line and the dashboard, which compiles this folder too, show the same settings.</summary>
/// <param name="Name">The name in options and addresses, such as <c>claude-code</c>.</param>
/// <param name="Title">The name of the program.</param>
/// <param name="Guide">The file of its guide in <c>docs/guides</c>.</param>
/// <param name="Steps">Returns what to set for an agent.</param>
/// <param name="Upstream">The upstream of the gateway that its calls pass through; null if it reports its usage itself.</param>
internal sealed record ClientSetup(string Name, string Title, string Guide, Func<SetupTarget, IReadOnlyList<SetupStep>> Steps, string? Upstream = null)
{
    /// <summary>The programs, in the order in which they are offered.</summary>
    public static readonly IReadOnlyList<ClientSetup> All =
    [
        new("claude-code", "Claude Code", "claude-code.md", TelemetrySetup.ClaudeCode),
        new("claude-code-gateway", "Claude Code, through the gateway", "gateway.md", ApiSetup.ClaudeCode, "anthropic"),
        new("codex", "Codex", "codex.md", TelemetrySetup.Codex),
        new("gemini-cli", "Gemini CLI", "gemini-cli.md", TelemetrySetup.GeminiCli),
        new("anthropic-sdk", "Anthropic SDK, through the gateway", "gateway.md", ApiSetup.AnthropicSdk, "anthropic"),
        new("openai-sdk", "OpenAI SDK, through the gateway", "gateway.md", ApiSetup.OpenAiSdk, "openai"),
        new("opentelemetry", "OpenTelemetry", "opentelemetry.md", TelemetrySetup.OpenTelemetry),
        new("mcp", "MCP", "mcp.md", ApiSetup.Mcp),
        new("dotnet", ".NET", "dotnet.md", ApiSetup.DotNet),
        new("curl", "curl", "curl.md", ApiSetup.Curl),
    ];

    /// <summary>Finds a program by its name; null if there is none.</summary>
    public static ClientSetup? Find(string? name) => All.FirstOrDefault(setup => setup.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}

/// <summary>The agent to connect.</summary>
/// <param name="Url">The server's address, without a slash at its end.</param>
/// <param name="Agent">The id of the agent.</param>
/// <param name="Key">The agent's key; null if the server requires none.</param>
internal sealed record SetupTarget(string Url, string Agent, string? Key)
{
    /// <summary>Takes the place of a key that was not issued yet.</summary>
    public const string MissingKey = "KEY_OF_THE_AGENT";

    /// <summary>What identifies the agent to the gateway: its key or, on a server without keys, its id.</summary>
    public string Credential => Key ?? Agent;
}

/// <summary>A file, a command or variables to set.</summary>
/// <param name="Caption">What to do with the text.</param>
/// <param name="Text">The text to copy.</param>
internal sealed record SetupStep(string Caption, string Text);
