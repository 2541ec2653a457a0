using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Reservations;

/// <summary>A reservation counts in every budget that applies, or in none (rules 3, 4 and 6).</summary>
internal sealed class ReservationTests(Store store) : ApiFixture(store)
{
    private static readonly object[] Caps =
    [
        new object[] { "orgs", "daily_cost_limit_usd", "organisation", "day" },
        new object[] { "orgs", "monthly_cost_limit_usd", "organisation", "month" },
        new object[] { "teams", "daily_cost_limit_usd", "team", "day" },
        new object[] { "teams", "weekly_cost_limit_usd", "team", "week" },
        new object[] { "teams", "monthly_cost_limit_usd", "team", "month" },
        new object[] { "teams", "agent_daily_cost_limit_usd", "agent", "day" },
        new object[] { "agents", "daily_cost_limit_usd", "agent", "day" },
        new object[] { "teams", "task_cost_limit_usd", "task", "total" },
        new object[] { "teams", "session_cost_limit_usd", "session", "total" },
    ];

    [TestCase(null, 300)]
    [TestCase(1, 1)]
    [TestCase(3_600, 3_600)]
    public async Task Grant_states_its_amount_and_expiry(int? ttl, int lasts)
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 8m });
        var session = await team.StartAsync();
        var now = Host.Clock.GetUtcNow();

        var grant = (await team.ReserveAsync(session, 2.500000001m, ttl)).Created;

        Assert.Multiple(() =>
        {
            Assert.That(
                grant.AsObject().Select(member => member.Key), Is.EquivalentTo(new[] { "id", "session_id", "amount_usd", "created_at", "expires_at", "budget" }));
            Assert.That(Guid.Parse(grant.Text("id")!).Version, Is.EqualTo(7));
            Assert.That(grant.Number("session_id"), Is.EqualTo(session));
            Assert.That(grant.Usd("amount_usd"), Is.EqualTo(2.500000001m));
            Assert.That(Instant(grant, "created_at"), Is.EqualTo(now));
            Assert.That(Instant(grant, "expires_at"), Is.EqualTo(now.AddSeconds(lasts)));
            Assert.That(grant["budget"]!.Usd("reserved_usd"), Is.EqualTo(2.500000001m));
            Assert.That(grant["budget"]!.Usd("daily_remaining_usd"), Is.EqualTo(5.499999999m));
            Assert.That(grant["budget"]!.Usd("daily_spent_usd"), Is.Zero);
        });
        Assert.That((await team.BudgetAsync()).ToJsonString(), Is.EqualTo(grant["budget"]!.ToJsonString()));
    }

    [Test]
    public async Task Reservation_counts_in_every_budget_that_applies_including_the_parents_cap()
    {
        var (team, child, parent) = await CappedAsync();

        var grant = (await team.ReserveAsync(child, 2m)).Created;

        Assert.That(
            grant["budget"]!.Items("budgets").Select(budget => (budget.Text("scope"), budget.Text("period"), budget.Usd("reserved_usd"), budget.Usd("remaining_usd"))),
            Is.EqualTo(new[]
            {
                ("organisation", "day", 2m, 8m), ("organisation", "month", 2m, 8m),
                ("team", "day", 2m, 8m), ("team", "week", 2m, 8m), ("team", "month", 2m, 8m),
                ("agent", "day", 2m, 8m), ("task", "total", 2m, 8m), ("session", "total", 2m, 8m),
            }));
        Assert.That(grant["budget"]!.Items("budgets")[^1].Number("scope_id"), Is.EqualTo(parent));
    }

    [TestCaseSource(nameof(Caps))]
    public async Task Reservation_refused_by_one_budget_counts_in_none(string kind, string setting, string scope, string period)
    {
        var (team, child, _) = await CappedAsync();
        await CapAsync(team, kind, setting, 1m);

        var refusal = await team.ReserveAsync(child, 1.000000001m);

        Assert.That(refusal.Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
        Assert.That((refusal.Json["budget"]!.Text("scope"), refusal.Json["budget"]!.Text("period")), Is.EqualTo((scope, period)));
        Assert.That(refusal.Json.Usd("max_reservable_usd"), Is.EqualTo(1m));
        Assert.That(ReservedOf(await team.BudgetAsync()), Is.All.Zero);
        Assert.That((await team.SessionAsync(child)).Usd("reserved_usd"), Is.Zero);

        Assert.That(ReservedOf((await team.ReserveAsync(child, 1m)).Created["budget"]!), Is.All.EqualTo(1m));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Reservation_of_a_sub_agent_counts_in_the_cap_of_the_whole_tree()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { session_cost_limit_usd = 3m });
        var parent = await team.StartAsync();
        var child = await team.StartAsync(parent: parent);
        var sibling = await team.StartAsync(parent: parent);
        await team.CreateReservationAsync(child, 2m);

        foreach (var session in new[] { parent, child, sibling })
        {
            var refusal = await team.ReserveAsync(session, 1.5m);
            Assert.That(refusal.Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
            Assert.That(refusal.Json["budget"]!.Number("scope_id"), Is.EqualTo(parent));
            Assert.That(refusal.Json["budget"]!.Usd("reserved_usd"), Is.EqualTo(2m));
        }

        await team.CreateReservationAsync(sibling, 1m);
        Assert.That((await team.SessionAsync(parent)).Usd("reserved_usd"), Is.Zero, "those of its sub-agents are not counted");
        Assert.That((await team.SessionAsync(child)).Usd("reserved_usd"), Is.EqualTo(2m));
        Assert.That((await team.ReserveAsync(await team.StartAsync(), 3m)).Status, Is.EqualTo(HttpStatusCode.Created), "another tree has its own cap");
    }

    [Test]
    public async Task Reserved_amount_is_shown_for_session_task_and_agent()
    {
        var team = await Api.CreateTeamAsync();
        var other = await Api.CreateAgentAsync(team.Id, "eng-2");
        await team.ConfigureAsync(new { daily_cost_limit_usd = 20m, agent_daily_cost_limit_usd = 10m });
        var task = await team.CreateTaskAsync(new { title = "Typo", tags = new[] { "budget:9" } });
        var (session, beside) = (await team.StartAsync(task), await team.StartAsync(task, other));
        await team.UseAsync(session, 1m);
        await team.CreateReservationAsync(session, 2m);
        await team.CreateReservationAsync(session, 0.5m);
        await team.CreateReservationAsync(beside, 4m);

        var (shown, budget) = ((await Api.GetAsync($"/tasks/{task}")).Ok, await team.BudgetAsync());
        var listed = (await Api.GetAsync($"/agents/{team.Agent}/sessions")).Ok[0]!;

        Assert.Multiple(() =>
        {
            Assert.That(listed.Usd("reserved_usd"), Is.EqualTo(2.5m));
            Assert.That((shown.Usd("spent_usd"), shown.Usd("remaining_usd")), Is.EqualTo((1m, 1.5m)));
            Assert.That((budget.Usd("reserved_usd"), budget.Usd("daily_remaining_usd")), Is.EqualTo((2.5m, 6.5m)), "the agent's day is the tightest");
            Assert.That(ReservedOf(budget), Is.EqualTo(new[] { 6.5m, 2.5m, 6.5m }), "team, agent, task");
        });
    }

    [Test]
    public async Task Start_is_refused_while_the_remaining_budget_is_reserved()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 5m });
        var session = await team.StartAsync();
        await team.UseAsync(session, 1m);
        var reservation = await team.CreateReservationAsync(session, 4m);

        var (budget, refusal) = (await team.BudgetAsync(), await Api.PostAsync("/sessions/start", new { agent_id = team.Agent }));

        Assert.Multiple(() =>
        {
            Assert.That((budget.Flag("over_budget"), budget.Flag("stop"), budget.Usd("daily_remaining_usd")), Is.EqualTo((true, true, 0m)));
            Assert.That(refusal.Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
            Assert.That(refusal.Json["budget"]!.Usd("reserved_usd"), Is.EqualTo(4m));
            Assert.That(refusal.Json.Flag("waiting_helps"), Is.True);
        });
        await Api.SendAsync(HttpMethod.Delete, $"/reservations/{reservation}", null);
        Assert.That(await team.StartAsync(), Is.Positive);
    }

    [Test]
    public async Task Concurrent_callers_of_two_replicas_are_never_granted_more_than_the_budget()
    {
        await using var second = ApiHost.StartBeside(Host);
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 10m, weekly_cost_limit_usd = 7.5m });
        var session = await team.StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => (team with { Api = i % 2 == 0 ? Api : second.Api }).ReserveAsync(session, 0.75m)));

        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.Created).Or.EqualTo(HttpStatusCode.PaymentRequired));
        Assert.That(answers.Count(answer => answer.Status == HttpStatusCode.Created), Is.EqualTo(10));
        Assert.That(ReservedOf(await team.BudgetAsync()), Is.All.EqualTo(7.5m));
        Assert.That((await second.VerifyAsync()).Differences, Is.Empty);
    }

    /// <summary>A team with ten dollars in every budget, and a session on a task below another session.</summary>
    private async Task<(TestTeam Team, long Child, long Parent)> CappedAsync()
    {
        var team = await Api.CreateTeamAsync();
        foreach (var cap in Caps.Cast<object[]>().Where(cap => (string)cap[0] != "agents"))
        {
            await CapAsync(team, (string)cap[0], (string)cap[1], 10m);
        }

        var parent = await team.StartAsync();
        return (team, await team.StartAsync(await team.CreateTaskAsync(), parent: parent), parent);
    }

    private async Task CapAsync(TestTeam team, string kind, string setting, decimal usd)
    {
        var id = kind switch { "orgs" => team.Organisation, "teams" => team.Id, _ => team.Agent };
        (await Api.PatchAsync($"/settings/{kind}/{id}", new Dictionary<string, decimal> { [setting] = usd })).Expect(HttpStatusCode.OK);
    }

    private static decimal?[] ReservedOf(JsonNode budget) => [.. budget.Items("budgets").Select(item => item.Usd("reserved_usd"))];

    private static DateTimeOffset Instant(JsonNode node, string member) => DateTimeOffset.Parse(node.Text(member)!, CultureInfo.InvariantCulture);
}
