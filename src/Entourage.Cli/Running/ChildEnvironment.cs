using System.Collections;
using System.Globalization;
using Entourage.Cli.Configuration;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Running;

/// <summary>The environment of a command: the server, the agent and session, the telemetry settings, and the gateway.</summary>
internal static class ChildEnvironment
{
    private const string Headers = "OTEL_EXPORTER_OTLP_HEADERS";
    private const string LabelAttribute = "entourage.label.";
    private const string Attributes = "OTEL_RESOURCE_ATTRIBUTES";

    /// <summary>Creates the environment from this program's environment and the given values.</summary>
    /// <param name="server">The server.</param>
    /// <param name="agentId">The agent, or null if only its name is known.</param>
    /// <param name="taskId">The task, if any.</param>
    /// <param name="labels">The labels of what the command uses.</param>
    /// <param name="session">The session of the command, or null for none.</param>
    /// <param name="gateway">The gateway, or null if it is not used.</param>
    public static IReadOnlyDictionary<string, string> Create(
        Server server, Guid? agentId, long? taskId, IReadOnlyDictionary<string, string> labels, Session? session, GatewayAccess? gateway)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            variables[(string)variable.Key] = (string)variable.Value!;
        }

        var url = server.Url.AbsoluteUri.TrimEnd('/');
        variables["ENTOURAGE_URL"] = url;
        variables["CLAUDE_CODE_ENABLE_TELEMETRY"] = "1";
        variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = url;
        variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        variables["OTEL_LOGS_EXPORTER"] = "otlp";
        variables["OTEL_METRICS_EXPORTER"] = "otlp";

        // The agent keeps spending until a call is exported, so export often, unless the user has set an interval.
        variables.TryAdd("OTEL_LOGS_EXPORT_INTERVAL", "1000");
        variables.TryAdd("OTEL_BLRP_SCHEDULE_DELAY", "1000");
        variables.TryAdd("OTEL_BSP_SCHEDULE_DELAY", "1000");
        variables.TryAdd("OTEL_METRIC_EXPORT_INTERVAL", "10000");

        // Gemini CLI reads the headers from the standard variable, and the rest from its own.
        variables["GEMINI_TELEMETRY_ENABLED"] = "true";
        variables["GEMINI_TELEMETRY_TARGET"] = "local";
        variables["GEMINI_TELEMETRY_OTLP_ENDPOINT"] = url;
        variables["GEMINI_TELEMETRY_OTLP_PROTOCOL"] = "http";
        variables.TryAdd("GEMINI_TELEMETRY_LOG_PROMPTS", "false");
        if (server.ApiKey is { } key)
        {
            variables["ENTOURAGE_API_KEY"] = key;
            Append(variables, Headers, $"x-api-key={Uri.EscapeDataString(key)}");
        }

        // The session and task of an outer run are not this command's.
        variables.Remove("ENTOURAGE_SESSION_ID");
        variables.Remove("ENTOURAGE_TASK_ID");

        // This run's session has used the token.
        variables.Remove("ENTOURAGE_PARENT_TOKEN");
        Set(variables, "ENTOURAGE_AGENT_ID", "entourage.agent_id", agentId?.ToString());
        Set(variables, "ENTOURAGE_SESSION_ID", "entourage.session_id", session?.Id.ToString(CultureInfo.InvariantCulture));
        Set(variables, "ENTOURAGE_TASK_ID", "entourage.task_id", taskId?.ToString(CultureInfo.InvariantCulture));
        foreach (var label in labels)
        {
            SetAttribute(variables, LabelAttribute + label.Key, Uri.EscapeDataString(label.Value));
        }

        gateway?.AddTo(variables);
        return variables;
    }

    private static void Set(Dictionary<string, string> variables, string name, string attribute, string? value)
    {
        SetAttribute(variables, attribute, value);
        if (value is not null)
        {
            variables[name] = value;
        }
    }

    private static void SetAttribute(Dictionary<string, string> variables, string attribute, string? value)
    {
        // In a nested run, replace the attribute of the outer run.
        if (variables.TryGetValue(Attributes, out var existing))
        {
            variables[Attributes] = string.Join(',', existing.Split(',').Where(one => one.Length > 0 && !one.StartsWith(attribute + '=', StringComparison.Ordinal)));
        }

        if (value is not null)
        {
            Append(variables, Attributes, $"{attribute}={value}");
        }
    }

    private static void Append(Dictionary<string, string> variables, string name, string value) =>
        variables[name] = variables.TryGetValue(name, out var existing) && existing.Length > 0 ? $"{existing},{value}" : value;
}
