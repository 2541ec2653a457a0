using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Events;

/// <summary>The event streams of teams and agents.</summary>
internal sealed class EventTests(Store store) : ApiFixture(store)
{
    [Test]
    public async Task Stream_has_sessions_usage_and_settings_in_order()
    {
        var team = await Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        await using var watcher = await EventReader.OpenAsync(Api, $"/teams/{team.Id}/events");
        var session = await team.StartAsync();
        var usage = await team.UseAsync(session, 0.012m);
        await team.ConfigureAsync(new { daily_cost_limit_usd = 50m });
        _ = (await Api.PostAsync($"/sessions/{session}/end", new { error = "Rate limited" })).Ok;

        var received = await watcher.ReadAsync(4);
        Assert.That(received.Select(item => item.Kind), Is.EquivalentTo(new[] { "session", "usage", "settings", "session" }));
        Assert.That(received.Select(item => item.Id), Is.Unique);
        var used = received.Single(item => item.Kind == "usage").Json;
        var started = received.First(item => item.Kind == "session").Json;
        var ended = received.Last(item => item.Kind == "session").Json;
        Assert.Multiple(() =>
        {
            Assert.That(used.Text("type"), Is.EqualTo("usage"));
            Assert.That(used.Text("id"), Is.EqualTo(usage.Text("usage_id")));
            Assert.That(used.Text("timestamp"), Is.EqualTo("2026-06-10T12:00:00Z"));
            Assert.That((used.Text("team_id"), used.Text("agent_id"), used.Number("session_id")), Is.EqualTo((team.Id, team.Agent, session)));
            Assert.That(used["data"]!.Usd("cost_usd"), Is.EqualTo(0.012m));
            Assert.That((used["data"]!.Number("input_tokens"), used["data"]!.Number("output_tokens")), Is.EqualTo((100, 10)));
            Assert.That((started["data"]!.Text("status"), ended["data"]!.Text("status")), Is.EqualTo(("active", "failed")));
            Assert.That(ended["data"]!.Usd("cost_usd"), Is.EqualTo(0.012m));
            Assert.That(ended["data"]!.Text("error"), Is.EqualTo("Rate limited"));
            Assert.That(received.Single(item => item.Kind == "settings").Json["data"]!.Usd("daily_cost_limit_usd"), Is.EqualTo(50m));
        });
    }

    [Test]
    public async Task Stream_is_neither_buffered_nor_cached()
    {
        var team = await Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        await using var watcher = await EventReader.OpenAsync(Api, $"/teams/{team.Id}/events");
        Assert.That(watcher.Response.Content.Headers.ContentType?.MediaType, Is.EqualTo("text/event-stream"));
        Assert.That(watcher.Response.Headers.CacheControl?.NoStore, Is.True);
        Assert.That(watcher.Response.Headers.GetValues("X-Accel-Buffering"), Is.EqualTo(new[] { "no" }));
    }

    [Test]
    public async Task Stream_opens_with_its_position_and_writes_each_event_as_id_kind_and_data()
    {
        var team = await Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        var session = await team.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/teams/{team.Id}/events");
        using var response = await Api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var text = new StreamReader(await response.Content.ReadAsStreamAsync());
        var opening = new[] { await text.ReadLineAsync(), await text.ReadLineAsync(), await text.ReadLineAsync(), await text.ReadLineAsync() };
        Assert.That(opening[..2], Is.EqualTo(new[] { ": watching", "retry: 1000" }));
        Assert.That(opening[2], Does.Match("^id: u[0-9]+-e[0-9]+$"));
        Assert.That(opening[3], Is.Empty);

        var usage = await team.UseAsync(session, 0.012m);
        Assert.That(await text.ReadLineAsync(), Does.Match("^id: u[0-9]+-e[0-9]+$"));
        Assert.That(await text.ReadLineAsync(), Is.EqualTo("event: usage"));
        Assert.That(await text.ReadLineAsync(), Does.StartWith(
            $"data: {{\"type\":\"usage\",\"id\":\"{usage.Text("usage_id")}\",\"timestamp\":\"2026-06-10T12:00:00Z\",\"team_id\":\"{team.Id}\","
            + $"\"agent_id\":\"{team.Agent}\",\"session_id\":{session},\"data\":{{\"sequence\":"));
        Assert.That(await text.ReadLineAsync(), Is.Empty);
    }

    [Test]
    public async Task Stream_starts_with_the_present()
    {
        var team = await Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        var session = await team.StartAsync();
        await team.UseAsync(session, 1m);
        await using var watcher = await EventReader.OpenAsync(Api, $"/teams/{team.Id}/events");
        await team.UseAsync(session, 2m);
        await using var second = await EventReader.OpenAsync(Api, $"/teams/{team.Id}/events");
        await team.UseAsync(session, 3m);
        Assert.That((await watcher.ReadAsync(2)).Select(item => item.Json["data"]!.Usd("cost_usd")), Is.EqualTo(new decimal?[] { 2m, 3m }));
        Assert.That((await second.ReadAsync(1)).Select(item => item.Json["data"]!.Usd("cost_usd")), Is.EqualTo(new decimal?[] { 3m }));
    }

    [Test]
    public async Task Stream_resumes_after_the_last_event_id()
    {
        var team = await Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        var session = await team.StartAsync();
        string? last = null;
        var received = new List<ReceivedEvent>();
        for (var cut = 0; cut < 20; cut++)
        {
            await using var watcher = await EventReader.OpenAsync(Api, $"/teams/{team.Id}/events", last);
            for (var call = 0; call < 3; call++)
            {
                // Grows too slowly to raise an alert.
                await team.UseAsync(session, 1m + (cut / 100m) + (call / 1_000m));
            }

            await team.ConfigureAsync(new { daily_cost_limit_usd = 1_000m + cut });

            // Disconnects with unread events.
            received.AddRange(await watcher.ReadAsync(cut == 0 ? 2 : 4));
            last = received[^1].Id;
        }

        await using var final = await EventReader.OpenAsync(Api, $"/teams/{team.Id}/events", last);
        received.AddRange(await final.ReadAsync((20 * 4) - received.Count));
        Assert.Multiple(() =>
        {
            Assert.That(received.Where(item => item.Kind == "usage").Select(item => item.Json["data"]!.Usd("cost_usd")), Is.EqualTo(
                Enumerable.Range(0, 20).SelectMany(cut => Enumerable.Range(0, 3).Select(call => (decimal?)(1m + (cut / 100m) + (call / 1_000m))))));
            Assert.That(received.Where(item => item.Kind == "settings").Select(item => item.Json["data"]!.Usd("daily_cost_limit_usd")), Is.EqualTo(
                Enumerable.Range(0, 20).Select(cut => (decimal?)(1_000m + cut))));
        });
    }

    [Test]
    public async Task Agent_stream_has_its_own_events_and_those_of_the_whole_team()
    {
        var (team, other) = (await Api.CreateTeamAsync(model: ApiClient.UnlistedModel), await Api.CreateTeamAsync(model: ApiClient.UnlistedModel));
        var colleague = await Api.CreateAgentAsync(team.Id, "eng-2", ApiClient.UnlistedModel);
        await using var watcher = await EventReader.OpenAsync(Api, $"/agents/{team.Agent}/events");
        await team.UseAsync(await team.StartAsync(agent: colleague), 1m);
        await other.UseAsync(await other.StartAsync(), 2m);
        await team.ConfigureAsync(new { daily_cost_limit_usd = 50m });
        var session = await team.StartAsync();
        await team.UseAsync(session, 3m);

        var received = await watcher.ReadAsync(3);
        Assert.That(received.Select(item => item.Kind), Is.EquivalentTo(new[] { "settings", "session", "usage" }));
        Assert.That(received.Where(item => item.Kind != "settings").Select(item => item.Json.Number("session_id")), Is.All.EqualTo(session));

        await using var again = await EventReader.OpenAsync(Api, $"/agents/{team.Agent}/events", received[0].Id);
        Assert.That((await again.ReadAsync(2)).Select(item => item.Json.Text("id")), Is.EqualTo(received.Skip(1).Select(item => item.Json.Text("id"))));
    }

    [TestCase("nonsense")]
    [TestCase("u1")]
    [TestCase("u-1-e0")]
    [TestCase("u01-e0")]
    [TestCase("u0-e0x")]
    [TestCase("u99999999999999999999-e0")]
    [TestCase("u1000000000-e0")]
    [TestCase("u0-e1000000000")]
    public async Task Unissued_event_id_is_refused(string id)
    {
        var team = await Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        await team.ConfigureAsync(new { daily_cost_limit_usd = 50m });
        foreach (var path in new[] { $"/teams/{team.Id}/events", $"/agents/{team.Agent}/events" })
        {
            var answer = await Api.SendAsync(HttpMethod.Get, path, null, ("Last-Event-ID", id));
            Assert.That((answer.Status, answer.Json.Text("type")), Is.EqualTo((HttpStatusCode.BadRequest, "/problems/unknown-event-id")));
        }
    }

    [TestCase("/teams/{0}/events")]
    [TestCase("/agents/{0}/events")]
    public async Task Stream_of_an_unknown_team_or_agent_is_not_found(string path)
    {
        var answer = await Api.GetAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, path, Guid.Empty));
        Assert.That((answer.Status, answer.MediaType), Is.EqualTo((HttpStatusCode.NotFound, "application/problem+json")));
    }
}
