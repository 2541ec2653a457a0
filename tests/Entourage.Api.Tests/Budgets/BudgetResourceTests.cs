using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Budgets;

/// <summary>Budgets are created, changed and deleted as resources of their own.</summary>
internal sealed class BudgetResourceTests(Store store) : BudgetFixture(store)
{
    [Test]
    public async Task Budget_is_created_read_and_listed_with_its_figures()
    {
        var team = await Api.CreateTeamAsync();
        var created = await CreateAsync(new
        {
            scope = "model",
            match = "claude-*",
            team_id = team.Id,
            period = "month",
            starts_on = 15,
            name = "Claude",
            limit_usd = 10m,
            limit_tokens = 1_000,
            enforcement = "observe",
            on_exceed = "kill",
            thresholds = new[] { 0.9m },
        });

        Assert.That(created.ToJsonString(), Does.StartWith($$"""
            {"id":"{{created.Text("id")}}","name":"Claude","scope":"model","match":"claude-*","org_id":"{{team.Organisation}}","team_id":"{{team.Id}}","period":"month","starts_on":15,"limit_usd":10.00,"limit_tokens":1000,"enforcement":"observe","on_exceed":"kill","thresholds":[0.9],"setting":null,"created_at":"
            """));
        Assert.That(created.Items("current").Select(figure => (figure.Text("scope_id"), figure.Usd("limit_usd"), figure.Number("limit_tokens"))), Is.EqualTo(new[]
        {
            ("claude-*", (decimal?)10m, (long?)null), ("claude-*", null, 1_000L),
        }));
        Assert.That((await BudgetAsync(created.Text("id"))).ToJsonString(), Is.EqualTo(created.ToJsonString()));
        Assert.That((await ListAsync($"?team_id={team.Id}")).Select(item => item.ToJsonString()), Is.EqualTo(new[] { created.ToJsonString() }));
        Assert.That((await Api.GetAsync($"/audit?team_id={team.Id}&action=budget_created")).Ok[0]!.Text("subject_id"), Is.EqualTo(created.Text("id")));
    }

    [Test]
    public async Task Earlier_spending_counts_and_the_budget_refuses_from_the_next_call_on()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        await team.UseAsync(session, 3m);
        await team.CreateReservationAsync(session, 1m);

        var budget = await CreateAsync(new { scope = "team", team_id = team.Id, period = "hour", limit_usd = 5m, name = "Brake" });
        var refusal = await team.ReserveAsync(session, 1.01m);

        var figure = budget.Items("current").Single();
        Assert.That((figure.Usd("spent_usd"), figure.Usd("reserved_usd"), figure.Usd("remaining_usd")), Is.EqualTo((3m, 1m, 1m)));
        Assert.That((refusal.Status, refusal.Json["budget"]!.Number("budget_id"), refusal.Json["budget"]!.Text("budget_name")), Is.EqualTo(
            (HttpStatusCode.PaymentRequired, long.Parse(budget.Text("id")!, null), "Brake")));
        Assert.That((await team.ReserveAsync(session, 1m)).Status, Is.EqualTo(HttpStatusCode.Created));
        Assert.That((await OnlyFigureAsync(budget)).Usd("remaining_usd"), Is.Zero);
        Assert.That((await team.BudgetAsync()).Items("budgets").Select(item => item.Text("budget_name")), Is.EqualTo(new[] { "Brake" }));
    }

    [Test]
    public async Task Changed_limit_applies_at_once_and_a_deleted_budget_no_longer()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        var budget = await CreateAsync(new { scope = "agent", match = team.Agent, period = "day", limit_usd = 1m });

        Assert.That((await team.ReserveAsync(session, 2m)).Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
        var changed = await ChangeAsync(budget, new { limit_usd = 3m, name = "Ada" });
        Assert.That((changed.Usd("limit_usd"), changed.Text("name"), changed.Text("team_id")), Is.EqualTo((3m, "Ada", team.Id)));
        Assert.That((await team.ReserveAsync(session, 2m)).Status, Is.EqualTo(HttpStatusCode.Created));
        Assert.That((await team.ReserveAsync(session, 2m)).Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
        Assert.That((await DeleteAsync(budget.Text("id"))).Status, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((await team.ReserveAsync(session, 2m)).Status, Is.EqualTo(HttpStatusCode.Created));

        Assert.That((await Api.GetAsync($"/budgets/{budget.Text("id")}")).Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await DeleteAsync(budget.Text("id"))).Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(
            (await Api.GetAsync($"/audit?subject=budget:{budget.Text("id")}")).Ok.AsArray().Select(entry => entry!.Text("action")),
            Is.EqualTo(new[] { "budget_deleted", "budget_changed", "budget_created" }));
    }

    [Test]
    public async Task Added_limit_in_tokens_counts_what_was_used_before()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        var budget = await CreateAsync(new { scope = "session", match = $"{session}", period = "total", limit_usd = 1m });
        await team.UseAsync(session, 0.5m);

        var changed = await ChangeAsync(budget, new { limit_tokens = 110, limit_usd = (decimal?)null });

        Assert.That((changed["limit_usd"], changed.Number("limit_tokens")), Is.EqualTo(((object?)null, 110L)));
        Assert.That(changed.Items("current").Select(figure => (figure.Number("spent_tokens"), figure.Number("remaining_tokens"), figure.Flag("over"))), Is.EqualTo(new[] { (110L, 0L, true) }));
        Assert.That((await team.BudgetAsync()).Flag("stop"), Is.True);
        EnsureInvalid(await Api.PatchAsync($"/budgets/{budget.Text("id")}", new { limit_tokens = (long?)null }), "limit_usd");
    }

    [Test]
    public async Task Created_or_lowered_budget_raises_the_alerts_of_the_lines_it_crosses()
    {
        var team = await Api.CreateTeamAsync();
        await team.UseAsync(await team.StartAsync(), 5m);

        var budget = await CreateAsync(new { scope = "team", match = team.Id, period = "day", limit_usd = 6m });
        Assert.That((await AlertsAsync(team, "threshold")).Select(alert => alert["details"]!.Usd("threshold")), Is.EqualTo(new[] { 0.8m }));
        await ChangeAsync(budget, new { limit_usd = 5m });

        Assert.That((await AlertsAsync(team, "threshold", "budget_exceeded")).Select(alert => alert.Text("kind")), Is.EqualTo(new[] { "threshold", "budget_exceeded" }));
    }

    [Test]
    public async Task Budget_that_kills_ends_sessions_when_its_limit_is_set_below_the_spending()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        await team.UseAsync(session, 5m);

        await CreateAsync(new { scope = "model", match = ApiClient.ListedModel, org_id = team.Organisation, period = "total", limit_usd = 4m, on_exceed = "kill" });

        Assert.That((await team.SessionAsync(session)).Text("status"), Is.EqualTo("killed"));
    }

    [Test]
    public async Task Each_agent_has_a_limit_of_its_own_and_the_tightest_are_shown()
    {
        var team = await Api.CreateTeamAsync();
        var agents = new List<string> { team.Agent };
        for (var i = 0; i < 6; i++)
        {
            agents.Add(await Api.CreateAgentAsync(team.Id, $"spare-{i}"));
        }

        var budget = await CreateAsync(new { scope = "agent", match = "*", team_id = team.Id, period = "day", limit_usd = 10m });
        await team.UseAsync(await team.StartAsync(agent: agents[3]), 10m);
        await team.UseAsync(await team.StartAsync(agent: agents[1]), 1m);

        var read = await BudgetAsync(budget.Text("id"));
        Assert.That(read.Number("current_count"), Is.EqualTo(7));
        Assert.That(read.Items("current").Select(figure => (figure.Text("scope_id"), figure.Usd("spent_usd"))).Take(2), Is.EqualTo(new[] { (agents[3], 10m), (agents[1], 1m) }));
        Assert.That(read.Items("current"), Has.Count.EqualTo(5));
        var listed = (await ListAsync($"?team_id={team.Id}&scope=agent")).Single();
        Assert.That((listed["current_count"], listed.Items("current").Count), Is.EqualTo(((object?)null, 0)));
        Assert.That((await Api.PostAsync("/sessions/start", new { agent_id = agents[3] })).Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
        Assert.That((await Api.PostAsync("/sessions/start", new { agent_id = agents[1] })).Status, Is.EqualTo(HttpStatusCode.Created));
    }

    [TestCase("scope", "team")]
    [TestCase("match", "*")]
    [TestCase("period", "day")]
    [TestCase("starts_on", 3)]
    [TestCase("team_id", null)]
    [TestCase("org_id", null)]
    public async Task Member_that_decides_what_is_counted_cannot_change(string member, object? value)
    {
        var team = await Api.CreateTeamAsync();
        var budget = await CreateAsync(new { scope = "model", match = "*", team_id = team.Id, period = "month", limit_usd = 1m });

        EnsureInvalid(await Api.PatchAsync($"/budgets/{budget.Text("id")}", new Dictionary<string, object?> { [member] = value }), member);
        Assert.That((await BudgetAsync(budget.Text("id"))).ToJsonString(), Is.EqualTo(budget.ToJsonString()));
    }

    [Test]
    public async Task Match_must_belong_to_the_team_and_the_organisation()
    {
        var (team, other) = (await Api.CreateTeamAsync(), await Api.CreateTeamAsync());

        EnsureInvalid(await Api.PostAsync("/budgets", new { scope = "agent", match = other.Agent, team_id = team.Id, period = "day", limit_usd = 1m }), "match");
        EnsureInvalid(await Api.PostAsync("/budgets", new { scope = "team", match = other.Id, team_id = team.Id, period = "day", limit_usd = 1m }), "match");
        EnsureInvalid(await Api.PostAsync("/budgets", new { scope = "agent", match = team.Agent, org_id = other.Organisation, period = "day", limit_usd = 1m }), "org_id");
        EnsureInvalid(await Api.PostAsync("/budgets", new { scope = "organisation", match = other.Organisation, org_id = team.Organisation, period = "day", limit_usd = 1m }), "match");
        EnsureInvalid(await Api.PostAsync("/budgets", new { scope = "label", match = "customer=acme", period = "day", limit_usd = 1m }), "org_id");
        Assert.That((await Api.PostAsync("/budgets", new { scope = "task", match = "999999", period = "day", limit_usd = 1m })).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Same_idempotency_key_creates_one_budget()
    {
        var team = await Api.CreateTeamAsync();
        var body = new { scope = "label", match = "Customer=*", team_id = team.Id, period = "month", limit_usd = 1m };

        var (first, second) = (await Api.PostAsync("/budgets", body, "once"), await Api.PostAsync("/budgets", body, "once"));

        Assert.That(second.Created.ToJsonString(), Is.EqualTo(first.Created.ToJsonString()));
        Assert.That(second.Header("Idempotent-Replayed"), Is.EqualTo("true"));
        Assert.That((await ListAsync($"?team_id={team.Id}")).Select(item => item.Text("match")), Is.EqualTo(new[] { "customer=*" }));
    }

    [Test]
    public async Task Team_has_at_most_100_budgets_and_an_archived_team_gets_none()
    {
        var team = await Api.CreateTeamAsync();
        var body = new { scope = "label", match = "customer=acme", team_id = team.Id, period = "hour", limit_usd = 1m };
        for (var i = 0; i < 100; i++)
        {
            await CreateAsync(body);
        }

        var refused = await Api.PostAsync("/budgets", body);
        Assert.That((refused.Status, refused.Json.Text("type")), Is.EqualTo((HttpStatusCode.Conflict, "/problems/too-many-budgets")));
        _ = (await Api.PostAsync($"/teams/{team.Id}/archive", null)).Ok;
        var archived = await Api.PostAsync("/budgets", body);
        Assert.That((archived.Status, archived.Json.Text("type")), Is.EqualTo((HttpStatusCode.Conflict, "/problems/archived")));
        Assert.That(await ListAsync($"?team_id={team.Id}"), Is.Empty);
    }

    [Test]
    public async Task Budget_of_an_archived_agent_is_left_out_of_lists()
    {
        var team = await Api.CreateTeamAsync();
        var budget = await CreateAsync(new { scope = "agent", match = team.Agent, period = "day", limit_usd = 1m });
        _ = (await Api.PostAsync($"/agents/{team.Agent}/archive", null)).Ok;

        Assert.That(await ListAsync($"?team_id={team.Id}"), Is.Empty);
        _ = (await Api.PostAsync($"/agents/{team.Agent}/restore", null)).Ok;
        Assert.That((await ListAsync($"?team_id={team.Id}")).Select(item => item.Text("id")), Is.EqualTo(new[] { budget.Text("id") }));
    }

    [Test]
    public async Task Change_of_time_zone_recounts_the_budgets_of_the_team()
    {
        var team = await Api.CreateTeamAsync();
        var budget = await CreateAsync(new { scope = "team", team_id = team.Id, period = "day", limit_usd = 10m });
        await team.UseAsync(await team.StartAsync(), 2m);

        await team.ConfigureAsync(new { timezone = "Pacific/Kiritimati" });
        await team.UseAsync(await team.StartAsync(), 1m);
        await team.ConfigureAsync(new { timezone = "UTC" });

        Assert.That((await OnlyFigureAsync(budget)).Usd("spent_usd"), Is.EqualTo(3m));
        Assert.That((await team.BudgetAsync()).Items("budgets").Single().Usd("spent_usd"), Is.EqualTo(3m));
    }
}
