using Entourage.Testing;

namespace Entourage.Api.Tests.Events;

/// <summary>Event streams over replicas, under load, and when a server stops.</summary>
internal sealed class EventFeedTests(Store store) : DatabaseFixture(store)
{
    [Test]
    public async Task Event_of_one_replica_is_streamed_by_another()
    {
        await using var host = await ApiHost.StartAsync(Store);
        await using var other = ApiHost.StartBeside(host);
        var team = await host.Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        await using var watcher = await EventReader.OpenAsync(other.Api, $"/teams/{team.Id}/events");
        var session = await team.StartAsync();
        await team.UseAsync(session, 1m);
        var received = await watcher.ReadAsync(2);
        Assert.That(received.Select(item => item.Kind), Is.EquivalentTo(new[] { "session", "usage" }));

        await team.UseAsync(session, 2m);
        await using var moved = await EventReader.OpenAsync(host.Api, $"/teams/{team.Id}/events", received[0].Id);
        var further = await moved.ReadAsync(2);
        Assert.That(further[0].Json.Text("id"), Is.EqualTo(received[1].Json.Text("id")));
        Assert.That(further[1].Json["data"]!.Usd("cost_usd"), Is.EqualTo(2m));
    }

    [Test]
    public async Task Every_subscriber_gets_every_event_once_and_in_order_even_if_slow()
    {
        // The buffer holds a few events, so a slow reader falls behind it.
        const int Watchers = 20;
        const int Callers = 4;
        const int Calls = 150;
        await using var host = await ApiHost.StartAsync(Store, settings: new Dictionary<string, string> { ["Events:BufferBytes"] = "4096" });
        var team = await host.Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        var other = await host.Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        var (session, foreign) = (await team.StartAsync(), await other.StartAsync());
        var opened = new List<EventReader>();
        for (var i = 0; i < Watchers; i++)
        {
            opened.Add(await EventReader.OpenAsync(host.Api, $"/teams/{team.Id}/events"));
        }

        // The odd subscribers start to read after everything has been sent.
        var prompt = opened.Where((_, i) => i % 2 == 0).Select(watcher => watcher.ReadAsync(Callers * Calls)).ToArray();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async caller =>
        {
            for (var call = 0; call < Calls; call++)
            {
                await team.UseAsync(session, 0.01m);
                await other.UseAsync(foreign, 0.01m);
            }
        }));
        var late = opened.Where((_, i) => i % 2 == 1).Select(watcher => watcher.ReadAsync(Callers * Calls)).ToArray();
        var recorded = (await host.CountAsync("UsageRecords")) / 2;
        Assert.That(recorded, Is.EqualTo(Callers * Calls));
        foreach (var received in await Task.WhenAll(prompt.Concat(late)))
        {
            var sequences = received.Select(item => item.Json["data"]!.Number("sequence")!.Value).ToArray();
            Assert.That(sequences, Is.Ordered.And.Unique);
            Assert.That(received.Select(item => item.Json.Number("session_id")), Is.All.EqualTo(session));
        }

        foreach (var watcher in opened)
        {
            await watcher.DisposeAsync();
        }
    }

    [Test]
    public async Task Idle_stream_sends_heartbeats_from_which_it_can_resume()
    {
        await using var host = await ApiHost.StartAsync(Store, settings: new Dictionary<string, string> { ["Events:HeartbeatSeconds"] = "1" });
        var team = await host.Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/teams/{team.Id}/events");
        using var response = await host.Api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var text = new StreamReader(await response.Content.ReadAsStreamAsync());
        using var patience = new CancellationTokenSource(Patience.Limit);
        var lines = new List<string?>();
        while (lines.Count(line => line == ": ") < 2)
        {
            lines.Add(await text.ReadLineAsync(patience.Token));
        }

        Assert.That(lines.Where(line => line?.StartsWith("event", StringComparison.Ordinal) == true), Is.Empty);
        Assert.That(lines.Where(line => line?.StartsWith("id: u0-e", StringComparison.Ordinal) == true).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task Server_with_open_streams_stops_in_time_and_subscribers_resume_at_the_next()
    {
        await using var process = await ApiProcess.StartAsync(Database);
        var team = await process.Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        var session = await team.StartAsync();
        await using var watcher = await EventReader.OpenAsync(process.Api, $"/teams/{team.Id}/events");
        await using var other = await EventReader.OpenAsync(process.Api, $"/agents/{team.Agent}/events");
        await team.UseAsync(session, 1m);
        var last = await watcher.ReadAsync();

        Assert.That(await process.TerminateAsync(), Is.Zero);
        Assert.That(await watcher.ReadAsync(), Is.Null, "the stream ended and was not cut off");

        await using var next = ApiHost.StartOn(Database);
        await (team with { Api = next.Api }).UseAsync(session, 2m);
        await using var resumed = await EventReader.OpenAsync(next.Api, $"/teams/{team.Id}/events", last!.Id);
        Assert.That((await resumed.ReadAsync())!.Json["data"]!.Usd("cost_usd"), Is.EqualTo(2m));
    }

    [Test]
    public async Task Events_are_deleted_after_a_week()
    {
        await using var host = await ApiHost.StartAsync(Store);
        var team = await host.Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        host.Clock.Advance(TimeSpan.FromDays(6));
        await team.ConfigureAsync(new { daily_cost_limit_usd = 2m });
        Assert.That(await host.CountAsync("Events"), Is.EqualTo(2));
        host.Clock.Advance(TimeSpan.FromDays(1) + TimeSpan.FromHours(2));
        await Patience.UntilAsync(async () => await host.CountAsync("Events") <= 1);

        await using var watcher = await EventReader.OpenAsync(host.Api, $"/teams/{team.Id}/events", "u0-e0");
        Assert.That((await watcher.ReadAsync())!.Json["data"]!.Usd("daily_cost_limit_usd"), Is.EqualTo(2m));
    }
}
