using System.Text.Json.Nodes;
using Entourage.Api.Tests.Prices;
using Entourage.Testing;

namespace Entourage.Api.Tests.Stops;

/// <summary>Kills of sessions when something other than a usage exhausts their cap, in teams that chose kill.</summary>
internal sealed class CrossedLineKillTests(Store store) : PriceFixture(store)
{
    [TestCase("daily_cost_limit_usd", "team:day")]
    [TestCase("weekly_cost_limit_usd", "team:week")]
    [TestCase("monthly_cost_limit_usd", "team:month")]
    [TestCase("task_cost_limit_usd", "task:total")]
    [TestCase("session_cost_limit_usd", "session:total")]
    [TestCase("agent_daily_cost_limit_usd", "agent:day")]
    public async Task Lowered_limit_kills_the_sessions_that_spent_under_it(string limit, string reason)
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { on_exceed = "kill" });
        var task = await team.CreateTaskAsync();
        var (session, idle) = (await team.StartAsync(task), await team.StartAsync(task));
        var below = await team.StartAsync(task, parent: session);
        await team.UseAsync(session, 5m);
        await team.CreateReservationAsync(below, 1m);

        await SetAsync(team, limit, 6m);
        Assert.That((await team.SessionAsync(session)).Text("status"), Is.EqualTo("active"));
        await using var watcher = await EventReader.OpenAsync(Api, $"/agents/{team.Agent}/events");
        await SetAsync(team, limit, 4m);

        var killed = await team.SessionAsync(session);
        Assert.Multiple(async () =>
        {
            Assert.That((killed.Text("status"), killed.Text("error")), Is.EqualTo(("killed", $"budget_exceeded:{reason}")));
            Assert.That(((await team.SessionAsync(below)).Text("status"), (await team.SessionAsync(below)).Usd("reserved_usd")), Is.EqualTo(("killed", (decimal?)0)));
            Assert.That((await team.SessionAsync(idle)).Text("status"), Is.EqualTo("active"), "it spent nothing");
            Assert.That((await team.BudgetAsync()).Usd("reserved_usd"), Is.Zero);
        });
        await watcher.ReadUntilAsync(item => item.Kind == "stop" && item.Json.Number("session_id") == session);
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Limits_of_agents_tasks_and_organisations_kill()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { on_exceed = "kill" });
        var task = await team.CreateTaskAsync();
        foreach (var (path, body) in new (string, object)[]
        {
            ($"/tasks/{task}", new { tags = new[] { "budget:1" } }),
            ($"/settings/agents/{team.Agent}", new { daily_cost_limit_usd = 1m }),
            ($"/settings/orgs/{team.Organisation}", new { daily_cost_limit_usd = 1m }),
        })
        {
            var session = await team.StartAsync(task);
            await team.UseAsync(session, 2m);
            _ = (await Api.PatchAsync(path, body)).Ok;
            Assert.That((await team.SessionAsync(session)).Text("status"), Is.EqualTo("killed"), path);
            _ = (await Api.PatchAsync(path, path.StartsWith("/tasks", StringComparison.Ordinal) ? new { tags = Array.Empty<string>() } : new { daily_cost_limit_usd = (decimal?)null })).Ok;
        }
    }

    [Test]
    public async Task Switch_to_hard_enforcement_or_to_kill_takes_effect_at_once()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m, enforcement = "observe" });
        var session = await team.StartAsync();
        await team.UseAsync(session, 2m);
        await using var watcher = await EventReader.OpenAsync(Api, $"/teams/{team.Id}/events");

        await team.ConfigureAsync(new { enforcement = "hard" });
        var refusing = await watcher.ReadUntilAsync(item => item.Kind == "budget");
        Assert.That((refusing.Json["data"]!.Text("enforcement"), refusing.Json["data"]!.Flag("over")), Is.EqualTo(("hard", true)));
        Assert.That((await team.SessionAsync(session)).Text("status"), Is.EqualTo("active"));

        await team.ConfigureAsync(new { on_exceed = "kill" });
        Assert.That((await team.SessionAsync(session)).Text("status"), Is.EqualTo("killed"));
    }

    [Test]
    public async Task Settings_that_cross_no_line_kill_nothing()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m, on_exceed = "kill" });
        var (first, second) = (await team.StartAsync(), await team.StartAsync());
        await team.UseAsync(second, 0.5m);
        Assert.That((await team.UseAsync(first, 2m)).Text("status"), Is.EqualTo("killed"));

        await team.ConfigureAsync(new { abandoned_after_minutes = 30 });

        Assert.That((await team.SessionAsync(second)).Text("status"), Is.EqualTo("active"));
    }

    [Test]
    public async Task Late_price_that_exhausts_a_cap_raises_an_alert_and_kills()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 10m, on_exceed = "kill", unpriced_models = "record" });
        var (session, other) = (await team.StartAsync(), await team.StartAsync());
        await team.UseAsync(other, 1m);
        _ = (await UseAsync(session, new { input_tokens = 1_000_000, output_tokens = 0, model = Own })).Ok;

        await SetAsync(Own, new { input_usd_per_mtok = 20m, output_usd_per_mtok = 20m });

        var alerts = (await Api.GetAsync($"/teams/{team.Id}/alerts?kind=budget_exceeded")).Ok.AsArray();
        Assert.That(alerts, Has.Count.EqualTo(1));
        Assert.That(
            ((await team.SessionAsync(session)).Text("status"), (await team.SessionAsync(other)).Text("status")),
            Is.EqualTo(("killed", "killed")));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    private static Task<JsonNode> SetAsync(TestTeam team, string limit, decimal usd) => team.ConfigureAsync(new Dictionary<string, decimal> { [limit] = usd });
}
