using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Alerts;

/// <summary>Each cause raises one alert per window, whatever the number of calls and replicas.</summary>
internal sealed class AlertTests(Store store) : AlertFixture(store)
{
    private const int BudgetEvent = 3;
    private const int AlertEvent = 4;

    [TestCase("hard")]
    [TestCase("observe")]
    public async Task Each_threshold_of_a_budget_raises_one_alert_by_the_usage_that_crosses_it(string enforcement)
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m, enforcement });
        var session = await team.StartAsync();
        var (alertsBefore, budgetsBefore) = (await CountEventsAsync(AlertEvent), await CountEventsAsync(BudgetEvent));

        foreach (var usd in new[] { 0.4m, 0.1m, 0.2m, 0.1m, 0.1m, 0.05m, 0.1m, 0.5m })
        {
            await team.UseAsync(session, usd);
        }

        var alerts = await AlertsAsync(team, "threshold", "budget_exceeded");
        Assert.Multiple(() =>
        {
            Assert.That(
                alerts.Select(alert => (alert.Text("kind"), alert["details"]!.Usd("threshold"), alert["details"]!.Usd("spent_usd"))),
                Is.EqualTo(new[] { ("threshold", 0.5m, 0.5m), ("threshold", 0.8m, 0.8m), ("budget_exceeded", default(decimal?), 1.05m) }));
            Assert.That(alerts.Select(alert => alert.Text("window")), Is.All.EqualTo("2026-06-10"));
            Assert.That(alerts.Select(alert => alert["details"]!.Text("scope_id")), Is.All.EqualTo(team.Id));
            Assert.That(alerts[0].Text("message"), Is.EqualTo("50 % of the team's daily budget of $1.00 is spent: $0.50."));
            Assert.That(alerts[0]["agent_id"], Is.Null);
            Assert.That(alerts.Select(alert => alert.Text("status")), Is.All.EqualTo("open"));
        });

        // The fourth alert is about the stated cost.
        Assert.That((await CountEventsAsync(AlertEvent) - alertsBefore, await CountEventsAsync(BudgetEvent) - budgetsBefore), Is.EqualTo((4, 3)));
    }

    [Test]
    public async Task Concurrent_calls_over_two_replicas_raise_one_alert_for_each_cause()
    {
        await using var second = ApiHost.StartBeside(Host);
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        var sessions = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => team.StartAsync()));

        await Task.WhenAll(Enumerable.Range(0, 160).Select(async i =>
            (await (i % 2 == 0 ? Api : second.Api).PostAsync($"/sessions/{sessions[i % 8]}/usage", new { input_tokens = 1, output_tokens = 1, cost_usd = 0.01m })).Ok));

        var alerts = await AlertsAsync(team, "threshold", "budget_exceeded", "cost_differs");
        Assert.That(alerts.GroupBy(alert => alert.Text("kind")).Select(kind => (kind.Key, kind.Count())), Is.EquivalentTo(new[]
        {
            ("threshold", 2), ("budget_exceeded", 1), ("cost_differs", 1),
        }));
    }

    [Test]
    public async Task Batch_raises_the_alerts_of_its_usages_and_a_replay_raises_none()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { session_cost_limit_usd = 1m });
        var session = await team.StartAsync();
        var items = Enumerable.Range(0, 1_000).Select(_ => new { session_id = session, input_tokens = 1, output_tokens = 1, cost_usd = 0.002m }).ToArray();

        (await Api.PostAsync("/sessions/usage/batch", new { items }, "batch")).Ok.ToJsonString();
        (await Api.PostAsync("/sessions/usage/batch", new { items }, "batch")).Ok.ToJsonString();

        var alerts = await AlertsAsync(team, "threshold", "budget_exceeded");
        Assert.That(alerts.Select(alert => alert["details"]!.Usd("spent_usd")), Is.EqualTo(new[] { 0.5m, 0.8m, 1m }));
        Assert.That(alerts.Select(alert => alert.Number("session_id")), Is.All.EqualTo(session));
    }

    [Test]
    public async Task Task_beyond_the_red_flag_of_its_type_raises_one_alert()
    {
        var team = await Api.CreateTeamAsync();
        var task = await team.CreateTaskAsync(new { title = "Typo", task_type = "config" });
        var session = await team.StartAsync(task);
        foreach (var usd in new[] { 0.9m, 0.1m, 0.1m, 3m })
        {
            await team.UseAsync(session, usd);
        }

        var alert = (await AlertsAsync(team, "red_flag")).Single();
        Assert.That((alert.Number("task_id"), alert["details"]!.Usd("limit_usd"), alert["details"]!.Usd("spent_usd")), Is.EqualTo((task, 1m, 1.1m)));
    }

    [Test]
    public async Task Model_without_a_price_raises_one_alert_a_day()
    {
        var team = await Api.CreateTeamAsync();
        var model = $"acme-{Guid.CreateVersion7()}";
        var sessions = new[] { await team.StartAsync(), await team.StartAsync() };
        foreach (var session in sessions.Concat(sessions))
        {
            (await Api.PostAsync($"/sessions/{session}/usage", new { input_tokens = 5, output_tokens = 5, model })).Ok.ToJsonString();
        }

        await Api.PostAsync($"/sessions/{sessions[0]}/usage", new { input_tokens = 5, output_tokens = 5, model, occurred_at = Host.Clock.GetUtcNow().AddDays(-1) });

        var alerts = await AlertsAsync(team, "unpriced_model");
        Assert.That(alerts.Select(alert => (alert["details"]!.Text("model"), alert.Text("window"))), Is.EqualTo(new[] { (model, "2026-06-10") }));
    }

    [Test]
    public async Task Stated_cost_far_from_the_price_raises_an_alert()
    {
        var team = await Api.CreateTeamAsync();
        await Api.SendAsync(HttpMethod.Put, "/prices/acme-honest", new { input_usd_per_mtok = 1m, output_usd_per_mtok = 1m });
        var session = await team.StartAsync();
        foreach (var usd in new[] { 1m, 1.2m, 0.8m, 2m, 3m })
        {
            await Api.PostAsync($"/sessions/{session}/usage", new { input_tokens = 1_000_000, output_tokens = 0, model = "acme-honest", cost_usd = usd });
        }

        var details = (await AlertsAsync(team, "cost_differs")).Single()["details"]!;
        Assert.That((details.Usd("cost_usd"), details.Usd("expected_cost_usd")), Is.EqualTo((2m, 1m)));
    }

    [Test]
    public async Task Two_agents_on_one_task_raise_an_alert()
    {
        var team = await Api.CreateTeamAsync();
        var (task, second) = (await team.CreateTaskAsync(), await Api.CreateAgentAsync(team.Id, "eng-2"));
        var first = await team.StartAsync(task);
        await team.StartAsync(task);
        Assert.That(await AlertsAsync(team, "duplicate_work"), Is.Empty);

        await team.StartAsync(task, second);
        await team.StartAsync(task, second);
        await team.StartAsync(task);

        var alert = (await AlertsAsync(team, "duplicate_work")).Single();
        Assert.That((alert.Text("agent_id"), alert.Number("task_id")), Is.EqualTo((second, task)));
        Assert.That((alert["details"]!.Text("other_agent_id"), alert["details"]!.Number("other_session_id")), Is.EqualTo((team.Agent, first)));
    }

    [Test]
    public async Task More_than_twenty_active_sub_agents_raise_an_alert_and_sub_agents_on_one_task_do_not()
    {
        var team = await Api.CreateTeamAsync();
        var (task, second) = (await team.CreateTaskAsync(), await Api.CreateAgentAsync(team.Id, "eng-2"));
        var top = await team.StartAsync(task);
        var middle = await team.StartAsync(task, second, top);
        for (var i = 0; i < 18; i++)
        {
            await team.StartAsync(task, second, i % 2 == 0 ? top : middle);
        }

        var last = await team.StartAsync(task, second, middle);
        (await Api.PostAsync($"/sessions/{last}/end", null)).Ok.ToJsonString();
        await team.StartAsync(task, second, middle);
        Assert.That(await AlertsAsync(team, "fan_out", "duplicate_work"), Is.Empty);

        await team.StartAsync(task, second, top);
        await team.StartAsync(task, second, top);

        Assert.That((await AlertsAsync(team, "fan_out")).Select(alert => alert.Number("session_id")), Is.EqualTo(new[] { top }));
        Assert.That(await AlertsAsync(team, "duplicate_work"), Is.Empty);
    }

    [Test]
    public async Task Alerts_are_listed_newest_first_in_pages_and_filtered_by_kind_and_status()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { session_cost_limit_usd = 1m, alert_thresholds = new[] { 0.1m, 0.2m, 0.3m, 0.4m, 0.5m, 0.6m, 0.7m, 0.8m, 0.9m, 1m } });
        var session = await team.StartAsync();
        foreach (var usd in Enumerable.Repeat(0.1m, 9).Append(2m))
        {
            await team.UseAsync(session, usd);
        }

        var seen = new List<decimal?>();
        for (var path = $"/teams/{team.Id}/alerts?kind=threshold&limit=4"; path is not null;)
        {
            var page = await Api.GetAsync(path);
            seen.AddRange(page.Ok.AsArray().Select(alert => alert!["details"]!.Usd("threshold")));
            path = page.NextPath();
        }

        Assert.That(seen, Is.EqualTo(new decimal?[] { 0.9m, 0.8m, 0.7m, 0.6m, 0.5m, 0.4m, 0.3m, 0.2m, 0.1m }));
        var id = (await AlertsAsync(team, "budget_exceeded")).Single().Text("id")!;
        (await Api.PostAsync($"/alerts/{id}/acknowledge", null)).Ok.ToJsonString();
        Assert.That((await Api.GetAsync($"/teams/{team.Id}/alerts?status=acknowledged")).Ok.AsArray().Select(alert => alert!.Text("id")), Is.EqualTo(new[] { id }));
        Assert.That((await Api.GetAsync($"/teams/{team.Id}/alerts?status=open&kind=budget_exceeded")).Ok.AsArray(), Is.Empty);
    }

    [Test]
    public async Task Acknowledging_an_alert_again_changes_nothing()
    {
        var team = await Api.CreateTeamAsync();
        await team.UseAsync(await team.StartAsync(), 2m);
        var alert = (await AlertsAsync(team, "cost_differs")).Single();
        Assert.That((await Api.GetAsync($"/alerts/{alert.Text("id")}")).Ok.ToJsonString(), Is.EqualTo(alert.ToJsonString()));

        var first = await Api.PostAsync($"/alerts/{alert.Text("id")}/acknowledge", null);
        Host.Clock.Advance(TimeSpan.FromSeconds(1));
        var second = await Api.PostAsync($"/alerts/{alert.Text("id")}/acknowledge", null);

        Assert.That(first.Ok.Text("status"), Is.EqualTo("acknowledged"));
        Assert.That(first.Ok.Text("acknowledged_at"), Is.Not.Null);
        Assert.That(second.Text, Is.EqualTo(first.Text));
        Assert.That((await Api.PostAsync($"/alerts/{team.Id}/acknowledge", null)).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }
}
