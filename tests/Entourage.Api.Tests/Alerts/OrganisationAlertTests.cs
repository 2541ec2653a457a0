using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Alerts;

/// <summary>The alerts and events of an organisation.</summary>
internal sealed class OrganisationAlertTests(Store store) : ApiFixture(store)
{
    [Test]
    public async Task Organisation_lists_the_alerts_of_its_teams_only()
    {
        var (team, other) = (await Api.CreateTeamAsync(), await Api.CreateTeamAsync());
        (await Api.PatchAsync($"/settings/orgs/{team.Organisation}", new { daily_cost_limit_usd = 1m })).Ok.ToJsonString();
        await other.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        await team.UseAsync(await team.StartAsync(), 2m);
        await other.UseAsync(await other.StartAsync(), 2m);

        var alerts = (await Api.GetAsync($"/orgs/{team.Organisation}/alerts?kind=budget_exceeded")).Ok.AsArray();
        Assert.That(alerts.Select(alert => (alert!.Text("team_id"), alert!["details"]!.Text("scope"))), Is.EqualTo(new[] { (team.Id, "organisation") }));

        Assert.That((await Api.PostAsync($"/orgs/{team.Organisation}/alerts/acknowledge", null)).Ok.Number("acknowledged"), Is.Positive);
        Assert.That((await Api.GetAsync($"/orgs/{team.Organisation}/alerts?status=open")).Ok.AsArray(), Is.Empty);
        Assert.That((await Api.GetAsync($"/teams/{other.Id}/alerts?status=open")).Ok.AsArray(), Is.Not.Empty);
    }

    [Test]
    public async Task Stream_of_an_organisation_has_the_events_of_all_its_teams()
    {
        var (team, other) = (await Api.CreateTeamAsync(model: ApiClient.UnlistedModel), await Api.CreateTeamAsync(model: ApiClient.UnlistedModel));
        var second = (await Api.PostAsync($"/orgs/{team.Organisation}/teams", new { name = "Second", slug = "second" })).Created.Text("id")!;
        var agent = await Api.CreateAgentAsync(second, "eng-2", ApiClient.UnlistedModel);
        await using var watcher = await EventReader.OpenAsync(Api, $"/orgs/{team.Organisation}/events");
        await other.UseAsync(await other.StartAsync(), 0.1m);

        var session = await team.StartAsync();
        var first = (await watcher.ReadAsync(1)).Single();
        Assert.That((first.Kind, first.Json.Text("team_id")), Is.EqualTo(("session", team.Id)));
        await team.UseAsync(session, 0.1m);
        Assert.That((await watcher.ReadAsync(1)).Single().Json.Text("team_id"), Is.EqualTo(team.Id));
        await team.UseAsync(await team.StartAsync(agent: agent), 0.1m);
        var rest = await watcher.ReadAsync(2);
        Assert.That(rest.Select(item => (item.Kind, item.Json.Text("team_id"))), Is.EquivalentTo(new[] { ("session", second), ("usage", second) }));
    }

    [Test]
    public async Task Unknown_organisation_has_neither_alerts_nor_events()
    {
        var unknown = Guid.CreateVersion7(Host.Clock.GetUtcNow());
        foreach (var path in new[] { "alerts", "events", "webhooks" })
        {
            (await Api.GetAsync($"/orgs/{unknown}/{path}")).Expect(HttpStatusCode.NotFound).ToJsonString();
        }
    }
}
