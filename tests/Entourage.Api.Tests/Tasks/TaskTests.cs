using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Tasks;

/// <summary>The details, dependencies and status of tasks.</summary>
internal sealed class TaskTests(Store store) : ApiFixture(store)
{
    [Test]
    public async Task New_task_has_the_documented_members_and_defaults()
    {
        var team = await Api.CreateTeamAsync();
        var task = (await Api.PostAsync($"/teams/{team.Id}/tasks", new { title = "Fix login bug" })).Created;

        Assert.That(task.AsObject().Select(member => member.Key), Is.EqualTo(new[]
        {
            "id", "team_id", "title", "description", "status", "priority", "task_type", "tags", "depends_on", "assignee_id",
            "budget_usd", "spent_usd", "remaining_usd", "red_flag", "created_at", "updated_at", "completed_at",
        }));
        Assert.That((task.Text("status"), task.Text("priority"), task.Text("task_type")), Is.EqualTo(("todo", "medium", "other")));
    }

    [Test]
    public async Task Task_is_changed_member_by_member_and_its_tag_sets_its_cap()
    {
        var team = await Api.CreateTeamAsync();
        var other = await team.CreateTaskAsync();
        var task = await team.CreateTaskAsync(new { title = "Typo", description = "In README", tags = new[] { "budget:0.50" } });
        Host.Clock.Advance(TimeSpan.FromMinutes(1));

        var changed = (await Api.PatchAsync($"/tasks/{task}", new
        {
            priority = "critical",
            task_type = "config",
            tags = new[] { "docs", "budget:0.75" },
            depends_on = new[] { other },
            assignee_id = team.Agent,
        })).Ok;
        var cleared = (await Api.PatchAsync($"/tasks/{task}", """{"description": null, "tags": [], "depends_on": null, "assignee_id": null}""")).Ok;

        Assert.Multiple(() =>
        {
            Assert.That(changed.Text("title"), Is.EqualTo("Typo"));
            Assert.That(changed.Text("description"), Is.EqualTo("In README"));
            Assert.That(changed.Usd("budget_usd"), Is.EqualTo(0.75m));
            Assert.That(changed["depends_on"]!.ToJsonString(), Is.EqualTo($"[{other}]"));
            Assert.That(changed.Text("assignee_id"), Is.EqualTo(team.Agent));
            Assert.That(changed.Text("updated_at"), Is.Not.EqualTo(changed.Text("created_at")));
            Assert.That(cleared["budget_usd"], Is.Null);
            Assert.That(cleared["description"], Is.Null);
            Assert.That(cleared["assignee_id"], Is.Null);
            Assert.That(cleared.Items("depends_on"), Is.Empty);
            Assert.That(cleared.Text("priority"), Is.EqualTo("critical"));
        });
    }

    [Test]
    public async Task Task_passes_through_its_statuses_and_states_when_it_was_done()
    {
        var team = await Api.CreateTeamAsync();
        var task = await team.CreateTaskAsync();
        foreach (var status in new[] { "in_progress", "in_review", "in_progress", "in_review" })
        {
            Assert.That((await MoveAsync(status)).Ok["completed_at"], Is.Null);
        }

        Assert.That((await MoveAsync("done")).Ok.Text("completed_at"), Is.Not.Null);
        var late = await MoveAsync("cancelled");
        Assert.That((late.Status, late.Json.Text("type")), Is.EqualTo((HttpStatusCode.Conflict, "/problems/illegal-status")));
        Assert.That((await Api.GetAsync($"/teams/{team.Id}/tasks?status=done")).Ok.AsArray(), Has.Count.EqualTo(1));
        Assert.That((await Api.GetAsync($"/teams/{team.Id}/tasks?status=todo")).Ok.AsArray(), Is.Empty);

        Task<Answer> MoveAsync(string status) => Api.PostAsync($"/tasks/{task}/status", new { status });
    }

    [Test]
    public async Task Task_is_blocked_until_its_dependencies_are_done()
    {
        var team = await Api.CreateTeamAsync();
        var (first, second) = (await team.CreateTaskAsync(), await team.CreateTaskAsync());
        var last = await team.CreateTaskAsync(new { title = "Last", depends_on = new[] { first, second, first } });

        var blocked = await Api.PostAsync("/sessions/start", new { agent_id = team.Agent, task_id = last });
        Assert.That((blocked.Status, blocked.Json.Text("type")), Is.EqualTo((HttpStatusCode.Conflict, "/problems/task-blocked")));
        Assert.That(blocked.Json["blocked_by"]!.ToJsonString(), Is.EqualTo($"[{first},{second}]"));

        await FinishAsync(first);
        blocked = await Api.PostAsync("/sessions/start", new { agent_id = team.Agent, task_id = last });
        Assert.That(blocked.Json["blocked_by"]!.ToJsonString(), Is.EqualTo($"[{second}]"));

        await FinishAsync(second);
        Assert.That(await team.StartAsync(last), Is.Positive);

        async Task FinishAsync(long task)
        {
            foreach (var status in new[] { "in_progress", "in_review", "done" })
            {
                (await Api.PostAsync($"/tasks/{task}/status", new { status })).Expect(HttpStatusCode.OK);
            }
        }
    }

    [Test]
    public async Task Cyclic_dependency_is_refused_and_a_diamond_is_not()
    {
        var team = await Api.CreateTeamAsync();
        var top = await team.CreateTaskAsync();
        var left = await team.CreateTaskAsync(new { title = "Left", depends_on = new[] { top } });
        var right = await team.CreateTaskAsync(new { title = "Right", depends_on = new[] { top } });
        var bottom = await team.CreateTaskAsync(new { title = "Bottom", depends_on = new[] { left, right } });

        var cycle = await Api.PatchAsync($"/tasks/{top}", new { depends_on = new[] { bottom } });

        Assert.That((cycle.Status, cycle.Json.Text("type")), Is.EqualTo((HttpStatusCode.UnprocessableEntity, "/problems/dependency-cycle")));
        Assert.That((await Api.GetAsync($"/tasks/{top}")).Ok.Items("depends_on"), Is.Empty);
    }

    [Test]
    public async Task Guidelines_have_the_documented_amounts()
    {
        var guidelines = (await Api.GetAsync("/guidelines")).Ok.AsArray();

        Assert.That(
            guidelines.Select(row => (row!.Text("task_type"), row!.Usd("reasonable_from_usd"), row!.Usd("reasonable_to_usd"), row!.Usd("red_flag_above_usd"))),
            Is.EqualTo(new (string?, decimal?, decimal?, decimal?)[]
            {
                ("config", 0.10m, 0.50m, 1m),
                ("bugfix", 0.50m, 3.00m, 5m),
                ("small_feature", 2.00m, 8.00m, 15m),
                ("large_feature", 5.00m, 20.00m, 30m),
                (null, 10m, 50m, 100m),
            }));
    }

    [Test]
    public async Task Cap_is_set_by_a_member_as_well_as_by_a_tag()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { task_cost_limit_usd = 7m });
        var created = (await Api.PostAsync($"/teams/{team.Id}/tasks", new { title = "Fix", budget_usd = 2.5m, tags = new[] { "budget:9" } })).Created;
        var id = created.Number("id");

        Assert.That(created.Usd("budget_usd"), Is.EqualTo(2.5m), "the member takes precedence");
        Assert.That((await ChangeAsync(new { budget_usd = 1m })).Usd("budget_usd"), Is.EqualTo(1m));
        Assert.That((await ChangeAsync(new { title = "Fix it" })).Usd("budget_usd"), Is.EqualTo(1m), "an absent member changes nothing");
        Assert.That((await ChangeAsync(new { tags = new[] { "budget:3" } })).Usd("budget_usd"), Is.EqualTo(3m), "a new tag counts");
        Assert.That((await ChangeAsync(new { budget_usd = (decimal?)null })).Usd("budget_usd"), Is.EqualTo(7m), "the default of the team");
        Assert.That((await Api.PatchAsync($"/tasks/{id}", new { budget_usd = -1m })).Text, Does.Contain("budget_usd"));
        Assert.That(
            (await Api.GetAsync($"/audit?team_id={team.Id}")).Ok.AsArray().Count(entry => entry!.Text("action") == "task_cap_changed"),
            Is.EqualTo(4));

        async Task<System.Text.Json.Nodes.JsonNode> ChangeAsync(object change) => (await Api.PatchAsync($"/tasks/{id}", change)).Ok;
    }

    [Test]
    public async Task Lowered_cap_holds_at_once()
    {
        var team = await Api.CreateTeamAsync();
        var task = await team.CreateTaskAsync(new { title = "Fix", budget_usd = 5m });
        var session = await team.StartAsync(task);
        await team.UseAsync(session, 2m);

        _ = (await Api.PatchAsync($"/tasks/{task}", new { budget_usd = 1m })).Ok;

        Assert.That((await team.UseAsync(session, 0.01m)).Flag("over_budget"), Is.True);
        Assert.That((await Api.PostAsync("/sessions/start", new { agent_id = team.Agent, task_id = task })).Status, Is.EqualTo(System.Net.HttpStatusCode.PaymentRequired));
    }
}
