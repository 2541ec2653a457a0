using System.Net;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Budgets;

/// <summary>The caps in the settings are shown and changed as budgets, too.</summary>
internal sealed class SettingBudgetTests(Store store) : BudgetFixture(store)
{
    private TestTeam team = null!;
    private long task;

    [SetUp]
    public async Task ConfigureAsync()
    {
        team = await Api.CreateTeamAsync();
        task = await team.CreateTaskAsync(new { title = "Fix login bug", budget_usd = 8m });
        await team.ConfigureAsync(new
        {
            daily_cost_limit_usd = 1m,
            weekly_cost_limit_usd = 2m,
            monthly_cost_limit_usd = 3m,
            agent_daily_cost_limit_usd = 4m,
            task_cost_limit_usd = 5m,
            session_cost_limit_usd = 6m,
            enforcement = "observe",
        });
        _ = (await Api.PatchAsync($"/settings/agents/{team.Agent}", new { daily_cost_limit_usd = 7m })).Ok;
        _ = (await Api.PatchAsync($"/settings/orgs/{team.Organisation}", new { daily_cost_limit_usd = 9m, monthly_cost_limit_usd = 10m })).Ok;
    }

    private IReadOnlyList<(string Id, string Setting, string Scope, string Match, string Period, decimal Limit)> Caps =>
    [
        ($"org-{team.Organisation}-day", "daily_cost_limit_usd", "organisation", team.Organisation, "day", 9m),
        ($"org-{team.Organisation}-month", "monthly_cost_limit_usd", "organisation", team.Organisation, "month", 10m),
        ($"team-{team.Id}-day", "daily_cost_limit_usd", "team", team.Id, "day", 1m),
        ($"team-{team.Id}-week", "weekly_cost_limit_usd", "team", team.Id, "week", 2m),
        ($"team-{team.Id}-month", "monthly_cost_limit_usd", "team", team.Id, "month", 3m),
        ($"team-{team.Id}-each-agent-day", "agent_daily_cost_limit_usd", "agent", "*", "day", 4m),
        ($"team-{team.Id}-each-task", "task_cost_limit_usd", "task", "*", "total", 5m),
        ($"team-{team.Id}-each-session", "session_cost_limit_usd", "session", "*", "total", 6m),
        ($"agent-{team.Agent}-day", "daily_cost_limit_usd", "agent", team.Agent, "day", 7m),
        ($"task-{task}", "budget_usd", "task", $"{task}", "total", 8m),
    ];

    [Test]
    public async Task Caps_are_listed_and_read_as_budgets()
    {
        await team.UseAsync(await team.StartAsync(task), 0.25m);
        var listed = await ListAsync($"?org_id={team.Organisation}");

        Assert.That(listed.Select(Described), Is.EqualTo(Caps));
        Assert.That(listed.Select(item => item.Text("enforcement")), Is.EqualTo(Caps.Select(cap => cap.Scope == "organisation" ? "hard" : "observe")));
        foreach (var item in listed)
        {
            var read = await BudgetAsync(item.Text("id"));
            Assert.That(Described(read), Is.EqualTo(Described(item)));
            if (item.Text("match") != "*")
            {
                Assert.That(item.ToJsonString(), Is.EqualTo(read.ToJsonString()));
                Assert.That(item.Items("current").Single().Usd("spent_usd"), Is.EqualTo(0.25m), item.Text("id"));
            }
        }
    }

    [Test]
    public async Task Change_of_a_budget_changes_its_setting_and_the_other_way_round()
    {
        foreach (var cap in Caps)
        {
            var changed = (await Api.PatchAsync($"/budgets/{cap.Id}", new { limit_usd = cap.Limit + 100 })).Ok;
            Assert.That(Described(changed), Is.EqualTo(cap with { Limit = cap.Limit + 100 }));
        }

        var settings = (await Api.GetAsync($"/settings/teams/{team.Id}")).Ok;
        Assert.That(settings.Usd("daily_cost_limit_usd"), Is.EqualTo(101m));
        Assert.That(settings.Usd("session_cost_limit_usd"), Is.EqualTo(106m));
        Assert.That((await Api.GetAsync($"/settings/agents/{team.Agent}")).Ok.Usd("daily_cost_limit_usd"), Is.EqualTo(107m));
        Assert.That((await Api.GetAsync($"/settings/orgs/{team.Organisation}")).Ok.ToJsonString(), Is.EqualTo("""{"daily_cost_limit_usd":109.00,"monthly_cost_limit_usd":110.00}"""));
        Assert.That((await Api.GetAsync($"/tasks/{task}")).Ok.Usd("budget_usd"), Is.EqualTo(108m));
        Assert.That((await Api.GetAsync($"/audit?team_id={team.Id}&action=team_settings_changed&limit=1")).Ok[0]!["new"]!.Usd("session_cost_limit_usd"), Is.EqualTo(106m));

        await team.ConfigureAsync(new { daily_cost_limit_usd = 33m });
        Assert.That((await BudgetAsync($"team-{team.Id}-day")).Usd("limit_usd"), Is.EqualTo(33m));
    }

    [Test]
    public async Task Deleted_budget_removes_the_limit_from_the_settings()
    {
        foreach (var cap in Caps)
        {
            Assert.That((await DeleteAsync(cap.Id)).Status, Is.EqualTo(HttpStatusCode.NoContent), cap.Id);
            Assert.That((await Api.GetAsync($"/budgets/{cap.Id}")).Status, Is.EqualTo(HttpStatusCode.NotFound), cap.Id);
            Assert.That((await DeleteAsync(cap.Id)).Status, Is.EqualTo(HttpStatusCode.NotFound), cap.Id);
        }

        Assert.That(await ListAsync($"?org_id={team.Organisation}"), Is.Empty);
        Assert.That((await Api.GetAsync($"/settings/teams/{team.Id}")).Ok["weekly_cost_limit_usd"], Is.Null);
    }

    [Test]
    public async Task Other_members_are_changed_in_the_settings()
    {
        EnsureInvalid(await Api.PatchAsync($"/budgets/team-{team.Id}-day", new { enforcement = "hard" }), "enforcement");
        EnsureInvalid(await Api.PatchAsync($"/budgets/task-{task}", new { name = "Login" }), "name");
        EnsureInvalid(await Api.PatchAsync($"/budgets/agent-{team.Agent}-day", new { limit_usd = (decimal?)null }), "limit_usd");
    }

    [Test]
    public async Task Defaults_show_the_items_that_have_them()
    {
        var second = await Api.CreateAgentAsync(team.Id, "eng-2");
        var open = await team.CreateTaskAsync();
        var session = await team.StartAsync(open, second);
        await team.UseAsync(session, 1m);

        foreach (var (id, item) in new (string, object)[] { ("each-agent-day", second), ("each-task", open), ("each-session", session) })
        {
            var budget = await BudgetAsync($"team-{team.Id}-{id}");
            Assert.That(budget.Number("current_count"), Is.EqualTo(1), id);
            Assert.That((budget.Items("current").Single()["scope_id"]!.ToString(), budget.Items("current").Single().Usd("spent_usd")), Is.EqualTo(($"{item}", 1m)), id);
        }
    }

    [Test]
    public async Task Lists_are_filtered_and_searched()
    {
        await CreateAsync(new { scope = "label", match = "customer=acme", org_id = team.Organisation, period = "month", limit_usd = 1m, name = "Big client" });

        Assert.That((await ListAsync($"?org_id={team.Organisation}&scope=session")).Select(item => item.Text("id")), Is.EqualTo(new[] { $"team-{team.Id}-each-session" }));
        Assert.That((await ListAsync($"?team_id={team.Id}")).Select(item => item.Text("id")), Is.EqualTo(Caps.Select(cap => cap.Id).Where(id => !id.StartsWith("org", StringComparison.Ordinal))));
        Assert.That(await ListAsync($"?org_id={team.Organisation}&q=BIG+client"), Has.Count.EqualTo(1));
        Assert.That(await ListAsync($"?org_id={team.Organisation}&q=acme"), Has.Count.EqualTo(3));
        Assert.That((await ListAsync($"?org_id={team.Organisation}&q=login+bug")).Select(item => item.Text("id")), Is.EqualTo(new[] { $"task-{task}" }));
        EnsureInvalid(await Api.GetAsync("/budgets?scope=planet"), "scope");
        Assert.That((await Api.GetAsync($"/budgets?team_id={Guid.CreateVersion7()}")).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    private static (string? Id, string? Setting, string? Scope, string? Match, string? Period, decimal Limit) Described(JsonNode budget) => (
        budget.Text("id"), budget.Text("setting"), budget.Text("scope"), budget.Text("match"), budget.Text("period"), budget.Usd("limit_usd")!.Value);
}
