using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Reservations;

/// <summary>A refusal names the budget, the largest amount that would fit, and whether to wait.</summary>
internal sealed class ReservationRefusalTests(Store store) : ApiFixture(store)
{
    private const string Tomorrow = "2026-06-11T00:00:00Z";

    [Test]
    public async Task Refusal_names_the_tightest_budget_and_the_largest_amount_that_fits()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 10m });
        var task = await team.CreateTaskAsync(new { title = "Typo", tags = new[] { "budget:6" } });
        var session = await team.StartAsync(task);
        await team.UseAsync(session, 1.000000001m);
        await team.CreateReservationAsync(session, 2m);

        var refusal = await team.ReserveAsync(session, 20m);

        var budget = refusal.Json["budget"]!;
        Assert.Multiple(() =>
        {
            Assert.That(refusal.Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
            Assert.That(refusal.MediaType, Is.EqualTo("application/problem+json"));
            Assert.That(refusal.Header("x-should-retry"), Is.EqualTo("false"));
            Assert.That(refusal.Json.Text("type"), Is.EqualTo("/problems/budget-exceeded"));
            Assert.That(refusal.Json.Text("detail"), Is.EqualTo("The task's budget of 6.00 USD has 2.999999999 USD left. 20.00 USD cannot be reserved."));
            Assert.That(refusal.Json.Usd("max_reservable_usd"), Is.EqualTo(2.999999999m));
            Assert.That((budget.Text("scope"), budget.Number("scope_id"), budget.Text("period")), Is.EqualTo(("task", task, "total")));
            Assert.That((budget.Usd("limit_usd"), budget.Usd("spent_usd")), Is.EqualTo((6m, 1.000000001m)));
            Assert.That((budget.Usd("reserved_usd"), budget.Usd("remaining_usd")), Is.EqualTo((2m, 2.999999999m)));
        });

        Assert.That((await team.ReserveAsync(session, 3m)).Status, Is.EqualTo(HttpStatusCode.PaymentRequired), "one nano-dollar more");
        Assert.That((await team.ReserveAsync(session, 2.999999999m)).Status, Is.EqualTo(HttpStatusCode.Created));
        Assert.That((await team.ReserveAsync(session, 0.000000001m)).Json.Usd("max_reservable_usd"), Is.Zero);
    }

    // The caps of the day, the month and the task, the spent and reserved amounts, and the requested amount.
    [TestCase(5, null, null, 5, 0, 1, true, Tomorrow, TestName = "Waiting_for_the_next_day_helps_when_the_day_is_spent")]
    [TestCase(5, 5, null, 5, 0, 1, true, "2026-07-01T00:00:00Z", TestName = "Waiting_for_the_later_window_helps_when_two_are_spent")]
    [TestCase(5, null, null, 0, 5, 1, true, Tomorrow, TestName = "Waiting_for_the_next_day_at_the_latest_helps_when_the_day_is_reserved")]
    [TestCase(5, null, null, 0, 0, 6, false, null, TestName = "Waiting_does_not_help_when_the_amount_exceeds_the_limit")]
    [TestCase(5, null, null, 3, 1, 6, false, null, TestName = "Waiting_does_not_help_when_the_amount_exceeds_the_limit_of_a_partly_used_day")]
    [TestCase(null, null, 5, 5, 0, 1, false, null, TestName = "Waiting_does_not_help_when_the_task_is_spent")]
    [TestCase(null, null, 5, 3, 2, 1, true, null, TestName = "Waiting_helps_at_an_unknown_time_when_only_reservations_block")]
    [TestCase(null, null, 5, 3, 2, 3, false, null, TestName = "Waiting_does_not_help_when_spending_blocks_too")]
    [TestCase(5, null, 5, 3, 2, 2, true, null, TestName = "Waiting_helps_at_an_unknown_time_when_a_day_and_reservations_block")]
    [TestCase(5, null, 5, 5, 0, 1, false, null, TestName = "Waiting_does_not_help_when_a_day_and_a_task_are_spent")]
    public async Task Refusal_says_whether_waiting_helps(
        int? daily, int? monthly, int? ofTask, int spent, int reserved, int wanted, bool helps, string? retryAt)
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync(await team.CreateTaskAsync());
        await team.UseAsync(session, spent);
        await team.CreateReservationAsync(session, reserved);
        await team.ConfigureAsync(new { daily_cost_limit_usd = daily, monthly_cost_limit_usd = monthly, task_cost_limit_usd = ofTask });

        var refusal = (await team.ReserveAsync(session, wanted)).Expect(HttpStatusCode.PaymentRequired);

        Assert.That(refusal.AsObject().ContainsKey("retry_at"), Is.True);
        Assert.That((refusal.Flag("waiting_helps"), refusal.Text("retry_at")), Is.EqualTo((helps, retryAt)));
    }

    [Test]
    public async Task Reservation_is_granted_at_the_stated_retry_time()
    {
        await using var host = await ApiHost.StartAsync(Host.Database.Store);
        var team = await host.Api.CreateTeamAsync("America/New_York");
        await team.ConfigureAsync(new { daily_cost_limit_usd = 5m, weekly_cost_limit_usd = 8m });
        var session = await team.StartAsync();
        await team.UseAsync(session, 4m);

        var refusal = await team.ReserveAsync(session, 5m);
        Assert.That(refusal.Json.Text("retry_at"), Is.EqualTo("2026-06-15T04:00:00Z"), "the week refuses too");
        host.Clock.SetUtcNow(DateTimeOffset.Parse("2026-06-15T04:00:00Z", System.Globalization.CultureInfo.InvariantCulture).AddTicks(-1));
        Assert.That((await team.ReserveAsync(session, 5m)).Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
        host.Clock.Advance(TimeSpan.FromTicks(1));
        Assert.That((await team.ReserveAsync(session, 5m)).Status, Is.EqualTo(HttpStatusCode.Created));
    }

    [Test]
    public async Task Reservation_of_zero_is_granted_only_while_something_is_left()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        var session = await team.StartAsync();
        Assert.That((await team.ReserveAsync(session, 0m)).Created.Usd("amount_usd"), Is.Zero);

        await team.UseAsync(session, 1m);
        var spent = (await team.ReserveAsync(session, 0m)).Expect(HttpStatusCode.PaymentRequired);
        await team.ConfigureAsync(new { daily_cost_limit_usd = 0m });
        var never = (await team.ReserveAsync(session, 0m)).Expect(HttpStatusCode.PaymentRequired);

        Assert.That((spent.Flag("waiting_helps"), spent.Text("retry_at")), Is.EqualTo((true, Tomorrow)));
        Assert.That((never.Flag("waiting_helps"), never.Text("retry_at")), Is.EqualTo((false, (string?)null)), "a cap of zero is always over");
    }

    [Test]
    public async Task Refusal_names_an_exhausted_task_for_every_amount()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync(await team.CreateTaskAsync(new { title = "Typo", tags = new[] { "budget:1" } }));
        await team.UseAsync(session, 1m);

        var refusal = (await team.ReserveAsync(session, 0m)).Expect(HttpStatusCode.PaymentRequired);

        Assert.That((refusal.Flag("waiting_helps"), refusal.Text("retry_at")), Is.EqualTo((false, (string?)null)));
    }

    [Test]
    public async Task Observing_team_is_granted_any_amount_until_its_organisation_refuses()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m, session_cost_limit_usd = 0m, enforcement = "observe" });
        var session = await team.StartAsync();

        var grant = (await team.ReserveAsync(session, 5m)).Created;
        Assert.That(grant["budget"]!.Flag("over_budget"), Is.False);
        Assert.That(
            grant["budget"]!.Items("budgets").Select(budget => (budget.Usd("remaining_usd"), budget.Flag("over"))), Is.EqualTo(new[] { (-4m, true), (-5m, true) }));

        (await Api.PatchAsync($"/settings/orgs/{team.Organisation}", new { daily_cost_limit_usd = 7m })).Expect(HttpStatusCode.OK);
        var refusal = await team.ReserveAsync(session, 2.000000001m);
        Assert.That(refusal.Json["budget"]!.Text("scope"), Is.EqualTo("organisation"));
        Assert.That(refusal.Json.Usd("max_reservable_usd"), Is.EqualTo(2m));
        Assert.That((await team.ReserveAsync(session, 2m)).Status, Is.EqualTo(HttpStatusCode.Created));
    }

    [Test]
    public async Task Ended_session_cannot_reserve()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 5m });
        var session = await team.StartAsync();
        await Api.PostAsync($"/sessions/{session}/end", null);

        var refusal = await team.ReserveAsync(session, 1m);

        Assert.That((refusal.Status, refusal.Json.Text("type")), Is.EqualTo((HttpStatusCode.Conflict, "/problems/session-ended")));
        Assert.That((await team.BudgetAsync()).Usd("reserved_usd"), Is.Zero);
    }
}
