using System.Net;
using System.Text.RegularExpressions;
using Entourage.Testing;

namespace Entourage.Api.Tests.Organisations;

/// <summary>Organisations, teams, agents, and paging.</summary>
internal sealed partial class OrganisationTests(Store store) : ApiFixture(store)
{
    [Test]
    public async Task Created_resource_can_be_read_at_its_location()
    {
        var team = await Api.CreateTeamAsync("Europe/Berlin");
        var organisation = await Api.PostAsync("/orgs", new { name = "Größe & 会社 🚀", slug = $"o-{team.Id}" });

        var read = await Api.Http.GetStringAsync(organisation.Headers.Location);
        var shown = (await Api.GetAsync($"/teams/{team.Id}")).Ok;

        Assert.Multiple(() =>
        {
            Assert.That(read, Is.EqualTo(organisation.Text));
            Assert.That(organisation.Created.Text("name"), Is.EqualTo("Größe & 会社 🚀"));
            Assert.That(Guid.Parse(organisation.Json.Text("id")!).Version, Is.EqualTo(7));
            Assert.That(organisation.Json.Text("created_at"), Is.EqualTo("2026-06-10T12:00:00Z"));
            Assert.That(shown.Text("org_id"), Is.EqualTo(team.Organisation));
            Assert.That(shown.Text("timezone"), Is.EqualTo("Europe/Berlin"));
            Assert.That(shown.Text("status"), Is.EqualTo("active"));
            Assert.That(shown.Items("agents").Single().Text("id"), Is.EqualTo(team.Agent));
        });
    }

    [Test]
    public async Task Slug_is_unique_within_its_organisation()
    {
        var (first, second) = (await Api.CreateTeamAsync(), await Api.CreateTeamAsync());
        var body = new { name = "Core", slug = "same" };

        Assert.That((await Api.PostAsync($"/orgs/{first.Organisation}/teams", body)).Status, Is.EqualTo(HttpStatusCode.Created));
        Assert.That((await Api.PostAsync($"/orgs/{second.Organisation}/teams", body)).Status, Is.EqualTo(HttpStatusCode.Created));
        Assert.That((await Api.PostAsync($"/orgs/{first.Organisation}/teams", body)).Status, Is.EqualTo(HttpStatusCode.Conflict));
    }

    [Test]
    public async Task Agent_is_changed_member_by_member()
    {
        var team = await Api.CreateTeamAsync();

        var renamed = (await Api.PatchAsync($"/agents/{team.Agent}", new { name = "reviewer-1", role = "reviewer" })).Ok;
        var withoutModel = (await Api.PatchAsync($"/agents/{team.Agent}", """{"model": null}""")).Ok;

        Assert.Multiple(() =>
        {
            Assert.That(renamed.Text("model"), Is.EqualTo("claude-sonnet-4-20250514"));
            Assert.That(withoutModel.Text("name"), Is.EqualTo("reviewer-1"));
            Assert.That(withoutModel.Text("role"), Is.EqualTo("reviewer"));
            Assert.That(withoutModel["model"], Is.Null);
        });
    }

    [Test]
    public async Task Agent_names_are_unique_within_a_team_and_case_sensitive()
    {
        var team = await Api.CreateTeamAsync();
        var other = await Api.CreateAgentAsync(team.Id, "ENG-1");

        Assert.That((await Api.PostAsync($"/teams/{team.Id}/agents", new { name = "eng-1" })).Status, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That((await Api.PatchAsync($"/agents/{other}", new { name = "eng-1" })).Status, Is.EqualTo(HttpStatusCode.Conflict));
    }

    [Test]
    public async Task Agent_is_working_while_it_has_an_active_session()
    {
        var team = await Api.CreateTeamAsync();
        Assert.That(await StatusAsync(), Is.EqualTo("idle"));
        var session = await team.StartAsync();
        Assert.That(await StatusAsync(), Is.EqualTo("working"));
        await Api.PostAsync($"/sessions/{session}/end", null);
        Assert.That(await StatusAsync(), Is.EqualTo("idle"));

        async Task<string?> StatusAsync() => (await Api.GetAsync($"/agents/{team.Agent}")).Ok.Text("status");
    }

    [Test]
    public async Task Links_of_a_list_lead_to_every_item_once()
    {
        var team = await Api.CreateTeamAsync();
        foreach (var number in Enumerable.Range(2, 6))
        {
            await Api.CreateAgentAsync(team.Id, $"eng-{number}");
            await Api.PostAsync($"/orgs/{team.Organisation}/teams", new { name = "More", slug = $"more-{number}" });
            await team.StartAsync(await team.CreateTaskAsync());
        }

        var session = await team.StartAsync();
        foreach (var cost in Enumerable.Range(1, 7))
        {
            await team.UseAsync(session, cost);
        }

        Assert.That(await FollowLinksAsync($"/teams/{team.Id}/agents?limit=3", "name"), Is.EqualTo(Enumerable.Range(1, 7).Select(number => $"eng-{number}")));
        Assert.That(await FollowLinksAsync($"/orgs/{team.Organisation}/teams?limit=2", "slug"), Has.Count.EqualTo(7).And.Ordered);
        Assert.That(await FollowLinksAsync($"/teams/{team.Id}/tasks?limit=4&status=todo", "id"), Has.Count.EqualTo(6).And.Unique);
        Assert.That(await FollowLinksAsync($"/agents/{team.Agent}/sessions?limit=1&status=active", "id"), Has.Count.EqualTo(7).And.Unique);
        Assert.That(await FollowLinksAsync($"/sessions/{session}/usage?limit=2", "cost_usd"), Is.EqualTo(new[] { "7", "6", "5", "4", "3", "2", "1" }.Select(usd => usd + ".00")));
        Assert.That((await FollowLinksAsync("/orgs?limit=1", "id")).Distinct().Count(), Is.EqualTo(await Host.CountAsync("Organisations")));
        Assert.That(await FollowLinksAsync($"/teams/{team.Id}/costs?limit=3", "session_id", "sessions"), Has.Count.EqualTo(7).And.Unique);

        async Task<List<string>> FollowLinksAsync(string path, string member, string? list = null)
        {
            var values = new List<string>();
            for (var next = path; next is not null;)
            {
                var page = await Api.GetAsync(next);
                values.AddRange((list is null ? page.Ok : page.Ok[list]!).AsArray().Select(item => item![member]!.ToString()));
                next = page.Header("Link") is { } link ? NextLink.Match(link).Groups["path"].Value : null;
            }

            return values;
        }
    }

    [GeneratedRegex("^<http://[^/]+/api/v1(?<path>[^>]+)>; rel=\"next\"$")]
    private static partial Regex NextLink { get; }

    [Test]
    public async Task Organisation_and_team_are_renamed_and_keep_their_slugs_and_settings()
    {
        var team = await Api.CreateTeamAsync();
        var settings = await Api.GetAsync($"/settings/teams/{team.Id}");
        foreach (var path in new[] { $"/orgs/{team.Organisation}", $"/teams/{team.Id}" })
        {
            var before = (await Api.GetAsync(path)).Ok;
            var renamed = (await Api.PatchAsync(path, new { name = "Ünïcode & co" })).Ok;

            Assert.That((renamed.Text("name"), renamed.Text("slug")), Is.EqualTo(("Ünïcode & co", before.Text("slug"))), path);
            Assert.That((await Api.GetAsync(path)).Ok.Text("name"), Is.EqualTo("Ünïcode & co"), path);
            Assert.That((await Api.PatchAsync(path, new { slug = "another" })).Status, Is.EqualTo(System.Net.HttpStatusCode.BadRequest), path);
        }

        Assert.That((await Api.GetAsync($"/settings/teams/{team.Id}")).Header("ETag"), Is.EqualTo(settings.Header("ETag")), "the settings are unchanged");
        Assert.That((await Api.PatchAsync("/teams/018f0000-0000-7000-8000-000000000000", new { name = "x" })).Status, Is.EqualTo(System.Net.HttpStatusCode.NotFound));
    }
}
