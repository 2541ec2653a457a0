using System.Globalization;
using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Budgets;

/// <summary>A limit per minute slows an agent down: its refusals say when to come back.</summary>
internal sealed class RateRefusalTests(Store store) : BudgetFixture(store)
{
    [Test]
    public async Task Reservation_over_a_rate_is_refused_with_429_and_succeeds_when_it_says()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        var budget = await CreateAsync(new { scope = "team", team_id = team.Id, period = "minute", limit_usd = 2m });
        await team.UseAsync(session, 1.5m);

        var refused = await team.ReserveAsync(session, 1m);

        Assert.Multiple(() =>
        {
            Assert.That((refused.Status, refused.Json.Text("type")), Is.EqualTo((HttpStatusCode.TooManyRequests, "/problems/rate-exceeded")));
            Assert.That(refused.Header("x-should-retry"), Is.Null);
            Assert.That(refused.Json["budget"]!.Number("budget_id"), Is.EqualTo(long.Parse(budget.Text("id")!, CultureInfo.InvariantCulture)));
            Assert.That((refused.Json.Usd("max_reservable_usd"), refused.Json["max_reservable_tokens"], refused.Json.Flag("waiting_helps")), Is.EqualTo((0.5m, (object?)null, true)));
        });
        var wait = int.Parse(refused.Header("Retry-After")!, CultureInfo.InvariantCulture);
        Assert.That(wait, Is.InRange(1, 66));
        Assert.That(DateTimeOffset.Parse(refused.Json.Text("retry_at")!, CultureInfo.InvariantCulture) - Host.Clock.GetUtcNow(), Is.LessThanOrEqualTo(TimeSpan.FromSeconds(wait)));

        Host.Clock.Advance(TimeSpan.FromSeconds(wait));
        Assert.That((await team.ReserveAsync(session, 1m)).Status, Is.EqualTo(HttpStatusCode.Created));
    }

    [Test]
    public async Task Reservation_above_a_rate_itself_is_refused_with_402_because_waiting_does_not_help()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        await CreateAsync(new { scope = "team", team_id = team.Id, period = "minute", limit_usd = 2m });

        var refused = await team.ReserveAsync(session, 3m);

        Assert.That((refused.Status, refused.Json.Flag("waiting_helps"), refused.Header("x-should-retry")), Is.EqualTo((HttpStatusCode.PaymentRequired, false, "false")));
    }

    [Test]
    public async Task Used_up_rate_asks_the_agent_to_wait_and_stops_nothing()
    {
        var team = await Api.CreateTeamAsync();
        await CreateAsync(new { scope = "model", match = "*", org_id = team.Organisation, period = "minute", limit_tokens = 100, name = "Loop brake" });
        var session = await team.StartAsync();

        var used = await team.UseAsync(session, 0.01m);

        Assert.That((used["budget"]!.Flag("stop"), used.Flag("stop")), Is.EqualTo((false, false)));
        Assert.That(used["budget"]!.Text("wait_until"), Is.Not.Null.And.EqualTo(used["budget"]!.Items("budgets").Single().Text("continues_at")));
        var refused = await Api.PostAsync($"/sessions/{session}/reservations", new { model = ApiClient.ListedModel, input_tokens = 10, max_output_tokens = 10 });
        Assert.That((refused.Status, refused.Json.Number("max_reservable_tokens"), refused.Json["max_reservable_usd"]), Is.EqualTo((HttpStatusCode.TooManyRequests, 0L, (object?)null)));
        Assert.That((await Api.PostAsync("/sessions/start", new { agent_id = team.Agent })).Status, Is.EqualTo(HttpStatusCode.Created));
        var hook = (await Api.PostAsync($"/hooks/claude-code?agent_id={team.Agent}&session_id={session}", new { hook_event_name = "PreToolUse" })).Ok;
        Assert.That(hook.AsObject().Select(member => member.Key), Is.EqualTo(new[] { "systemMessage" }));
        Assert.That(hook.Text("systemMessage"), Does.StartWith("Entourage: a limit per minute is used up. Continue after "));
    }

    [Test]
    public async Task Hook_names_the_budget_in_tokens_that_ends_a_run()
    {
        var team = await Api.CreateTeamAsync();
        await CreateAsync(new { scope = "team", team_id = team.Id, period = "total", limit_tokens = 110, name = "Trial" });
        var session = await team.StartAsync();
        await team.UseAsync(session, 0.01m);

        var hook = (await Api.PostAsync($"/hooks/claude-code?agent_id={team.Agent}&session_id={session}", new { hook_event_name = "PreToolUse" })).Ok;

        Assert.That(hook.Text("stopReason"), Is.EqualTo("Entourage stops this run: the team budget \"Trial\" (total) is used up, 110 of 110 tokens spent."));
    }

    [Test]
    public async Task Alert_names_the_budget()
    {
        var team = await Api.CreateTeamAsync();
        var budget = await CreateAsync(new { scope = "team", team_id = team.Id, period = "total", limit_tokens = 110, name = "Trial" });
        await team.UseAsync(await team.StartAsync(), 0.01m);

        var alert = (await AlertsAsync(team, "budget_exceeded")).Single();
        Assert.That($"{alert["details"]!.Number("budget_id")}", Is.EqualTo(budget.Text("id")));
        Assert.That(alert.Text("message"), Does.Contain("Trial"));
    }
}
