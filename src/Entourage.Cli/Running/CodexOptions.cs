namespace Entourage.Cli.Running;

/// <summary>
/// Points the telemetry of Codex at the server. Codex reads only the headers from the environment, so it gets options before its own
/// arguments.
/// </summary>
internal static class CodexOptions
{
    private const string Program = "codex";
    private const string Exporter = "otel.exporter";

    /// <summary>Returns the command, with added options if it is Codex and its user has not chosen an exporter.</summary>
    /// <param name="command">The command and its arguments.</param>
    /// <param name="server">The server's address.</param>
    public static IReadOnlyList<string> AddTo(IReadOnlyList<string> command, Uri server)
    {
        if (!Path.GetFileNameWithoutExtension(command[0]).Equals(Program, StringComparison.OrdinalIgnoreCase) || ChoosesExporter(command))
        {
            return command;
        }

        // Events contain the usage of each call. Spans and counters would repeat it.
        var logs = new Uri(server, "/v1/logs").AbsoluteUri;
        return [command[0], "-c", $"{Exporter}={{otlp-http={{endpoint=\"{logs}\",protocol=\"binary\"}}}}", .. command.Skip(1)];
    }

    // As -c KEY=VALUE, -cKEY=VALUE, --config KEY=VALUE or --config=KEY=VALUE; arguments after -- are not options.
    private static bool ChoosesExporter(IReadOnlyList<string> command) => command.Skip(1).TakeWhile(argument => argument != "--").Any(argument =>
    {
        var setting = argument.StartsWith("--config=", StringComparison.Ordinal) ? argument["--config=".Length..]
            : argument.StartsWith("-c", StringComparison.Ordinal) ? argument[2..].TrimStart('=')
            : argument;
        return setting.StartsWith(Exporter + '=', StringComparison.Ordinal)
            || setting.StartsWith(Exporter + '.', StringComparison.Ordinal)
            || setting.StartsWith("otel=", StringComparison.Ordinal);
    });
}
