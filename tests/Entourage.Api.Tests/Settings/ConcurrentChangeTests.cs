using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Settings;

/// <summary>Changes to one row wait for each other. None fails because another was faster.</summary>
internal sealed class ConcurrentChangeTests(Store store) : ApiFixture(store)
{
    private const int Callers = 60;

    [Test]
    public async Task Concurrent_changes_of_a_team_all_succeed()
    {
        var team = await Api.CreateTeamAsync();

        var answers = await AllAsync(i => Api.PatchAsync($"/settings/teams/{team.Id}", new { daily_cost_limit_usd = i + 1 }));

        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.OK));
        Assert.That(answers.Select(answer => answer.Header("ETag")), Is.Unique);
    }

    [Test]
    public async Task Concurrent_changes_of_a_team_based_on_one_version_succeed_once()
    {
        var team = await Api.CreateTeamAsync();
        var path = $"/settings/teams/{team.Id}";
        var tag = (await Api.GetAsync(path)).Header("ETag");

        var answers = await AllAsync(i => Api.PatchAsync(path, new { daily_cost_limit_usd = i + 1 }, tag));

        Assert.That(answers.Count(answer => answer.Status == HttpStatusCode.OK), Is.EqualTo(1));
        Assert.That(answers.Count(answer => answer.Status == HttpStatusCode.Conflict && answer.Json.Text("type") == "/problems/stale"), Is.EqualTo(Callers - 1));
    }

    [Test]
    public async Task Concurrent_changes_of_an_organisation_its_teams_agents_and_tasks_all_succeed()
    {
        var team = await Api.CreateTeamAsync();
        var agent = await Api.CreateAgentAsync(team.Id, "second");
        var task = await team.CreateTaskAsync();
        var blocker = await team.CreateTaskAsync();

        var answers = await AllAsync(i => (i % 6) switch
        {
            0 => Api.PatchAsync($"/settings/orgs/{team.Organisation}", new { daily_cost_limit_usd = i + 1 }),
            1 => Api.PatchAsync($"/settings/agents/{team.Agent}", new { daily_cost_limit_usd = i + 1 }),
            2 => Api.PatchAsync($"/settings/teams/{team.Id}", new { timezone = i % 4 == 0 ? "UTC" : "Europe/Berlin" }),
            3 => Api.PatchAsync($"/agents/{agent}", new { name = $"second {i}" }),
            4 => Api.PatchAsync($"/tasks/{task}", new { title = $"Task {i}", depends_on = new[] { blocker }, tags = new[] { $"budget:{i}" } }),
            _ => Api.PatchAsync($"/tasks/{blocker}", new { priority = i % 4 == 1 ? "low" : "high" }),
        });

        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Concurrent_usage_and_changes_of_caps_all_succeed()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();

        var answers = await AllAsync(i => i % 2 == 0
            ? Api.PatchAsync($"/settings/teams/{team.Id}", new { daily_cost_limit_usd = 100 + i })
            : Api.PostAsync($"/sessions/{session}/usage", new { model = ApiClient.UnlistedModel, input_tokens = 1, output_tokens = 1, cost_usd = 1 }));

        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.OK));
        Assert.That((await team.BudgetAsync()).ToJsonString(), Does.Contain("\"spent_usd\":30"));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Concurrent_responses_to_a_request_for_money_grant_it_once()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 10m });
        var asked = (await Api.PostAsync("/human-requests", new { agent_id = team.Agent, kind = "budget_increase", question = "More?", requested_usd = 2m })).Created;

        var answers = await AllAsync(_ => Api.PostAsync($"/human-requests/{asked.Text("id")}/respond", new { decision = "approved" }));

        Assert.That(answers.Count(answer => answer.Status == HttpStatusCode.OK), Is.EqualTo(1));
        Assert.That(answers.Count(answer => answer.Status == HttpStatusCode.Conflict), Is.EqualTo(Callers - 1));
    }

    [Test]
    public async Task Concurrent_acknowledgements_of_an_alert_all_succeed()
    {
        var team = await Api.CreateTeamAsync();
        await Api.PostAsync("/human-requests", new { agent_id = team.Agent, kind = "question", question = "Which?" });
        var alert = (await Api.GetAsync($"/teams/{team.Id}/alerts")).Ok.AsArray().Single()!.Text("id");

        var answers = await AllAsync(_ => Api.PostAsync($"/alerts/{alert}/acknowledge", null));

        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Concurrent_changes_never_close_a_cycle_of_dependencies()
    {
        var team = await Api.CreateTeamAsync();
        long[] tasks = [await team.CreateTaskAsync(), await team.CreateTaskAsync(), await team.CreateTaskAsync()];

        var answers = await AllAsync(i => Api.PatchAsync($"/tasks/{tasks[i % 3]}", new { depends_on = new[] { tasks[(i + 1) % 3] } }));

        Assert.That(answers.Select(answer => answer.Status).Distinct(), Is.EquivalentTo(new[] { HttpStatusCode.OK, HttpStatusCode.UnprocessableEntity }));
        var dependent = 0;
        foreach (var task in tasks)
        {
            dependent += (await Api.GetAsync($"/tasks/{task}")).Ok.Items("depends_on").Count;
        }

        Assert.That(dependent, Is.EqualTo(2));
    }

    private static Task<Answer[]> AllAsync(Func<int, Task<Answer>> send) =>
        Task.WhenAll(Enumerable.Range(0, Callers).Select(i => Task.Run(() => send(i))));
}
