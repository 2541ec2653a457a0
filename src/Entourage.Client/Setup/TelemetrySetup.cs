namespace Entourage.Client.Setup;

/// <summary>The settings of programs that report their usage as telemetry.</summary>
internal static class TelemetrySetup
{
    private const string Headers = "OTEL_EXPORTER_OTLP_HEADERS";
    private const string Attributes = "OTEL_RESOURCE_ATTRIBUTES";

    public static IReadOnlyList<SetupStep> ClaudeCode(SetupTarget target)
    {
        (string Name, string Value)[] variables =
        [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", target.Url),
            IdentityOf(target),
            ("CLAUDE_CODE_ENABLE_TELEMETRY", "1"),
            ("OTEL_LOGS_EXPORTER", "otlp"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ];
        var entries = string.Join(",\n", variables.Select(variable => $"    \"{variable.Name}\": \"{variable.Value}\""));
        return
        [
            new("Set these variables, and start claude in the same shell.", Exports(variables)),
            new("Or put them in ~/.claude/settings.json, for all of your runs.", $"{{\n  \"env\": {{\n{entries}\n  }}\n}}"),
        ];
    }

    public static IReadOnlyList<SetupStep> Codex(SetupTarget target) =>
    [
        new(
            "Add this to ~/.codex/config.toml.",
            $"[otel]\nexporter = {{ otlp-http = {{ endpoint = \"{target.Url}/v1/logs\", protocol = \"binary\" }} }}"),
        new("Set this variable, and start codex in the same shell.", Exports(IdentityOf(target))),
    ];

    public static IReadOnlyList<SetupStep> GeminiCli(SetupTarget target) =>
    [
        new(
            "Set these variables, and start gemini in the same shell.",
            Exports(
                ("GEMINI_TELEMETRY_ENABLED", "true"),
                ("GEMINI_TELEMETRY_TARGET", "local"),
                ("GEMINI_TELEMETRY_OTLP_ENDPOINT", target.Url),
                ("GEMINI_TELEMETRY_OTLP_PROTOCOL", "http"),
                ("GEMINI_TELEMETRY_LOG_PROMPTS", "false"),
                IdentityOf(target))),
    ];

    public static IReadOnlyList<SetupStep> OpenTelemetry(SetupTarget target)
    {
        const string Service = "service.name=my-agent";
        return
        [
            new(
                "Set these variables for a program that records its model calls by the semantic conventions for generative AI.",
                Exports(
                [
                    ("OTEL_EXPORTER_OTLP_ENDPOINT", target.Url),
                    ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
                    ("OTEL_TRACES_EXPORTER", "otlp"),
                    .. target.Key is null
                        ? [(Attributes, $"{Service},{IdentityOf(target).Value}")]
                        : new[] { IdentityOf(target), (Attributes, Service) },
                ])),
        ];
    }

    /// <summary>Formats variables as commands of a shell.</summary>
    public static string Exports(params IEnumerable<(string Name, string Value)> variables) => string.Join(
        '\n', variables.Select(variable => $"export {variable.Name}={(variable.Value.AsSpan().ContainsAny('=', ' ') ? $"\"{variable.Value}\"" : variable.Value)}"));

    private static (string Name, string Value) IdentityOf(SetupTarget target) =>
        target.Key is { } key ? (Headers, $"X-API-Key={key}") : (Attributes, $"entourage.agent_id={target.Agent}");
}
