using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Audit;

/// <summary>The base of tests about the audit trail.</summary>
internal abstract class AuditFixture(Store store) : ApiFixture(store)
{
    /// <summary>Lists a team's entries, oldest first, without those of its creation.</summary>
    protected Task<IReadOnlyList<JsonNode>> EntriesAsync(TestTeam team, string query = "") => EntriesAsync($"?team_id={team.Id}{query}");

    /// <summary>Lists entries, oldest first.</summary>
    protected async Task<IReadOnlyList<JsonNode>> EntriesAsync(string query) =>
        [.. (await Api.GetAsync("/audit" + query)).Ok.AsArray().Select(entry => entry!).Reverse()];

    /// <summary>Checks every member of an entry about a team.</summary>
    protected static void Check(JsonNode entry, TestTeam team, string action, string subject, string? old, string? @new, string actor = "operator") =>
        CheckJson(entry, new JsonObject
        {
            ["id"] = entry.Number("id"),
            ["at"] = "2026-06-10T12:00:00Z",
            ["org_id"] = team.Organisation,
            ["team_id"] = subject.StartsWith("organisation:", StringComparison.Ordinal) ? null : team.Id,
            ["actor"] = actor,
            ["key_id"] = null,
            ["actor_kind"] = actor == "entourage" ? "product" : "operator",
            ["actor_issuer"] = null,
            ["actor_subject"] = null,
            ["action"] = action,
            ["subject_kind"] = subject[..subject.IndexOf(':', StringComparison.Ordinal)],
            ["subject_id"] = subject[(subject.IndexOf(':', StringComparison.Ordinal) + 1)..],
            ["old"] = old is null ? null : JsonNode.Parse(old),
            ["new"] = @new is null ? null : JsonNode.Parse(@new),
        });

    /// <summary>Checks that two JSON values are equal. Numbers are compared by value, without regard to trailing zeros.</summary>
    protected static void CheckJson(JsonNode? found, JsonNode expected) =>
        Assert.That(JsonNode.DeepEquals(found, expected), Is.True, $"{found?.ToJsonString()} is not {expected.ToJsonString()}");
}
