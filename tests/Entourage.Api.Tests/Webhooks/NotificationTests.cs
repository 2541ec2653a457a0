using System.Net;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Webhooks;

/// <summary>Notifications in the formats of receivers, for teams and organisations.</summary>
internal sealed class NotificationTests(Store store) : WebhookFixture(store)
{
    [Test]
    public async Task Microsoft_teams_receives_a_card_that_shows_text_as_written()
    {
        await CreateAsync(["session"], "microsoft_teams");
        var agent = await Api.CreateAgentAsync(Team.Id, "[click](https://evil.example) *now*");
        var session = await Team.StartAsync(agent: agent);

        var card = (await Receiver.ReadAsync()).Json["attachments"]![0]!;
        Assert.That(card.Text("contentType"), Is.EqualTo("application/vnd.microsoft.card.adaptive"));
        var block = card["content"]!["body"]![0]!;
        Assert.That(block.Text("type"), Is.EqualTo("RichTextBlock"));
        Assert.That(
            block["inlines"]![0]!.Text("text"), Is.EqualTo($"Session {session} of “[click](https://evil.example) *now*” has begun."));
    }

    [Test]
    public async Task Pagerduty_receives_an_incident_with_its_key_and_the_figures()
    {
        var team = await Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        (await Api.PostAsync(
            $"/teams/{team.Id}/webhooks", new { url = Receiver.Url, events = new[] { "alert" }, format = "pagerduty", routing_key = "R0UT1NG" })).Created.ToJsonString();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        await team.UseAsync(await team.StartAsync(), 2m);

        var incident = (await Receiver.ReadAsync()).Json;
        Assert.Multiple(() =>
        {
            Assert.That((incident.Text("routing_key"), incident.Text("event_action")), Is.EqualTo(("R0UT1NG", "trigger")));
            Assert.That(incident.Text("dedup_key"), Is.Not.Empty);
            Assert.That(incident["payload"]!.Text("summary"), Is.EqualTo("Alert (budget_exceeded): All of the team's daily budget of $1.00 is spent: $2.00."));
            Assert.That(incident["payload"]!.Text("severity"), Is.EqualTo("critical"));
            Assert.That(incident["payload"]!["custom_details"]!["details"]!.Usd("spent_usd"), Is.EqualTo(2m));
        });
    }

    [Test]
    public async Task Organisation_hears_of_all_its_teams_and_of_no_other_organisation()
    {
        var created = (await Api.PostAsync(
            $"/orgs/{Team.Organisation}/webhooks", new { url = Receiver.Url, events = new[] { "session", "usage" }, format = "slack" })).Created;
        Assert.That((created.Text("org_id"), created["team_id"]), Is.EqualTo((Team.Organisation, default(JsonNode))));
        var other = await Api.CreateTeamAsync();
        await other.StartAsync();
        var second = (await Api.PostAsync($"/orgs/{Team.Organisation}/teams", new { name = "Night shift", slug = "night" })).Created.Text("id")!;
        var agent = await Api.CreateAgentAsync(second, "eng-2");

        var session = await Team.StartAsync(agent: agent);
        await Team.UseAsync(session, 0.5m);
        var texts = new[] { await Receiver.ReadAsync(), await Receiver.ReadAsync() }.Select(message => message.Json.Text("text")).ToArray();
        Assert.That(texts, Has.One.EqualTo($"“Night shift”: Session {session} of eng-2 has begun."), "deliveries may overtake each other");
        Assert.That(texts, Has.One.StartsWith($"“Night shift”: Session {session} used 100 input"));
        Assert.That(Receiver.All, Has.Count.EqualTo(2));

        Assert.That(
            (await Api.GetAsync($"/orgs/{Team.Organisation}/webhooks")).Ok.AsArray().Select(webhook => webhook!.Text("id")), Is.EqualTo(new[] { created.Text("id") }));
        Assert.That((await Api.GetAsync($"/teams/{Team.Id}/webhooks")).Ok.AsArray(), Is.Empty);
        await Api.SendAsync(HttpMethod.Delete, $"/webhooks/{created.Text("id")}", null);
        Assert.That((await Api.GetAsync($"/orgs/{Team.Organisation}/webhooks")).Ok.AsArray(), Is.Empty);
    }

    [Test]
    public async Task Organisation_cap_reaches_the_organisation()
    {
        var team = await Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        (await Api.PostAsync($"/orgs/{team.Organisation}/webhooks", new { url = Receiver.Url, events = new[] { "alert" } })).Created.ToJsonString();
        (await Api.PatchAsync($"/settings/orgs/{team.Organisation}", new { daily_cost_limit_usd = 1m })).Ok.ToJsonString();
        await team.UseAsync(await team.StartAsync(), 2m);

        var message = (await Receiver.ReadAsync()).Json;
        Assert.That((message.Text("team_id"), message["data"]!["details"]!.Text("scope")), Is.EqualTo((team.Id, "organisation")));
    }

    [TestCase("pagerduty", null, "routing_key")]
    [TestCase("slack", "R0UT1NG", "routing_key")]
    [TestCase("email", null, "url")]
    public async Task Invalid_target_is_refused(string format, string? routingKey, string member)
    {
        var answer = await Api.PostAsync($"/teams/{Team.Id}/webhooks", new { url = Receiver.Url, events = new[] { "alert" }, format, routing_key = routingKey });
        Assert.That(answer.Expect(HttpStatusCode.UnprocessableEntity)["errors"]!.AsObject().Select(error => error.Key), Is.EqualTo(new[] { member }));
    }

    [Test]
    public async Task Email_needs_a_mail_server()
    {
        var answer = await Api.PostAsync($"/teams/{Team.Id}/webhooks", new { url = "mailto:lead@example.com", events = new[] { "alert" }, format = "email" });
        Assert.That(answer.Expect(HttpStatusCode.UnprocessableEntity)["errors"]!["url"]![0]!.GetValue<string>(), Does.Contain("Email:Host"));
    }
}
