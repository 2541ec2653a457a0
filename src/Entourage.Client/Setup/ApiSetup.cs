namespace Entourage.Client.Setup;

/// <summary>The settings of programs that call the server: through its gateway, its tools or its API.</summary>
internal static class ApiSetup
{
    public static IReadOnlyList<SetupStep> ClaudeCode(SetupTarget target) =>
    [
        new(
            "Set these variables, unset ANTHROPIC_API_KEY, which takes precedence, and start claude in the same shell. A call that would break a cap is refused.",
            Anthropic(target)),
    ];

    public static IReadOnlyList<SetupStep> AnthropicSdk(SetupTarget target) =>
        [new("Set these variables for your program, and unset ANTHROPIC_API_KEY, which takes precedence.", Anthropic(target))];

    public static IReadOnlyList<SetupStep> OpenAiSdk(SetupTarget target) =>
    [
        new(
            "Set these variables for your program.",
            TelemetrySetup.Exports(("OPENAI_BASE_URL", $"{target.Url}/gateway/openai/v1"), ("OPENAI_API_KEY", target.Credential))),
    ];

    public static IReadOnlyList<SetupStep> Mcp(SetupTarget target)
    {
        var (url, headers, option) = ($"{target.Url}/mcp", "", "");
        if (target.Key is { } key)
        {
            headers = $",\n      \"headers\": {{ \"X-API-Key\": \"{key}\" }}";
            option = $" --header \"X-API-Key: {key}\"";
        }

        return
        [
            new(
                target.Key is null
                    ? $"Add the server to the configuration of any MCP client. The agent must pass its id, {target.Agent}, to the tools."
                    : "Add the server to the configuration of any MCP client.",
                $"{{\n  \"mcpServers\": {{\n    \"entourage\": {{\n      \"type\": \"http\",\n      \"url\": \"{url}\"{headers}\n    }}\n  }}\n}}"),
            new("For Claude Code, run this command instead.", $"claude mcp add --transport http entourage {url}{option}"),
        ];
    }

    public static IReadOnlyList<SetupStep> DotNet(SetupTarget target) =>
    [
        new(
            "Set these variables for your program.",
            TelemetrySetup.Exports(
            [
                ("ENTOURAGE_URL", target.Url),
                .. target.Key is { } key ? new[] { ("ENTOURAGE_API_KEY", key) } : [],
                ("ENTOURAGE_AGENT_ID", target.Agent),
            ])),
        new(
            "Reference the package Entourage.Client, and wrap the chat client of your provider.",
            "IChatClient chat = model.AsBuilder()\n    .UseFunctionInvocation()\n    .UseEntourage()\n    .Build();"),
    ];

    public static IReadOnlyList<SetupStep> Curl(SetupTarget target)
    {
        var headers = "-H \"Content-Type: application/json\"" + (target.Key is { } key ? $" -H \"X-API-Key: {key}\"" : "");
        var api = $"{target.Url}/api/v1";
        return
        [
            new(
                "Start a session. Its number is kept in a variable.",
                $"SESSION=$(curl -sS -X POST {api}/sessions/start {headers} \\\n  -d '{{\"agent_id\": \"{target.Agent}\"}}' | grep -oE '\"id\":[0-9]+' | head -n 1 | cut -d: -f2)"),
            new(
                "Report what a call used.",
                $"curl -sS -X POST {api}/sessions/$SESSION/usage {headers} \\\n  -d '{{\"input_tokens\": 1200, \"output_tokens\": 300, \"cost_usd\": 0.01}}'"),
        ];
    }

    private static string Anthropic(SetupTarget target) =>
        TelemetrySetup.Exports(("ANTHROPIC_BASE_URL", $"{target.Url}/gateway/anthropic"), ("ANTHROPIC_AUTH_TOKEN", target.Credential));
}
