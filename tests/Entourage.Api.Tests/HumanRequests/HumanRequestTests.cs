using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.HumanRequests;

/// <summary>Requests of agents to humans, and the budget increases that humans grant.</summary>
internal sealed class HumanRequestTests(Store store) : ApiFixture(store)
{
    [Test]
    public async Task Team_sees_a_request_and_the_agent_reads_its_answer()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();

        var created = await Api.PostAsync("/human-requests", new { agent_id = team.Agent, session_id = session, kind = "question", question = "Which\nbranch?" });
        var id = created.Created.Text("id")!;
        Assert.Multiple(() =>
        {
            Assert.That(created.Header("Location"), Does.EndWith($"/api/v1/human-requests/{id}"));
            Assert.That(Guid.Parse(id).Version, Is.EqualTo(7));
            Assert.That(created.Json.AsObject().Select(member => (member.Key, member.Value?.ToJsonString())), Is.EquivalentTo(new (string, string?)[]
            {
                ("id", $"\"{id}\""), ("team_id", $"\"{team.Id}\""), ("agent_id", $"\"{team.Agent}\""), ("agent_name", "\"eng-1\""),
                ("session_id", $"{session}"), ("task_id", null), ("kind", "\"question\""), ("question", "\"Which\\nbranch?\""), ("requested_usd", null),
                ("status", "\"pending\""), ("created_at", "\"2026-06-10T12:00:00Z\""), ("responded_at", null), ("response", null), ("granted_usd", null),
                ("granted_scope", null), ("grant_ends_at", null),
            }));
        });
        Assert.That((await Api.GetAsync($"/human-requests/{id}")).Ok.ToJsonString(), Is.EqualTo(created.Json.ToJsonString()));

        var answer = await RespondAsync(id, new { decision = "approved", response = "main" });

        Assert.Multiple(() =>
        {
            Assert.That((answer.Text("status"), answer.Text("response"), answer.Text("responded_at")), Is.EqualTo(("approved", "main", "2026-06-10T12:00:00Z")));
            Assert.That((answer["granted_usd"], answer["granted_scope"]), Is.EqualTo(((JsonNode?)null, (JsonNode?)null)));
        });
        Assert.That((await Api.GetAsync($"/human-requests/{id}")).Ok.ToJsonString(), Is.EqualTo(answer.ToJsonString()));
    }

    [Test]
    public async Task Request_raises_an_alert_that_its_answer_acknowledges()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 5m });
        var asked = await Api.PostAsync("/human-requests", new { agent_id = team.Agent, kind = "budget_increase", question = "The build is large.", requested_usd = 2m });
        var id = asked.Created.Text("id")!;

        var alert = (await Api.GetAsync($"/teams/{team.Id}/alerts?kind=human_request")).Ok.AsArray().Single()!;
        Assert.Multiple(() =>
        {
            Assert.That(alert.Text("message"), Is.EqualTo("eng-1 asks for $2.00 more: The build is large."));
            Assert.That((alert["details"]!.Text("human_request_id"), alert["details"]!.Usd("requested_usd")), Is.EqualTo((id, 2m)));
            Assert.That((alert.Text("status"), alert.Text("agent_id")), Is.EqualTo(("open", team.Agent)));
        });

        await RespondAsync(id, new { decision = "denied" });

        Assert.That((await Api.GetAsync($"/alerts/{alert.Text("id")}")).Ok.Text("status"), Is.EqualTo("acknowledged"));
    }

    [Test]
    public async Task Requests_of_a_team_are_listed_newest_first_by_status()
    {
        var (team, other) = (await Api.CreateTeamAsync(), await Api.CreateTeamAsync());
        await AskAsync(other, 1m);
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Insert(0, await AskAsync(team, 1m + i));
        }

        await RespondAsync(ids[1], new { decision = "denied" });

        Assert.That(await ListAsync($"/teams/{team.Id}/human-requests"), Is.EqualTo(ids));
        Assert.That(await ListAsync($"/teams/{team.Id}/human-requests?status=denied"), Is.EqualTo(new[] { ids[1] }));
        Assert.That(await ListAsync($"/teams/{team.Id}/human-requests?status=pending"), Is.EqualTo(ids.Where(id => id != ids[1])));
        Assert.That(await ListAsync($"/teams/{team.Id}/human-requests?status=approved"), Is.Empty);

        var paged = new List<string>();
        for (var path = $"/teams/{team.Id}/human-requests?limit=2&status=pending"; path is not null;)
        {
            var page = await Api.GetAsync(path);
            paged.AddRange(page.Ok.AsArray().Select(item => item!.Text("id")!));
            path = page.NextPath();
        }

        Assert.That(paged, Is.EqualTo(ids.Where(id => id != ids[1])));
    }

    [Test]
    public async Task Granted_increase_raises_the_task_cap_at_once_and_permanently()
    {
        await using var host = await ApiHost.StartAsync(Host.Database.Store);
        var team = await host.Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 10m, task_cost_limit_usd = 2m });
        var (tagged, untagged) = (await team.CreateTaskAsync(new { title = "Typo", tags = new[] { "budget:0.5" } }), await team.CreateTaskAsync());
        foreach (var (task, cap) in new[] { (tagged, 0.5m), (untagged, 2m) })
        {
            var session = await team.StartAsync(task);
            Assert.That((await team.UseAsync(session, cap)).Flag("stop"), Is.True);

            var answer = await RespondAsync(await AskAsync(team, 1.000000001m, session), new { decision = "approved" }, host.Api);

            var budget = await team.BudgetAsync();
            var shown = (await host.Api.GetAsync($"/tasks/{task}")).Ok;
            Assert.Multiple(() =>
            {
                Assert.That(answer.Number("task_id"), Is.EqualTo(task));
                Assert.That((answer.Usd("granted_usd"), answer.Text("granted_scope"), answer["grant_ends_at"]), Is.EqualTo((1.000000001m, "task", (JsonNode?)null)));
                Assert.That((budget.Usd("task_limit_usd"), budget.Flag("stop"), budget.Usd("daily_limit_usd")), Is.EqualTo((cap + 1.000000001m, false, 10m)));
                Assert.That((shown.Usd("budget_usd"), shown.Usd("remaining_usd")), Is.EqualTo((cap + 1.000000001m, 1.000000001m)));
            });
            Assert.That((await team.ReserveAsync(session, 1.000000002m)).Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
            Assert.That((await team.ReserveAsync(session, 1.000000001m)).Status, Is.EqualTo(HttpStatusCode.Created));
        }

        // Neither the passing of a week nor a new title ends the grant, but a new amount does.
        host.Clock.Advance(TimeSpan.FromDays(7));
        var changed = (await host.Api.PatchAsync($"/tasks/{tagged}", new { title = "Typos", tags = new[] { "budget:0.5", "ui" } })).Ok;
        Assert.That(changed.Usd("budget_usd"), Is.EqualTo(1.500000001m));
        Assert.That((await host.Api.PatchAsync($"/tasks/{tagged}", new { tags = new[] { "budget:0.75" } })).Ok.Usd("budget_usd"), Is.EqualTo(0.75m));
    }

    [Test]
    public async Task Granted_increase_without_a_task_raises_the_team_cap_for_its_local_day()
    {
        // 22:00 on the 9th in New York.
        await using var host = await ApiHost.StartAsync(Host.Database.Store, At("2026-06-10T02:00:00Z"));
        var team = await host.Api.CreateTeamAsync("America/New_York");
        await team.ConfigureAsync(new { daily_cost_limit_usd = 5m, weekly_cost_limit_usd = 100m });
        var session = await team.StartAsync();
        Assert.That((await team.UseAsync(session, 5m)).Flag("stop"), Is.True);

        var answer = await RespondAsync(await AskAsync(team, 9m, session), new { decision = "approved", granted_usd = 2m }, host.Api);
        var raised = await team.BudgetAsync();
        Assert.Multiple(() =>
        {
            Assert.That((answer.Usd("requested_usd"), answer.Usd("granted_usd"), answer.Text("granted_scope")), Is.EqualTo((9m, 2m, "team")));
            Assert.That(answer.Text("grant_ends_at"), Is.EqualTo("2026-06-10T04:00:00Z"));
            Assert.That((raised.Usd("daily_limit_usd"), raised.Usd("daily_remaining_usd"), raised.Flag("stop")), Is.EqualTo((7m, 2m, false)));
            Assert.That(raised.Items("budgets").Select(row => row.Usd("limit_usd")), Is.EqualTo(new[] { 7m, 100m }));
        });

        // Grants for one day add up.
        await RespondAsync(await AskAsync(team, 1m), new { decision = "approved" }, host.Api);
        var second = await team.StartAsync();
        Assert.That((await team.UseAsync(second, 2.5m))["budget"]!.Usd("daily_limit_usd"), Is.EqualTo(8m));
        Assert.That((await team.ReserveAsync(second, 0.5m, ttlSeconds: 60)).Status, Is.EqualTo(HttpStatusCode.Created));

        // Exceeds tomorrow's cap too, so waiting does not help.
        var refusal = (await team.ReserveAsync(second, 5.5m)).Expect(HttpStatusCode.PaymentRequired);
        Assert.That((refusal.Flag("waiting_helps"), refusal["retry_at"]), Is.EqualTo((false, (JsonNode?)null)));
        Assert.That((await team.ReserveAsync(second, 5m)).Json.Text("retry_at"), Is.EqualTo("2026-06-10T04:00:00Z"));

        host.Clock.SetUtcNow(At("2026-06-10T03:59:59Z"));
        Assert.That((await team.BudgetAsync()).Usd("daily_limit_usd"), Is.EqualTo(8m));
        host.Clock.SetUtcNow(At("2026-06-10T04:00:00Z"));
        var next = await team.BudgetAsync();
        Assert.That((next.Usd("daily_limit_usd"), next.Usd("daily_spent_usd")), Is.EqualTo((5m, 0m)));
        Assert.That((await team.UseAsync(second, 5m)).Flag("stop"), Is.True);
        Assert.That((await host.Api.PostAsync("/sessions/start", new { agent_id = team.Agent })).Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
        Assert.That((await host.Api.GetAsync($"/settings/teams/{team.Id}")).Ok.Usd("daily_cost_limit_usd"), Is.EqualTo(5m), "the cap itself never changed");

        // The grant of the new day does not include the one of the previous day.
        await RespondAsync(await AskAsync(team, 0.25m), new { decision = "approved" }, host.Api);
        Assert.That((await team.BudgetAsync()).Usd("daily_limit_usd"), Is.EqualTo(5.25m));
        Assert.That((await host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Grant_applies_only_to_its_own_day_of_a_reservation_over_midnight()
    {
        await using var host = await ApiHost.StartAsync(Host.Database.Store, At("2026-06-10T23:59:00Z"));
        var team = await host.Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        var session = await team.StartAsync();
        await RespondAsync(await AskAsync(team, 4m), new { decision = "approved" }, host.Api);

        Assert.That((await team.ReserveAsync(session, 2m, ttlSeconds: 120)).Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
        Assert.That((await team.ReserveAsync(session, 2m, ttlSeconds: 60)).Status, Is.EqualTo(HttpStatusCode.Created));
        Assert.That((await team.ReserveAsync(session, 1m, ttlSeconds: 120)).Status, Is.EqualTo(HttpStatusCode.Created));
    }

    [Test]
    public async Task Changing_the_time_zone_ends_the_days_grant_and_updates_its_end()
    {
        // The 10th in UTC is still the 9th in New York, where the 10th begins in two hours.
        await using var host = await ApiHost.StartAsync(Host.Database.Store, At("2026-06-10T02:00:00Z"));
        var team = await host.Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 5m });
        var id = await AskAsync(team, 2m);
        await RespondAsync(id, new { decision = "approved" }, host.Api);
        Assert.That((await team.BudgetAsync()).Usd("daily_limit_usd"), Is.EqualTo(7m));

        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await team.ConfigureAsync(new { timezone = "America/New_York" });

        Assert.That((await team.BudgetAsync()).Usd("daily_limit_usd"), Is.EqualTo(5m));
        Assert.That((await host.Api.GetAsync($"/human-requests/{id}")).Ok.Text("grant_ends_at"), Is.EqualTo("2026-06-10T02:01:00Z"));
        host.Clock.Advance(TimeSpan.FromHours(3));
        Assert.That((await team.BudgetAsync()).Usd("daily_limit_usd"), Is.EqualTo(5m), "not on the 10th in New York either");
        await team.ConfigureAsync(new { timezone = "UTC" });
        Assert.That((await team.BudgetAsync()).Usd("daily_limit_usd"), Is.EqualTo(5m), "not after switching back either");
    }

    [Test]
    public async Task Increase_without_a_cap_is_refused_and_the_request_stays_open()
    {
        var team = await Api.CreateTeamAsync();
        var id = await AskAsync(team, 2m, await team.StartAsync(await team.CreateTaskAsync()));

        var refusal = await Api.PostAsync($"/human-requests/{id}/respond", new { decision = "approved" });
        Assert.That((refusal.Status, refusal.Json.Text("type")), Is.EqualTo((HttpStatusCode.UnprocessableEntity, "/problems/nothing-to-raise")));
        Assert.That((await team.BudgetAsync()).Items("budgets"), Is.Empty);
        Assert.That((await Api.GetAsync($"/human-requests/{id}")).Ok.Text("status"), Is.EqualTo("pending"));

        // A new cap can be raised. After it is removed, nothing of the grant remains.
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        await RespondAsync(id, new { decision = "approved" });
        Assert.That((await team.BudgetAsync()).Usd("daily_limit_usd"), Is.EqualTo(3m));
        await team.ConfigureAsync(new { daily_cost_limit_usd = (decimal?)null });
        Assert.That((await team.BudgetAsync())["daily_limit_usd"], Is.Null);
    }

    [Test]
    public async Task Request_is_answered_once_despite_concurrent_answers_and_retries()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        var ids = new[] { await AskAsync(team, 1m), await AskAsync(team, 1m), await AskAsync(team, 1m), await AskAsync(team, 1m) };

        var answers = await Task.WhenAll(ids.SelectMany(id => Enumerable.Range(0, 3)
            .Select(_ => Api.PostAsync($"/human-requests/{id}/respond", new { decision = "approved" }))));

        Assert.That(answers.Count(answer => answer.Status == HttpStatusCode.OK), Is.EqualTo(4));
        Assert.That(
            answers.Where(answer => answer.Status != HttpStatusCode.OK).Select(answer => (answer.Status, answer.Json.Text("type"))),
            Is.All.EqualTo((HttpStatusCode.Conflict, "/problems/already-answered")));
        Assert.That((await team.BudgetAsync()).Usd("daily_limit_usd"), Is.EqualTo(5m), "each is recorded once");

        var body = new { agent_id = team.Agent, kind = "budget_increase", question = "More?", requested_usd = 1m };
        var asked = await Api.PostAsync("/human-requests", body, "ask-once");
        var again = await Api.PostAsync("/human-requests", body, "ask-once");
        Assert.That((again.Created.ToJsonString(), again.Header("Idempotent-Replayed")), Is.EqualTo((asked.Created.ToJsonString(), "true")));
        var path = $"/human-requests/{asked.Json.Text("id")}/respond";
        var first = await Api.PostAsync(path, new { decision = "approved" }, "answer-once");
        var second = await Api.PostAsync(path, new { decision = "approved" }, "answer-once");
        Assert.That((second.Ok.ToJsonString(), second.Header("Idempotent-Replayed")), Is.EqualTo((first.Ok.ToJsonString(), "true")));
        Assert.That((await team.BudgetAsync()).Usd("daily_limit_usd"), Is.EqualTo(6m));
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static async Task<string> AskAsync(TestTeam team, decimal usd, long? session = null) => (await team.Api.PostAsync(
        "/human-requests",
        new { agent_id = team.Agent, session_id = session, kind = "budget_increase", question = "May I go on?", requested_usd = usd })).Created.Text("id")!;

    private async Task<JsonNode> RespondAsync(string id, object answer, ApiClient? api = null) =>
        (await (api ?? Api).PostAsync($"/human-requests/{id}/respond", answer)).Ok;

    private async Task<IEnumerable<string>> ListAsync(string path) => (await Api.GetAsync(path)).Ok.AsArray().Select(item => item!.Text("id")!);
}
