using System.Net;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Budgets;

/// <summary>What caps refuse, how the answer explains it, and that changes take effect at once.</summary>
internal sealed class BudgetTests(Store store) : ApiFixture(store)
{
    [Test]
    public async Task Start_is_refused_when_the_daily_team_budget_is_used_up()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 5.00m });
        var usage = await team.UseAsync(await team.StartAsync(), 5.00m);

        var refusal = await Api.PostAsync("/sessions/start", new { agent_id = team.Agent });

        Assert.Multiple(() =>
        {
            Assert.That(usage.Flag("over_budget"), Is.True);
            Assert.That(usage.Flag("stop"), Is.True);
            Assert.That(Reasons(usage), Is.EqualTo(new[] { "budget_exceeded:team:day" }));
            Assert.That(refusal.Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
            Assert.That(refusal.Header("x-should-retry"), Is.EqualTo("false"));
            Assert.That(refusal.Json.Text("type"), Is.EqualTo("/problems/budget-exceeded"));
            Assert.That(refusal.Json.Usd("max_reservable_usd"), Is.Zero);
            Assert.That(refusal.Json.Flag("waiting_helps"), Is.True);
            Assert.That(refusal.Json.Text("retry_at"), Is.EqualTo("2026-06-11T00:00:00Z"));
        });
        var budget = refusal.Json["budget"]!;
        Assert.Multiple(() =>
        {
            Assert.That(budget.Text("scope"), Is.EqualTo("team"));
            Assert.That(budget.Text("scope_id"), Is.EqualTo(team.Id));
            Assert.That(budget.Text("period"), Is.EqualTo("day"));
            Assert.That(budget.Usd("limit_usd"), Is.EqualTo(5.00m));
            Assert.That(budget.Usd("spent_usd"), Is.EqualTo(5.00m));
            Assert.That(budget.Usd("remaining_usd"), Is.Zero);
            Assert.That(budget.Text("resets_at"), Is.EqualTo("2026-06-11T00:00:00Z"));
        });
    }

    [Test]
    public async Task Cap_of_zero_is_over_from_the_start()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 0m });

        Assert.That((await team.BudgetAsync()).Flag("over_budget"), Is.True);
        Assert.That(
            (await Api.PostAsync("/sessions/start", new { agent_id = team.Agent })).Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
    }

    [TestCase("session_cost_limit_usd", "session")]
    [TestCase("agent_daily_cost_limit_usd", "agent")]
    [TestCase("weekly_cost_limit_usd", "team")]
    public async Task Start_is_refused_under_every_cap_of_zero(string setting, string scope)
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new Dictionary<string, decimal> { [setting] = 0m });

        var refusal = await Api.PostAsync("/sessions/start", new { agent_id = team.Agent });

        Assert.That(refusal.Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
        Assert.That(refusal.Json["budget"]!.Text("scope"), Is.EqualTo(scope));
    }

    [Test]
    public async Task Usage_of_a_session_over_budget_or_ended_is_recorded_and_answered_with_stop()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        var session = await team.StartAsync();
        await team.UseAsync(session, 1m);
        await Api.PostAsync($"/sessions/{session}/end", null);

        var usage = await team.UseAsync(session, 2.5m);

        Assert.Multiple(() =>
        {
            Assert.That(usage.Usd("cost_usd"), Is.EqualTo(3.5m));
            Assert.That(usage.Flag("stop"), Is.True);
            Assert.That(Reasons(usage), Is.EqualTo(new[] { "budget_exceeded:team:day", "session_ended" }));
            Assert.That(usage["budget"]!.Usd("daily_remaining_usd"), Is.EqualTo(-2.5m));
        });
    }

    [Test]
    public async Task Lowered_cap_stops_on_the_next_call_and_a_raised_one_resumes()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        await team.UseAsync(session, 3m);
        Assert.That((await team.BudgetAsync()).Flag("stop"), Is.False);

        await team.ConfigureAsync(new { daily_cost_limit_usd = 2m });
        Assert.That((await team.BudgetAsync()).Flag("stop"), Is.True);

        await team.ConfigureAsync(new { daily_cost_limit_usd = 4m });
        Assert.That((await team.BudgetAsync()).Usd("daily_remaining_usd"), Is.EqualTo(1m));
        Assert.That((await team.BudgetAsync()).Flag("stop"), Is.False);

        await team.ConfigureAsync(new JsonObject { ["daily_cost_limit_usd"] = null });
        Assert.That((await team.BudgetAsync()).Usd("daily_limit_usd"), Is.Null);
    }

    [Test]
    public async Task Observing_team_refuses_nothing_and_shows_that_it_is_over()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m, enforcement = "observe" });
        var usage = await team.UseAsync(await team.StartAsync(), 2m);

        Assert.Multiple(() =>
        {
            Assert.That(usage.Flag("over_budget"), Is.False);
            Assert.That(usage.Flag("stop"), Is.False);
            Assert.That(usage["budget"]!.Items("budgets").Single().Flag("over"), Is.True);
            Assert.That(usage["budget"]!.Items("budgets").Single().Text("enforcement"), Is.EqualTo("observe"));
        });
        Assert.That(await team.StartAsync(), Is.Positive);
    }

    [Test]
    public async Task Organisation_cap_holds_for_all_teams_even_an_observing_one()
    {
        var team = await Api.CreateTeamAsync();
        var slug = $"second-{team.Id}";
        var second = (await Api.PostAsync($"/orgs/{team.Organisation}/teams", new { name = "Second", slug })).Created.Text("id")!;
        var agent = await Api.CreateAgentAsync(second, "eng-2");
        await Api.PatchAsync($"/settings/teams/{second}", new { enforcement = "observe" });
        (await Api.PatchAsync($"/settings/orgs/{team.Organisation}", new { daily_cost_limit_usd = 2m, monthly_cost_limit_usd = 50m })).Expect(HttpStatusCode.OK);

        await team.UseAsync(await team.StartAsync(), 2m);
        var refusal = await Api.PostAsync("/sessions/start", new { agent_id = agent });

        Assert.That(refusal.Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
        Assert.That(refusal.Json["budget"]!.Text("scope"), Is.EqualTo("organisation"));
    }

    [Test]
    public async Task Own_cap_of_an_agent_overrides_the_team_default()
    {
        var team = await Api.CreateTeamAsync();
        var other = await Api.CreateAgentAsync(team.Id, "eng-2");
        await team.ConfigureAsync(new { daily_cost_limit_usd = 100m, agent_daily_cost_limit_usd = 1m });
        (await Api.PatchAsync($"/settings/agents/{other}", new { daily_cost_limit_usd = 3m })).Expect(HttpStatusCode.OK);
        await team.UseAsync(await team.StartAsync(), 1m);
        await team.UseAsync(await team.StartAsync(agent: other), 1m);

        var (first, second) = (await team.BudgetAsync(), await team.BudgetAsync(other));

        Assert.Multiple(() =>
        {
            Assert.That(first.Usd("daily_limit_usd"), Is.EqualTo(1m));
            Assert.That(Reasons(first), Is.EqualTo(new[] { "budget_exceeded:agent:day" }));
            Assert.That(second.Usd("daily_limit_usd"), Is.EqualTo(3m), "the smaller remaining amount of the two daily budgets");
            Assert.That(second.Usd("daily_spent_usd"), Is.EqualTo(1m));
            Assert.That(second.Flag("stop"), Is.False);
        });
    }

    [Test]
    public async Task Tag_of_a_task_overrides_the_team_default_and_the_guideline()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { apply_guideline_budgets = true });
        var tagged = await team.CreateTaskAsync(new { title = "Typo", task_type = "config", tags = new[] { "budget:0.25", "docs" } });
        var guided = await team.CreateTaskAsync(new { title = "Bug", task_type = "bugfix" });
        var free = await team.CreateTaskAsync(new { title = "Other" });

        Assert.That(await Limit(tagged), Is.EqualTo(0.25m));
        Assert.That(await Limit(guided), Is.EqualTo(3m));
        Assert.That(await Limit(free), Is.Null);

        await team.ConfigureAsync(new { task_cost_limit_usd = 7m });
        Assert.That(await Limit(tagged), Is.EqualTo(0.25m));
        Assert.That(await Limit(guided), Is.EqualTo(7m));

        async Task<decimal?> Limit(long task) => (await team.BudgetAsync(task: task)).Usd("task_limit_usd");
    }

    [Test]
    public async Task Overspent_task_is_refused_permanently_and_other_tasks_are_not()
    {
        var team = await Api.CreateTeamAsync();
        var task = await team.CreateTaskAsync(new { title = "Typo", task_type = "config", tags = new[] { "budget:0.50" } });
        await team.UseAsync(await team.StartAsync(task), 1.01m);

        var refusal = await Api.PostAsync("/sessions/start", new { agent_id = team.Agent, task_id = task });
        var shown = (await Api.GetAsync($"/tasks/{task}")).Ok;

        Assert.Multiple(() =>
        {
            Assert.That(refusal.Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
            Assert.That(refusal.Json["budget"]!.Number("scope_id"), Is.EqualTo(task));
            Assert.That(refusal.Json.Flag("waiting_helps"), Is.False);
            Assert.That(refusal.Json["retry_at"], Is.Null);
            Assert.That(shown.Usd("remaining_usd"), Is.EqualTo(-0.51m));
            Assert.That(shown.Flag("red_flag"), Is.True);
        });
        Assert.That(await team.StartAsync(await team.CreateTaskAsync()), Is.Positive);
    }

    [Test]
    public async Task Session_cap_covers_the_tree_of_its_sub_agents()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { session_cost_limit_usd = 2m });
        var parent = await team.StartAsync();
        var child = await team.StartAsync(parent: parent);
        await team.UseAsync(parent, 0.5m);

        var usage = await team.UseAsync(child, 1.5m);
        var refusal = await Api.PostAsync("/sessions/start", new { agent_id = team.Agent, parent_session_id = child });
        var shown = (await Api.GetAsync($"/sessions/{parent}")).Ok;

        Assert.Multiple(() =>
        {
            Assert.That(Reasons(usage), Is.EqualTo(new[] { "budget_exceeded:session:total" }));
            Assert.That(refusal.Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
            Assert.That(shown.Usd("cost_usd"), Is.EqualTo(0.5m));
            Assert.That(shown.Usd("tree_cost_usd"), Is.EqualTo(2m));
        });
        Assert.That(await team.StartAsync(), Is.Positive, "a separate session is not below the one that is over");
    }

    [Test]
    public async Task Budget_is_for_the_task_of_the_newest_active_session_unless_one_is_named()
    {
        var team = await Api.CreateTeamAsync();
        var task = await team.CreateTaskAsync(new { title = "Typo", tags = new[] { "budget:2" } });
        Assert.That((await team.BudgetAsync())["task_spent_usd"], Is.Null);

        var session = await team.StartAsync(task);
        await team.UseAsync(session, 0.85m);
        Assert.That((await team.BudgetAsync()).Usd("task_spent_usd"), Is.EqualTo(0.85m));

        await Api.PostAsync($"/sessions/{session}/end", null);
        Assert.That((await team.BudgetAsync())["task_spent_usd"], Is.Null);
        Assert.That((await team.BudgetAsync(task: task)).Usd("task_spent_usd"), Is.EqualTo(0.85m));
    }

    [Test]
    public async Task Subscription_usage_is_reported_separately_and_counts_against_no_cap()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        var session = await team.StartAsync();

        var usage = (await Api.PostAsync(
            $"/sessions/{session}/usage", new { input_tokens = 1, output_tokens = 1, cost_usd = 9m, billing = "subscription" })).Ok;

        Assert.Multiple(() =>
        {
            Assert.That(usage.Flag("over_budget"), Is.False);
            Assert.That(usage.Usd("cost_usd"), Is.Zero);
            Assert.That(usage.Usd("imputed_cost_usd"), Is.EqualTo(9m));
        });
        Assert.That((await team.CostsAsync()).Usd("total_imputed_cost_usd"), Is.EqualTo(9m));
        Assert.That((await team.CostsAsync()).Usd("total_cost_usd"), Is.Zero);
    }

    [Test]
    public async Task Unknown_cost_is_recorded_as_unpriced_if_the_team_chose_record()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { unpriced_models = "record" });
        var session = await team.StartAsync();

        var usage = (await Api.PostAsync(
            $"/sessions/{session}/usage", new { input_tokens = 70, output_tokens = 7, cache_read_tokens = 5, model = "nobody-heard-of-it" })).Ok;
        var costs = await team.CostsAsync();

        Assert.Multiple(() =>
        {
            Assert.That(usage.Text("cost_source"), Is.EqualTo("unpriced"));
            Assert.That(usage.Number("tokens"), Is.EqualTo(77));
            Assert.That(costs.Number("unpriced_tokens"), Is.EqualTo(82));
            Assert.That(costs.Usd("total_cost_usd"), Is.Zero);
        });
    }

    private static string[] Reasons(JsonNode answer) => [.. answer.Items("stop_reasons").Select(reason => reason.GetValue<string>())];
}
