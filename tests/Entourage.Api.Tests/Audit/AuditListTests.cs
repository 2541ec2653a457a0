using System.Globalization;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Audit;

/// <summary>Queries of the audit trail.</summary>
internal sealed class AuditListTests(Store store) : AuditFixture(store)
{
    [Test]
    public async Task Entries_are_listed_newest_first_in_pages()
    {
        var team = await Api.CreateTeamAsync();
        for (var usd = 1; usd <= 7; usd++)
        {
            await team.ConfigureAsync(new { daily_cost_limit_usd = usd });
        }

        var listed = new List<JsonNode>();
        for (var path = $"/audit?team_id={team.Id}&limit=3"; path is not null;)
        {
            var answer = await Api.GetAsync(path);
            Assert.That(answer.Ok.AsArray(), Has.Count.InRange(1, 3));
            listed.AddRange(answer.Json.AsArray().Select(entry => entry!));
            path = answer.NextPath();
        }

        Assert.That(listed.Select(entry => entry["new"]!.Usd("daily_cost_limit_usd")), Is.EqualTo(new decimal?[] { 7, 6, 5, 4, 3, 2, 1 }));
        Assert.That(listed.Select(entry => entry.Number("id")), Is.Ordered.Descending.And.Unique);
    }

    [Test]
    public async Task Filters_narrow_the_list_separately_and_together()
    {
        var (team, other) = (await Api.CreateTeamAsync(), await Api.CreateTeamAsync());
        var began = Host.Clock.GetUtcNow();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        await other.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        Host.Clock.Advance(TimeSpan.FromDays(1));
        _ = (await Api.PostAsync($"/agents/{team.Agent}/pause", new { reason = "look" })).Ok;
        _ = (await Api.PostAsync($"/orgs/{team.Organisation}/pause", new { reason = "look" })).Ok;

        var (day, next) = (Text(began, "yyyy-MM-dd"), Text(began.AddDays(1), "yyyy-MM-ddTHH:mm:ssZ"));
        (string Query, string[] Actions)[] cases =
        [
            ($"?team_id={team.Id}", ["team_settings_changed", "paused"]),
            ($"?org_id={team.Organisation}", ["team_settings_changed", "paused", "paused"]),
            ($"?org_id={team.Organisation}&team_id={other.Id}", []),
            ($"?team_id={team.Id}&action=paused", ["paused"]),
            ($"?team_id={team.Id}&action=resumed", []),
            ($"?team_id={team.Id}&actor=operator", ["team_settings_changed", "paused"]),
            ($"?team_id={team.Id}&actor=nobody", []),
            ($"?subject={team.Agent.ToUpperInvariant()}", ["paused"]),
            ($"?subject=agent:{team.Agent}", ["paused"]),
            ($"?subject=team:{team.Agent}", []),
            ($"?org_id={team.Organisation}&to={day}", ["team_settings_changed"]),
            ($"?org_id={team.Organisation}&to={next}", ["team_settings_changed"]),
            ($"?org_id={team.Organisation}&from={next}", ["paused", "paused"]),
            ($"?org_id={team.Organisation}&from={day}&to={Text(began.AddDays(1), "yyyy-MM-dd")}&action=paused&subject={team.Agent}", ["paused"]),
        ];
        foreach (var (query, actions) in cases)
        {
            Assert.That((await EntriesAsync(query)).Select(entry => entry.Text("action")), Is.EqualTo(actions), query);
        }

        static string Text(DateTimeOffset instant, string format) => instant.ToString(format, CultureInfo.InvariantCulture);
    }

    [Test]
    public async Task Store_refuses_to_change_or_remove_an_entry()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        var before = (await Api.GetAsync($"/audit?team_id={team.Id}")).Text;

        Assert.Multiple(() =>
        {
            Assert.That(() => Host.ExecuteAsync($"UPDATE AuditEntries SET Actor = 'nobody'"), Throws.Exception.With.Message.Contains("append-only"));
            Assert.That(() => Host.ExecuteAsync($"DELETE FROM AuditEntries"), Throws.Exception.With.Message.Contains("append-only"));
        });
        Assert.That((await Api.GetAsync($"/audit?team_id={team.Id}")).Text, Is.EqualTo(before));
    }
}
