using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Audit;

/// <summary>Tests of who changed what.</summary>
internal abstract class AuditFixture(Store store) : ApiFixture(store)
{
    /// <summary>The entries of a team, the oldest first; what it takes to make the team leaves none.</summary>
    protected Task<IReadOnlyList<JsonNode>> EntriesAsync(TestTeam team, string query = "") => EntriesAsync($"?team_id={team.Id}{query}");

    /// <summary>Some entries, the oldest first.</summary>
    protected async Task<IReadOnlyList<JsonNode>> EntriesAsync(string query) =>
        [.. (await Api.GetAsync("/audit" + query)).Ok.AsArray().Select(entry => entry!).Reverse()];

    /// <summary>Checks all that an entry says; its team is the given one, and its organisation that team's.</summary>
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

    /// <summary>Checks that JSON says the same as another; of numbers that is the amount, and not how many zeros follow.</summary>
    protected static void CheckJson(JsonNode? found, JsonNode expected) =>
        Assert.That(JsonNode.DeepEquals(found, expected), Is.True, $"{found?.ToJsonString()} is not {expected.ToJsonString()}");
}
