using System.Net;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Reservations;

/// <summary>How a usage settles its reservation, and which part of it is an overrun (rules 1, 3 and 7).</summary>
internal sealed class ReservationUsageTests(Store store) : ApiFixture(store)
{
    [TestCase("3", "0")]
    [TestCase("5", "0")]
    [TestCase("5.000000001", "0.000000001")]
    [TestCase("7.5", "2.5")]
    [TestCase("12", "7")]
    [TestCase("0", "0")]
    public async Task Usage_replaces_its_reservation_and_returns_the_difference(decimal cost, decimal overrun)
    {
        var (team, session) = await CappedAsync();
        var reservation = await team.CreateReservationAsync(session, 5m);
        await team.CreateReservationAsync(session, 1m);

        var usage = await team.UseAsync(session, cost, reservation: reservation);

        var record = (await RecordsAsync(session))[0];
        Assert.Multiple(() =>
        {
            Assert.That(usage.Usd("overrun_usd"), Is.EqualTo(overrun));
            Assert.That(usage.Usd("reserved_usd"), Is.EqualTo(1m), "the other one");
            Assert.That(BudgetOf(usage), Is.EqualTo((cost, 1m, 9m - cost)));
            Assert.That(record.Text("reservation_id"), Is.EqualTo(reservation));
            Assert.That(record.Usd("overrun_usd"), Is.EqualTo(overrun));
            Assert.That(record.Usd("cost_usd"), Is.EqualTo(cost));
        });
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [TestCase("3.999999999", "0")]
    [TestCase("4", "0")]
    [TestCase("4.000000001", "0.000000001")]
    [TestCase("9", "5")]
    public async Task Usage_without_a_reservation_beyond_the_cap_is_an_overrun(decimal cost, decimal overrun)
    {
        var (team, session) = await CappedAsync();
        await team.CreateReservationAsync(session, 5m);
        await team.UseAsync(session, 1m);

        var usage = await team.UseAsync(session, cost);

        Assert.That(usage.Usd("overrun_usd"), Is.EqualTo(overrun));
        Assert.That(BudgetOf(usage), Is.EqualTo((cost + 1m, 5m, 4m - cost)), "other reservations are untouched");
        Assert.That((await RecordsAsync(session)).Select(record => record.Text("reservation_id")), Is.All.Null);
    }

    [Test]
    public async Task Usage_after_the_cap_is_exceeded_is_entirely_an_overrun()
    {
        var (team, session) = await CappedAsync();

        Assert.That((await team.UseAsync(session, 12m)).Usd("overrun_usd"), Is.EqualTo(2m));
        Assert.That((await team.UseAsync(session, 3m)).Usd("overrun_usd"), Is.EqualTo(3m));
    }

    [Test]
    public async Task Overrun_without_a_hard_cap_is_only_the_part_beyond_the_reservation()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m, enforcement = "observe" });
        var session = await team.StartAsync();

        Assert.That((await team.UseAsync(session, 5m)).Usd("overrun_usd"), Is.Zero);
        Assert.That((await team.UseAsync(session, 5m, reservation: await team.CreateReservationAsync(session, 4.5m))).Usd("overrun_usd"), Is.EqualTo(0.5m));
    }

    [Test]
    public async Task Second_usage_that_names_a_reservation_is_recorded_without_it()
    {
        var (team, session) = await CappedAsync();
        var reservation = await team.CreateReservationAsync(session, 5m);
        await team.UseAsync(session, 4m, reservation: reservation);

        var within = await team.UseAsync(session, 5m, reservation: reservation);
        var beyond = await team.UseAsync(session, 3m, reservation: reservation);

        Assert.That((within.Usd("overrun_usd"), beyond.Usd("overrun_usd")), Is.EqualTo((0m, 2m)));
        Assert.That(BudgetOf(beyond), Is.EqualTo((12m, 0m, -2m)));
        Assert.That((await RecordsAsync(session)).Select(record => record.Text("reservation_id")), Is.All.EqualTo(reservation));
    }

    [Test]
    public async Task Usage_of_another_day_releases_its_reservation_and_counts_on_its_own_day()
    {
        var (team, session) = await CappedAsync();
        var yesterday = Host.Clock.GetUtcNow().AddDays(-1);
        await team.UseAsync(session, 8m, yesterday);
        var reservation = await team.CreateReservationAsync(session, 5m);

        var usage = await team.UseAsync(session, 4m, yesterday, reservation: reservation);

        Assert.That(BudgetOf(usage), Is.EqualTo((0m, 0m, 10m)));
        Assert.That(usage.Usd("overrun_usd"), Is.EqualTo(2m), "yesterday had two dollars left and nothing reserved for it");
    }

    [Test]
    public async Task Subscription_usage_releases_its_reservation_and_counts_nothing()
    {
        var (team, session) = await CappedAsync();
        var reservation = await team.CreateReservationAsync(session, 5m);

        var usage = (await Api.PostAsync(
            $"/sessions/{session}/usage",
            new { input_tokens = 1, output_tokens = 1, cost_usd = 30m, billing = "subscription", reservation_id = reservation })).Ok;

        Assert.That((usage.Usd("imputed_cost_usd"), usage.Usd("cost_usd"), usage.Usd("overrun_usd")), Is.EqualTo((30m, 0m, 0m)));
        Assert.That(BudgetOf(usage), Is.EqualTo((0m, 0m, 10m)));
        Assert.That(await ExtendAsync(reservation), Is.EqualTo(HttpStatusCode.Conflict));
    }

    [Test]
    public async Task Usage_that_names_a_foreign_or_unknown_reservation_is_refused()
    {
        var (team, session) = await CappedAsync();
        var other = await team.StartAsync(parent: session);
        var reservation = await team.CreateReservationAsync(session, 5m);

        foreach (var id in new[] { reservation, "00000000-0000-7000-8000-000000000000" })
        {
            var refusal = await Api.PostAsync($"/sessions/{other}/usage", new { input_tokens = 1, output_tokens = 1, cost_usd = 1, reservation_id = id }, "use-1");
            Assert.That((refusal.Status, refusal.Json.Text("type")), Is.EqualTo((HttpStatusCode.UnprocessableEntity, "/problems/unknown-reservation")));
            Assert.That(refusal.Json["errors"]!.AsObject().Select(member => member.Key), Is.EqualTo(new[] { "reservation_id" }));
        }

        Assert.That(await RecordsAsync(other), Is.Empty);
        Assert.That((await team.SessionAsync(session)).Usd("reserved_usd"), Is.EqualTo(5m));
        Assert.That((await team.UseAsync(other, 1m, idempotencyKey: "use-1")).Usd("cost_usd"), Is.EqualTo(1m), "the key is still unused");
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Repeated_usage_commits_its_reservation_once()
    {
        var (team, session) = await CappedAsync();
        var reservation = await team.CreateReservationAsync(session, 5m);

        var first = await team.UseAsync(session, 2m, idempotencyKey: "use-1", reservation: reservation);
        await team.CreateReservationAsync(session, 5m);
        var second = await team.UseAsync(session, 2m, idempotencyKey: "use-1", reservation: reservation);

        Assert.That(second.ToJsonString(), Is.EqualTo(first.ToJsonString()));
        Assert.That(BudgetOf(await team.UseAsync(session, 0m)), Is.EqualTo((2m, 5m, 3m)));
    }

    [Test]
    public async Task Usage_of_an_ended_session_is_recorded_with_any_reservation()
    {
        var (team, session) = await CappedAsync();
        var reservation = await team.CreateReservationAsync(session, 5m);
        await Api.PostAsync($"/sessions/{session}/end", null);
        await team.CreateReservationAsync(await team.StartAsync(), 8m);

        var usage = await team.UseAsync(session, 3m, reservation: reservation);

        Assert.That(usage.Usd("overrun_usd"), Is.EqualTo(1m), "its amount was released, and others have reserved most of it since");
        Assert.That(usage.Flag("stop"), Is.True);
        Assert.That((await RecordsAsync(session)).Single().Text("reservation_id"), Is.EqualTo(reservation));
    }

    /// <summary>A team with ten dollars a day, and a session.</summary>
    private async Task<(TestTeam Team, long Session)> CappedAsync()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 10m });
        return (team, await team.StartAsync());
    }

    private async Task<HttpStatusCode> ExtendAsync(string reservation) =>
        (await Api.PostAsync($"/reservations/{reservation}/extend", new { ttl_seconds = 60 })).Status;

    private async Task<JsonNode[]> RecordsAsync(long session) => [.. (await Api.GetAsync($"/sessions/{session}/usage")).Ok.AsArray().Select(record => record!)];

    private static (decimal? Spent, decimal? Reserved, decimal? Remaining) BudgetOf(JsonNode usage)
    {
        var budget = usage["budget"]!;
        return (budget.Usd("daily_spent_usd"), budget.Usd("reserved_usd"), budget.Usd("daily_remaining_usd"));
    }
}
