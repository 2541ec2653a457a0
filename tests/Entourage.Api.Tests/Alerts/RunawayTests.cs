using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Alerts;

/// <summary>Runaway sessions are detected by the very call that crosses the line.</summary>
internal sealed class RunawayTests(Store store) : AlertFixture(store)
{
    private static readonly string[] Kinds = ["runaway_tokens", "repeated_error"];

    [Test]
    public async Task Only_the_call_that_reaches_the_token_limit_of_the_window_raises_the_alert()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        await UseTokensAsync(team, session, 499_999);
        Assert.That(await AlertsAsync(team, Kinds), Is.Empty);

        var crossing = await UseTokensAsync(team, session, 1);
        await UseTokensAsync(team, session, 400_000);

        var alert = (await AlertsAsync(team, Kinds)).Single();
        Assert.Multiple(() =>
        {
            Assert.That(crossing.Flag("stop"), Is.False, "The team chose to be alerted only.");
            Assert.That((alert.Text("kind"), alert.Text("agent_id"), alert.Number("session_id")), Is.EqualTo(("runaway_tokens", team.Agent, session)));
            Assert.That(
                alert["details"]!.ToJsonString(),
                Is.EqualTo("""{"tokens":500000,"max_tokens":500000,"window_minutes":10,"action":"alert"}"""));
        });
    }

    [Test]
    public async Task Alert_is_raised_again_if_the_runaway_outlasts_the_window()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        var began = Host.Clock.GetUtcNow().AddHours(-2);
        for (var minute = 0; minute < 30; minute++)
        {
            await UseTokensAsync(team, session, 100_000, occurredAt: began.AddMinutes(minute));
        }

        var windows = (await AlertsAsync(team, Kinds)).Select(alert => alert.Text("window"));
        Assert.That(windows, Is.EqualTo(new[] { 4, 14, 24 }.Select(minute => $"{began.AddMinutes(minute):yyyy-MM-ddTHH:mm:ss}Z")));
    }

    [Test]
    public async Task Slow_usage_is_no_runaway_whatever_its_total()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        var began = Host.Clock.GetUtcNow().AddHours(-3);
        for (var minute = 0; minute < 60; minute++)
        {
            await UseTokensAsync(team, session, 49_999, occurredAt: began.AddMinutes(minute));
        }

        Assert.That(await AlertsAsync(team, Kinds), Is.Empty);
    }

    [Test]
    public async Task Repeated_error_raises_an_alert_and_a_success_resets_its_count()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        for (var call = 0; call < 4; call++)
        {
            await UseTokensAsync(team, session, 1, $"Tool call {call} failed: request req_{Guid.CreateVersion7():N}");
        }

        await UseTokensAsync(team, session, 1);
        for (var call = 0; call < 4; call++)
        {
            await UseTokensAsync(team, session, 1, $"Tool call {call} failed: request req_{Guid.CreateVersion7():N}");
        }

        Assert.That(await AlertsAsync(team, Kinds), Is.Empty);

        await UseTokensAsync(team, session, 1, "Tool call 99 failed: request req_0123456789");
        await UseTokensAsync(team, session, 1, "Tool call 100 failed: request req_9876543210");

        var alert = (await AlertsAsync(team, Kinds)).Single();
        Assert.That((alert.Text("kind"), alert["details"]!.Number("count")), Is.EqualTo(("repeated_error", 5)));
        Assert.That(alert.Text("message"), Is.EqualTo($"Session {session} met the same error 5 times in a row: Tool call 99 failed: request req_0123456789"));
    }

    [Test]
    public async Task Changed_limit_applies_from_the_next_call()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        await UseTokensAsync(team, session, 1_000);
        await team.ConfigureAsync(new { runaway = new { max_tokens = 1_001 } });
        await UseTokensAsync(team, session, 1);
        await team.ConfigureAsync(new { runaway = new { max_tokens = (long?)null, max_repeated_errors = (int?)null } });
        for (var call = 0; call < 6; call++)
        {
            await UseTokensAsync(team, await team.StartAsync(), 1_000_000, "full");
            await UseTokensAsync(team, session, 1, "full");
        }

        Assert.That((await AlertsAsync(team, Kinds)).Select(alert => alert["details"]!.Number("tokens")), Is.EqualTo(new[] { 1_001 }));
    }

    [Test]
    public async Task Growing_cost_per_call_and_excessive_output_raise_one_alert_each()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        for (var call = 0; call < 40; call++)
        {
            await UseTokensAsync(team, session, 1, cost: 0.05m + (0.03m * call));
        }

        var verbose = await team.StartAsync();
        foreach (var output in new[] { 40_000, 10_000, 10_000 })
        {
            (await Api.PostAsync($"/sessions/{verbose}/usage", new { input_tokens = 5_000, output_tokens = output, cost_usd = 0.01m })).Ok.ToJsonString();
        }

        Assert.That(
            (await AlertsAsync(team, "rising_cost", "verbose_output")).Select(alert => (alert.Text("kind"), alert.Number("session_id"))),
            Is.EqualTo(new[] { ("rising_cost", session), ("verbose_output", verbose) }));
    }

    [Test]
    public async Task Loop_of_fifty_calls_a_second_is_detected_by_the_call_that_crosses_the_line()
    {
        const int Crossing = 417; // 1,200 tokens a call

        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        var began = Host.Clock.GetUtcNow().AddMinutes(-1);
        var calls = Enumerable.Range(1, 1_000).Select(call => new
        {
            session_id = session,
            input_tokens = 1_000,
            output_tokens = 200,
            cost_usd = 0.001m,
            occurred_at = began.AddMilliseconds(20 * call),
        }).ToArray();

        var answered = new List<JsonNode>();
        foreach (var piece in calls.Chunk(250))
        {
            answered.AddRange((await Api.PostAsync("/sessions/usage/batch", new { items = piece })).Ok.Items("items"));
        }

        var alert = (await AlertsAsync(team, Kinds)).Single();
        Assert.That(answered, Has.Count.EqualTo(1_000));
        Assert.That(alert["details"]!.Number("tokens"), Is.EqualTo(Crossing * 1_200));
        Assert.That(alert.Text("window"), Is.EqualTo($"{calls[Crossing - 1].occurred_at:yyyy-MM-ddTHH:mm:ss.FFFFFFF}Z"));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }
}
