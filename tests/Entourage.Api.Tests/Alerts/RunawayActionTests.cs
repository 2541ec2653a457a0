using System.Net;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Alerts;

/// <summary>The action a team chose for a runaway is taken once, in the transaction of the call that crosses the line.</summary>
internal sealed class RunawayActionTests(Store store) : AlertFixture(store)
{
    private const int StopEvent = 5;

    private static readonly string[] Kinds = ["runaway_tokens", "repeated_error"];

    [Test]
    public async Task Answer_to_the_crossing_call_says_stop_and_its_agent_is_paused()
    {
        var team = await CreateAsync("pause");
        var (session, stops) = (await team.StartAsync(), await CountEventsAsync(StopEvent));
        Assert.That((await UseTokensAsync(team, session, 999)).Flag("stop"), Is.False);
        await team.CreateReservationAsync(session, 0.5m);

        var crossing = await UseTokensAsync(team, session, 1);

        Assert.Multiple(() =>
        {
            Assert.That(crossing.Flag("stop"), Is.True);
            Assert.That(Reasons(crossing), Is.EqualTo(new[] { "runaway_tokens", "paused:agent" }));
            Assert.That(crossing.Usd("reserved_usd"), Is.Zero, "A pause releases the reservations.");
        });
        Assert.That((await Api.PostAsync("/sessions/start", new { agent_id = team.Agent })).Status, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That(await CountEventsAsync(StopEvent) - stops, Is.EqualTo(1));
        Assert.That((await AlertsAsync(team, Kinds)).Single()["details"]!.Text("action"), Is.EqualTo("pause"));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Detector_does_not_trip_again_until_a_full_window_after_a_resume()
    {
        var team = await CreateAsync("pause");
        var session = await team.StartAsync();
        var began = Host.Clock.GetUtcNow().AddHours(-1);
        await UseTokensAsync(team, session, 1_000, occurredAt: began);
        (await Api.PostAsync($"/agents/{team.Agent}/resume", null)).Ok.ToJsonString();

        Assert.That((await UseTokensAsync(team, session, 5_000, occurredAt: began.AddMinutes(9))).Flag("stop"), Is.False);
        Assert.That(Reasons(await UseTokensAsync(team, session, 1, occurredAt: began.AddMinutes(10))), Does.Contain("runaway_tokens"));
        Assert.That(await AlertsAsync(team, Kinds), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Repeated_error_kills_only_the_session_and_its_sub_agents()
    {
        var team = await CreateAsync("kill");
        var (session, other) = (await team.StartAsync(), await team.StartAsync());
        var below = await team.StartAsync(parent: session);
        await UseTokensAsync(team, session, 1, "The disk is full");

        var crossing = await UseTokensAsync(team, session, 1, "The disk is  full");

        Assert.That((crossing.Text("status"), crossing.Flag("stop")), Is.EqualTo(("killed", true)));
        Assert.That(Reasons(crossing), Is.EqualTo(new[] { "repeated_error", "session_killed" }));
        Assert.That((await team.SessionAsync(below)).Text("status"), Is.EqualTo("killed"));
        Assert.That((await team.SessionAsync(other)).Text("status"), Is.EqualTo("active"));

        var late = await UseTokensAsync(team, session, 1, "The disk is full");
        Assert.That(Reasons(late), Is.EqualTo(new[] { "session_killed" }), "The usage is recorded, and the session is not killed twice.");
        Assert.That((await AlertsAsync(team, Kinds)).Select(alert => alert.Text("kind")), Is.EqualTo(new[] { "repeated_error" }));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Crossing_usage_is_the_first_of_its_batch_that_says_stop()
    {
        var team = await CreateAsync("kill", maxTokens: 417_000);
        var session = await team.StartAsync();
        var items = Enumerable.Range(0, 1_000).Select(_ => new { session_id = session, input_tokens = 900, output_tokens = 100, cost_usd = 0.001m });

        var answers = (await Api.PostAsync("/sessions/usage/batch", new { items })).Ok.Items("items");

        Assert.That(answers.Select(answer => answer.Flag("stop")), Is.EqualTo(Enumerable.Range(1, 1_000).Select(call => call >= 417)));
        Assert.That(await AlertsAsync(team, Kinds), Has.Count.EqualTo(1));
        Assert.That((await team.SessionAsync(session)).Usd("cost_usd"), Is.EqualTo(1m), "Every usage is recorded.");
    }

    [Test]
    public async Task Detector_trips_once_for_concurrent_callers_over_two_replicas()
    {
        await using var second = ApiHost.StartBeside(Host);
        var team = await CreateAsync("pause", maxTokens: 5_000);
        var (session, stops) = (await team.StartAsync(), await CountEventsAsync(StopEvent));

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
            await UseTokensAsync(team with { Api = i % 2 == 0 ? Api : second.Api }, session, 100)));

        Assert.Multiple(() =>
        {
            Assert.That(answers.Count(answer => answer.Flag("stop")), Is.EqualTo(51), "The fiftieth and all later ones.");
            Assert.That(answers.Count(answer => Reasons(answer).Contains("runaway_tokens")), Is.EqualTo(1));
        });
        Assert.That(await CountEventsAsync(StopEvent) - stops, Is.EqualTo(1));
        Assert.That(await AlertsAsync(team, Kinds), Has.Count.EqualTo(1));
    }

    private static string[] Reasons(JsonNode answer) => [.. answer.Items("stop_reasons").Select(reason => reason.GetValue<string>())];

    private async Task<TestTeam> CreateAsync(string action, long maxTokens = 1_000)
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { runaway = new { action, max_tokens = maxTokens, max_repeated_errors = 2 } });
        return team;
    }
}
