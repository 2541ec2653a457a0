using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Alerts;

/// <summary>The base of tests about alerts.</summary>
internal abstract class AlertFixture(Store store) : ApiFixture(store)
{
    /// <summary>Lists a team's alerts of the given kinds, oldest first.</summary>
    protected static async Task<IReadOnlyList<JsonNode>> AlertsAsync(TestTeam team, params string[] kinds) =>
        [.. (await team.Api.GetAsync($"/teams/{team.Id}/alerts?limit=200")).Ok.AsArray()
            .Select(alert => alert!)
            .Where(alert => kinds.Contains(alert.Text("kind")))
            .Reverse()];

    /// <summary>Reports tokens and optionally an error.</summary>
    protected static async Task<JsonNode> UseTokensAsync(
        TestTeam team, long session, long tokens, string? error = null, DateTimeOffset? occurredAt = null, decimal cost = 0.01m) =>
        (await team.Api.PostAsync(
            $"/sessions/{session}/usage", new { input_tokens = tokens, output_tokens = 0, cost_usd = cost, error, occurred_at = occurredAt })).Ok;

    /// <summary>Counts a team's events of a kind.</summary>
    protected Task<int> CountEventsAsync(int kind) => Host.CountAsync($"Events WHERE Kind = {kind}");
}
