namespace Entourage.Api.Documentation;

/// <summary>The groups of operations in the API description.</summary>
internal static class ApiTags
{
    /// <summary>The descriptions by name, in the order of the interactive page.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["Organisations"] = "Organisations, their teams and their costs.",
        ["Teams"] = "Teams with their agents, tasks, costs and events.",
        ["Agents"] = "Agents with their budgets, sessions and events.",
        ["Tasks"] = "Tasks and cost guidelines.",
        ["Sessions"] = "Sessions with their usage and reservations.",
        ["Settings"] = "Spending limits and other settings.",
        ["Budgets"] = "Limits in dollars or tokens, and the caps in the settings.",
        ["Prices"] = "Prices of models.",
        ["Stops"] = "Pauses of agents, teams and organisations.",
        ["Archive"] = "The archive of agents, teams and organisations.",
        ["Alerts"] = "Alerts of teams and organisations.",
        ["Human requests"] = "Requests from agents to people.",
        ["Webhooks"] = "Webhooks that receive the events of a team or an organisation.",
        ["Keys"] = "API keys.",
        ["Audit"] = "The audit trail.",
        ["Gateway"] = "How clients reach providers through this server.",
        ["Hooks"] = "Answers to the hooks of agents.",
        ["Telemetry"] = "OpenTelemetry over HTTP, from which usage is recorded.",
    };
}
