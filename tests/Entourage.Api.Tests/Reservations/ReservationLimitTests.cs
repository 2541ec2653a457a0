using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Reservations;

/// <summary>Limits and time zones change while amounts are reserved (rules 5 and 10), and a key grants one reservation (rule 2).</summary>
internal sealed class ReservationLimitTests(Store store) : ApiFixture(store)
{
    [Test]
    public async Task Limit_lowered_below_the_reserved_amount_is_over_on_the_next_call()
    {
        var (team, session) = await CappedAsync(Api);
        await team.UseAsync(session, 1m);
        var reservation = await team.CreateReservationAsync(session, 4m);

        await team.ConfigureAsync(new { daily_cost_limit_usd = 3m });
        var lowered = await team.BudgetAsync();
        var (start, reserve) = (await Api.PostAsync("/sessions/start", new { agent_id = team.Agent }), await team.ReserveAsync(session, 0.1m));
        var usage = await team.UseAsync(session, 0m);
        Assert.Multiple(() =>
        {
            Assert.That((lowered.Flag("over_budget"), lowered.Usd("daily_remaining_usd")), Is.EqualTo((true, -2m)));
            Assert.That((start.Status, reserve.Status), Is.EqualTo((HttpStatusCode.PaymentRequired, HttpStatusCode.PaymentRequired)));
            Assert.That(reserve.Json.Usd("max_reservable_usd"), Is.Zero);
            Assert.That(usage.Flag("stop"), Is.True);
        });

        await team.ConfigureAsync(new { daily_cost_limit_usd = 5.5m });
        Assert.That((await team.BudgetAsync()).Flag("over_budget"), Is.False);
        Assert.That((await team.ReserveAsync(session, 0.5m)).Status, Is.EqualTo(HttpStatusCode.Created));

        await team.ConfigureAsync(new { daily_cost_limit_usd = 2m });
        var spent = await team.UseAsync(session, 4m, reservation: reservation);
        Assert.That(spent.Usd("overrun_usd"), Is.Zero, "it was granted before the limit was lowered");
        Assert.That(spent["budget"]!.Usd("daily_remaining_usd"), Is.EqualTo(-3.5m));

        await team.ConfigureAsync(new JsonObject { ["daily_cost_limit_usd"] = null });
        Assert.That((await team.ReserveAsync(session, 1_000_000m)).Status, Is.EqualTo(HttpStatusCode.Created));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task New_cap_counts_earlier_reservations()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync(await team.CreateTaskAsync());
        await team.CreateReservationAsync(session, 4m);

        await team.ConfigureAsync(new { weekly_cost_limit_usd = 5m, session_cost_limit_usd = 4.5m, task_cost_limit_usd = 10m });

        Assert.That(
            (await team.BudgetAsync()).Items("budgets").Select(budget => (budget.Usd("reserved_usd"), budget.Usd("remaining_usd"))),
            Is.EqualTo(new[] { (4m, 1m), (4m, 6m), (4m, 0.5m) }));
        Assert.That((await team.ReserveAsync(session, 2m)).Json["budget"]!.Text("scope"), Is.EqualTo("session"));
    }

    [Test]
    public async Task Team_that_enforces_again_counts_what_it_granted_while_observing()
    {
        var (team, session) = await CappedAsync(Api);
        await team.ConfigureAsync(new { enforcement = "observe" });
        await team.CreateReservationAsync(session, 12m);

        await team.ConfigureAsync(new { enforcement = "hard" });

        Assert.That((await team.BudgetAsync()).Usd("daily_remaining_usd"), Is.EqualTo(-2m));
        Assert.That((await team.ReserveAsync(session, 1m)).Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
    }

    [Test]
    public async Task Change_of_time_zone_keeps_reservations_in_the_days_they_reach()
    {
        // The evening of the 10th in New York is the morning of the 11th in Kathmandu.
        await using var host = await ApiHost.StartAsync(Host.Database.Store, Instant("2026-06-10T23:55:00Z"));
        var (team, session) = await CappedAsync(host.Api);
        var longest = await team.CreateReservationAsync(session, 2m, 3_600);
        var spent = await team.CreateReservationAsync(session, 1m, 3_600);
        await team.CreateReservationAsync(session, 4m, 60);
        await team.UseAsync(session, 0.5m, reservation: spent);
        Assert.That(await LeftAsync(team), Is.EqualTo((6m, 3.5m)));

        host.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.That(await LeftAsync(team), Is.EqualTo((2m, 8m)), "the second day of the longest reservation");

        foreach (var (zone, left) in new[] { ("America/New_York", 7.5m), ("Asia/Kathmandu", 7.5m), ("UTC", 8m), ("Pacific/Kiritimati", 7.5m) })
        {
            await team.ConfigureAsync(new { timezone = zone });
            Assert.That(await LeftAsync(team), Is.EqualTo((2m, left)), zone);
            Assert.That((await host.VerifyAsync()).Differences, Is.Empty, zone);
        }

        Assert.That((await team.UseAsync(session, 2m, reservation: longest)).Usd("overrun_usd"), Is.Zero);
        Assert.That(await LeftAsync(team), Is.EqualTo((0m, 7.5m)));
        Assert.That((await host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Same_key_gets_the_first_answer_and_grants_once()
    {
        var (team, session) = await CappedAsync(Api);

        var first = await team.ReserveAsync(session, 4m, idempotencyKey: "call-1");
        Host.Clock.Advance(TimeSpan.FromMinutes(1));
        var second = await team.ReserveAsync(session, 4m, idempotencyKey: "call-1");
        await Api.SendAsync(HttpMethod.Delete, $"/reservations/{first.Created.Text("id")}", null);
        var third = await team.ReserveAsync(session, 4m, idempotencyKey: "call-1");

        Assert.Multiple(() =>
        {
            Assert.That(first.Header("Idempotent-Replayed"), Is.Null);
            Assert.That((second.Status, second.Header("Idempotent-Replayed"), second.Text), Is.EqualTo((HttpStatusCode.Created, "true", first.Text)));
            Assert.That((third.Status, third.Header("Idempotent-Replayed"), third.Text), Is.EqualTo((HttpStatusCode.Created, "true", first.Text)));
        });
        Assert.That((await team.BudgetAsync()).Usd("reserved_usd"), Is.Zero);
    }

    [Test]
    public async Task Concurrent_duplicates_over_two_replicas_grant_once()
    {
        await using var second = ApiHost.StartBeside(Host);
        var (team, session) = await CappedAsync(Api);

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i =>
            (team with { Api = i % 2 == 0 ? Api : second.Api }).ReserveAsync(session, 4m, idempotencyKey: $"same-{i % 2}")));

        Assert.That(answers.Select(answer => answer.Created.Text("id")).Distinct().Count(), Is.EqualTo(2));
        Assert.That(answers.Count(answer => answer.Header("Idempotent-Replayed") is null), Is.EqualTo(2));
        Assert.That((await team.BudgetAsync()).Usd("reserved_usd"), Is.EqualTo(8m));
    }

    [Test]
    public async Task Same_key_for_another_amount_or_time_is_refused()
    {
        var (team, session) = await CappedAsync(Api);
        await team.CreateReservationAsync(session, 1m);
        await team.ReserveAsync(session, 4m, idempotencyKey: "call-1");

        foreach (var other in new[] { await team.ReserveAsync(session, 4.1m, idempotencyKey: "call-1"), await team.ReserveAsync(session, 4m, 60, "call-1") })
        {
            Assert.That((other.Status, other.Json.Text("type")), Is.EqualTo((HttpStatusCode.UnprocessableEntity, "/problems/idempotency-key-reused")));
        }

        Assert.That((await team.BudgetAsync()).Usd("reserved_usd"), Is.EqualTo(5m));
        var beside = await team.ReserveAsync(await team.StartAsync(), 2m, idempotencyKey: "call-1");
        Assert.That((beside.Status, beside.Header("Idempotent-Replayed")), Is.EqualTo((HttpStatusCode.Created, (string?)null)), "the key of another session is independent");
    }

    [Test]
    public async Task Refused_reservation_can_be_granted_later_under_the_same_key()
    {
        var (team, session) = await CappedAsync(Api);

        var refused = await team.ReserveAsync(session, 11m, idempotencyKey: "call-1");
        await team.ConfigureAsync(new { daily_cost_limit_usd = 11m });
        var granted = await team.ReserveAsync(session, 11m, idempotencyKey: "call-1");
        var replayed = await team.ReserveAsync(session, 11m, idempotencyKey: "call-1");

        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
        Assert.That((granted.Status, granted.Header("Idempotent-Replayed")), Is.EqualTo((HttpStatusCode.Created, (string?)null)));
        Assert.That((replayed.Text, replayed.Header("Idempotent-Replayed")), Is.EqualTo((granted.Text, "true")));
    }

    /// <summary>A team with ten dollars a day, and a session.</summary>
    private static async Task<(TestTeam Team, long Session)> CappedAsync(ApiClient api)
    {
        var team = await api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 10m });
        return (team, await team.StartAsync());
    }

    private static async Task<(decimal? Reserved, decimal? Remaining)> LeftAsync(TestTeam team)
    {
        var budget = await team.BudgetAsync();
        return (budget.Usd("reserved_usd"), budget.Usd("daily_remaining_usd"));
    }

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
