using Entourage.Testing;

namespace Entourage.Api.Tests;

/// <summary>A typical session, from settings and a task to usage, budget and the cost report.</summary>
internal sealed class SmokeTests(Store store) : ApiFixture(store)
{
    [Test]
    public async Task Typical_session_works_from_settings_to_cost_report()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 10.00m });
        var task = (await Api.PostAsync(
            $"/teams/{team.Id}/tasks",
            """{"title": "Fix typo in README", "priority": "low", "task_type": "bugfix", "tags": ["budget:0.50"]}""")).Created;
        Assert.That(task.Usd("budget_usd"), Is.EqualTo(0.50m));

        var session = (await Api.PostAsync(
            "/sessions/start",
            $$"""{"agent_id": "{{team.Agent}}", "task_id": {{task.Number("id")}}, "model": "claude-sonnet-4-20250514"}""")).Created;
        Host.Clock.Advance(TimeSpan.FromMinutes(12));
        var usage = (await Api.PostAsync(
            $"/sessions/{session.Number("id")}/usage",
            """{"input_tokens": 2500, "output_tokens": 800, "cost_usd": 0.012}""")).Ok;
        Assert.That(usage.Usd("cost_usd"), Is.EqualTo(0.012m));

        var budget = await team.BudgetAsync();
        Assert.Multiple(() =>
        {
            Assert.That(budget.Usd("daily_limit_usd"), Is.EqualTo(10.00m));
            Assert.That(budget.Usd("daily_spent_usd"), Is.EqualTo(0.012m));
            Assert.That(budget.Usd("daily_remaining_usd"), Is.EqualTo(9.988m));
            Assert.That(budget.Usd("task_limit_usd"), Is.EqualTo(0.50m));
            Assert.That(budget.Usd("task_spent_usd"), Is.EqualTo(0.012m));
            Assert.That(budget.Flag("over_budget"), Is.False);
        });

        var ended = (await Api.PostAsync($"/sessions/{session.Number("id")}/end", null)).Ok;
        Assert.That(ended.Text("status"), Is.EqualTo("completed"));

        var costs = await team.CostsAsync();
        var row = costs.Items("sessions").Single();
        Assert.Multiple(() =>
        {
            Assert.That(costs.Usd("total_cost_usd"), Is.EqualTo(0.012m));
            Assert.That(costs.Number("total_input_tokens"), Is.EqualTo(2500));
            Assert.That(costs.Number("total_output_tokens"), Is.EqualTo(800));
            Assert.That(row.Text("agent_name"), Is.EqualTo("eng-1"));
            Assert.That(row.Text("task_title"), Is.EqualTo("Fix typo in README"));
            Assert.That(row.Usd("cost_usd"), Is.EqualTo(0.012m));
            Assert.That(row.Number("tokens"), Is.EqualTo(3300));
            Assert.That(row.Number("duration_minutes"), Is.EqualTo(12));
        });

        var sessions = (await Api.GetAsync($"/agents/{team.Agent}/sessions")).Ok.AsArray();
        Assert.That(sessions.Single()!.Usd("cost_usd"), Is.EqualTo(0.012m));
    }
}
