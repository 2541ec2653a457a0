using System.Text.Json.Nodes;
using Entourage.Api.Tests.Alerts;
using Entourage.Testing;

namespace Entourage.Api.Tests.Budgets;

/// <summary>A budget line crossed by anything but a usage raises its alert once, in the same transaction (rule 15).</summary>
internal sealed class CrossedLineTests(Store store) : AlertFixture(store)
{
    private const int BudgetEvent = 3;

    private static readonly string[] Lines = ["threshold", "budget_exceeded"];

    [TestCase("daily_cost_limit_usd", "team", "day")]
    [TestCase("weekly_cost_limit_usd", "team", "week")]
    [TestCase("monthly_cost_limit_usd", "team", "month")]
    [TestCase("task_cost_limit_usd", "task", "total")]
    [TestCase("session_cost_limit_usd", "session", "total")]
    [TestCase("agent_daily_cost_limit_usd", "agent", "day")]
    public async Task Team_limit_set_below_spending_raises_one_alert(string limit, string scope, string period)
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync(await team.CreateTaskAsync());
        await team.UseAsync(session, 5m);
        var events = await CountEventsAsync(BudgetEvent);

        await SetAsync(team, limit, 6m);
        Assert.That(await ThresholdsAsync(team), Is.EqualTo(new[] { 0.8m }));
        await SetAsync(team, limit, 4m);
        await team.UseAsync(session, 1m);
        await SetAsync(team, limit, 4m);

        var alerts = await AlertsAsync(team, Lines);
        Assert.Multiple(() =>
        {
            Assert.That(alerts.Select(alert => (alert.Text("kind"), alert["details"]!.Usd("threshold"), alert["details"]!.Usd("limit_usd"))), Is.EqualTo(new[]
            {
                ("threshold", (decimal?)0.8m, (decimal?)6m), ("budget_exceeded", null, 4m),
            }));
            Assert.That(alerts.Select(alert => (alert["details"]!.Text("scope"), alert["details"]!.Text("period"))), Is.All.EqualTo((scope, period)));
            Assert.That(alerts.Select(alert => alert["details"]!.Usd("spent_usd")), Is.All.EqualTo(5m));
        });
        Assert.That(await CountEventsAsync(BudgetEvent) - events, Is.EqualTo(2));
    }

    [Test]
    public async Task Limit_lowered_below_a_line_already_reached_raises_no_further_alert()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 10m });
        await team.UseAsync(await team.StartAsync(), 9m);

        await team.ConfigureAsync(new { daily_cost_limit_usd = 9.5m });
        Assert.That(await ThresholdsAsync(team), Is.EqualTo(new[] { 0.8m }));

        await team.ConfigureAsync(new { daily_cost_limit_usd = 9m });
        Assert.That((await AlertsAsync(team, Lines)).Select(alert => alert.Text("kind")), Is.EqualTo(Lines));
    }

    [Test]
    public async Task Raised_limit_raises_an_alert_when_reached_and_a_restored_one_does_not()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 10m, alert_thresholds = new[] { 1m } });
        var session = await team.StartAsync();
        await team.UseAsync(session, 10m);
        await team.ConfigureAsync(new { daily_cost_limit_usd = 20m });
        await team.ConfigureAsync(new { daily_cost_limit_usd = 10m });
        await team.ConfigureAsync(new { daily_cost_limit_usd = (decimal?)null });
        await team.ConfigureAsync(new { daily_cost_limit_usd = 20m });
        await team.UseAsync(session, 11m);

        Assert.That((await AlertsAsync(team, "budget_exceeded")).Select(alert => alert["details"]!.Usd("limit_usd")), Is.EqualTo(new[] { 10m, 20m }));
    }

    [Test]
    public async Task Threshold_added_below_spending_raises_one_alert_for_each_budget()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 10m, session_cost_limit_usd = 10m, alert_thresholds = new[] { 0.9m } });
        var session = await team.StartAsync();
        await team.UseAsync(session, 6m);

        await team.ConfigureAsync(new { alert_thresholds = new[] { 0.6m, 0.7m, 0.9m } });
        await team.ConfigureAsync(new { alert_thresholds = new[] { 0.9m } });
        await team.ConfigureAsync(new { alert_thresholds = new[] { 0.60m, 0.9m } });
        await team.UseAsync(session, 0.5m);

        Assert.That(
            (await AlertsAsync(team, Lines)).Select(alert => (alert["details"]!.Text("scope"), alert["details"]!.Usd("threshold"))),
            Is.EqualTo(new[] { ("team", 0.6m), ("session", (decimal?)0.6m) }));
    }

    [Test]
    public async Task Lowered_agent_limit_and_the_default_that_replaces_it_raise_alerts()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { agent_daily_cost_limit_usd = 5m, alert_thresholds = new[] { 1m } });
        _ = (await Api.PatchAsync($"/settings/agents/{team.Agent}", new { daily_cost_limit_usd = 100m })).Ok;
        await team.UseAsync(await team.StartAsync(), 6m);

        _ = (await Api.PatchAsync($"/settings/agents/{team.Agent}", new { daily_cost_limit_usd = (decimal?)null })).Ok;
        _ = (await Api.PatchAsync($"/settings/agents/{team.Agent}", new { daily_cost_limit_usd = 3m })).Ok;

        var alerts = await AlertsAsync(team, "budget_exceeded");
        Assert.That(alerts.Select(alert => (alert.Text("agent_id"), alert["details"]!.Usd("limit_usd"))), Is.EqualTo(new[] { (team.Agent, 5m) }));
    }

    [TestCase("daily_cost_limit_usd", "day")]
    [TestCase("monthly_cost_limit_usd", "month")]
    public async Task Lowered_organisation_limit_raises_an_alert_in_each_team(string limit, string period)
    {
        var team = await Api.CreateTeamAsync();
        var other = await CreateSecondTeamAsync(team, new { alert_thresholds = new[] { 0.9m } });
        var session = await team.StartAsync();
        await team.UseAsync(session, 7m);

        await SetOrganisationAsync(team, limit, 10m);
        await SetOrganisationAsync(team, limit, 7m);
        await team.UseAsync(session, 1m);

        Assert.That(
            (await AlertsAsync(team, Lines)).Select(alert => (alert["details"]!.Text("period"), alert["details"]!.Usd("threshold"))),
            Is.EqualTo(new[] { (period, (decimal?)0.5m), (period, null) }));
        Assert.That((await AlertsAsync(other, Lines)).Select(alert => alert["details"]!.Usd("threshold")), Is.EqualTo(new decimal?[] { null }));
    }

    [Test]
    public async Task New_cap_or_type_of_a_task_raises_an_alert()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { apply_guideline_budgets = true });
        var task = await team.CreateTaskAsync(new { title = "Typo", task_type = "chore" });
        await team.UseAsync(await team.StartAsync(task), 1.5m);
        Assert.That(await AlertsAsync(team, "threshold", "budget_exceeded", "red_flag"), Is.Empty);

        _ = (await Api.PatchAsync($"/tasks/{task}", new { task_type = "config" })).Ok;
        _ = (await Api.PatchAsync($"/tasks/{task}", new { tags = new[] { "budget:1.00" } })).Ok;

        var alerts = await AlertsAsync(team, "budget_exceeded", "red_flag");
        Assert.That(
            alerts.Select(alert => (alert.Text("kind"), alert.Number("task_id"), alert["details"]!.Usd("limit_usd"))),
            Is.EquivalentTo(new[] { ("budget_exceeded", task, 0.5m), ("red_flag", (long?)task, (decimal?)1m) }));
    }

    [Test]
    public async Task Switched_on_guideline_caps_raise_alerts_for_open_tasks_only()
    {
        var team = await Api.CreateTeamAsync();
        var (open, done) = (await team.CreateTaskAsync(new { title = "Typo", task_type = "config" }), await team.CreateTaskAsync(new { title = "Typo", task_type = "config" }));
        foreach (var task in new[] { open, done })
        {
            var session = await team.StartAsync(task);
            await team.UseAsync(session, 0.6m);
            _ = (await Api.PostAsync($"/sessions/{session}/end", null)).Ok;
        }

        _ = (await Api.PostAsync($"/tasks/{done}/status", new { status = "cancelled" })).Ok;
        await team.ConfigureAsync(new { apply_guideline_budgets = true });

        Assert.That((await AlertsAsync(team, "budget_exceeded")).Select(alert => alert.Number("task_id")), Is.EqualTo(new[] { open }));
    }

    [Test]
    public async Task Time_zone_that_moves_spending_into_the_day_raises_one_alert()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 10m, alert_thresholds = new[] { 0.5m, 1m } });
        var session = await team.StartAsync();
        await team.UseAsync(session, 4m);
        await team.UseAsync(session, 6m, Host.Clock.GetUtcNow().AddHours(-14));
        Assert.That(await ThresholdsAsync(team), Is.EqualTo(new[] { 0.5m }), "in yesterday's window");

        // Both usages are on one day there and on two in UTC.
        await team.ConfigureAsync(new { timezone = "Asia/Tokyo" });
        await team.UseAsync(session, 0.5m);
        await team.ConfigureAsync(new { timezone = "UTC" });
        await team.ConfigureAsync(new { timezone = "Asia/Tokyo" });

        Assert.That(
            (await AlertsAsync(team, Lines)).Select(alert => (alert.Text("kind"), alert.Text("window"), alert["details"]!.Usd("threshold"))),
            Is.EqualTo(new[]
            {
                ("threshold", "2026-06-09", (decimal?)0.5m), ("budget_exceeded", "2026-06-10", null),
            }));
    }

    [Test]
    public async Task Repaired_counter_raises_an_alert()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 10m, alert_thresholds = new[] { 1m } });
        await team.UseAsync(await team.StartAsync(), 9m);
        await team.ConfigureAsync(new { daily_cost_limit_usd = 9.5m });
        await Host.ExecuteAsync($"UPDATE BudgetCounters SET Spent = 0 WHERE ScopeId = {team.Id}");
        await team.ConfigureAsync(new { daily_cost_limit_usd = 9m });
        Assert.That(await AlertsAsync(team, Lines), Is.Empty);

        _ = await Host.VerifyAsync(repair: true);

        Assert.That((await AlertsAsync(team, Lines)).Select(alert => alert.Text("kind")), Is.EqualTo(new[] { "budget_exceeded" }));
    }

    [Test]
    public async Task Each_line_raises_one_alert_while_two_replicas_lower_limits_under_load()
    {
        await using var second = ApiHost.StartBeside(Host);
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 100m });
        var session = await team.StartAsync();
        ApiClient[] apis = [Api, second.Api];

        await Task.WhenAll(Enumerable.Range(0, 40).Select(async i => _ = i % 4 == 0
            ? (await apis[i % 2].PatchAsync($"/settings/teams/{team.Id}", new { daily_cost_limit_usd = i % 8 == 0 ? 1m : 2m })).Ok
            : (await apis[i / 2 % 2].PostAsync($"/sessions/{session}/usage", new { input_tokens = 1, output_tokens = 1, cost_usd = 0.1m })).Ok));
        await Task.WhenAll(apis.Select(async api => (await api.PatchAsync($"/settings/teams/{team.Id}", new { daily_cost_limit_usd = 1m })).Ok.ToJsonString()));

        var alerts = (await AlertsAsync(team, Lines)).Select(alert => (alert.Text("kind"), alert.Text("cause"))).ToArray();
        Assert.That(alerts, Is.Unique);
        Assert.That(alerts.Select(alert => alert.Item1), Does.Contain("budget_exceeded"));
    }

    private static async Task<IReadOnlyList<decimal?>> ThresholdsAsync(TestTeam team) =>
        [.. (await AlertsAsync(team, "threshold")).Select(alert => alert["details"]!.Usd("threshold"))];

    private static Task<JsonNode> SetAsync(TestTeam team, string limit, decimal usd) => team.ConfigureAsync(new Dictionary<string, decimal> { [limit] = usd });

    private async Task SetOrganisationAsync(TestTeam team, string limit, decimal usd) =>
        _ = (await Api.PatchAsync($"/settings/orgs/{team.Organisation}", new Dictionary<string, decimal> { [limit] = usd })).Ok;

    private async Task<TestTeam> CreateSecondTeamAsync(TestTeam team, object settings)
    {
        var id = (await Api.PostAsync($"/orgs/{team.Organisation}/teams", new { name = "Second", slug = "second" })).Created.Text("id")!;
        var second = new TestTeam(Api, team.Organisation, id, await Api.CreateAgentAsync(id, "eng-1"));
        await second.ConfigureAsync(settings);
        return second;
    }
}
