namespace Entourage.Cli.Running;

/// <summary>
/// Points Codex at the server: its telemetry, and its calls if the server has a gateway. Codex reads only headers from the environment, so it gets options
/// before its own arguments.
/// </summary>
internal static class CodexOptions
{
    private const string Program = "codex";

    /// <summary>Returns the command, with added options if it is Codex and its user has not chosen others.</summary>
    /// <param name="command">The command and its arguments.</param>
    /// <param name="server">The server's address.</param>
    /// <param name="gateway">The gateway, or null if it is not used.</param>
    public static IReadOnlyList<string> AddTo(IReadOnlyList<string> command, Uri server, GatewayAccess? gateway)
    {
        if (!ProgramName.Is(command, Program))
        {
            return command;
        }

        // Events contain the usage of each call. Spans and counters would repeat it.
        var logs = new Uri(server, "/v1/logs").AbsoluteUri;
        string[] exporter = Chooses(command, "otel.exporter", "otel") ? [] : ["-c", $"otel.exporter={{otlp-http={{endpoint=\"{logs}\",protocol=\"binary\"}}}}"];
        string[] provider = gateway is null || Chooses(command, "model_provider") ? [] : [.. gateway.CodexOptions];
        return [command[0], .. exporter, .. provider, .. command.Skip(1)];
    }

    // As -c KEY=VALUE, -cKEY=VALUE, --config KEY=VALUE or --config=KEY=VALUE; arguments after -- are not options.
    private static bool Chooses(IReadOnlyList<string> command, string key, string? table = null) => command.Skip(1).TakeWhile(argument => argument != "--").Any(argument =>
    {
        var setting = argument.StartsWith("--config=", StringComparison.Ordinal) ? argument["--config=".Length..]
            : argument.StartsWith("-c", StringComparison.Ordinal) ? argument[2..].TrimStart('=')
            : argument;
        return setting.StartsWith(key + '=', StringComparison.Ordinal)
            || setting.StartsWith(key + '.', StringComparison.Ordinal)
            || (table is not null && setting.StartsWith(table + '=', StringComparison.Ordinal));
    });
}
