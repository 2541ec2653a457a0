using System.Globalization;
using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Reservations;

/// <summary>A long call keeps its reservation, even over midnight, if the next day has room for it.</summary>
internal sealed class ReservationExtendTests(Store store) : ApiFixture(store)
{
    [Test]
    public async Task Extension_counts_from_now()
    {
        var (team, session) = await CappedAsync(Api);
        var reservation = await team.CreateReservationAsync(session, 4m, 60);
        Host.Clock.Advance(TimeSpan.FromSeconds(59));
        var now = Host.Clock.GetUtcNow();

        var extended = (await ExtendAsync(Api, reservation, 120)).Ok;

        Assert.Multiple(() =>
        {
            Assert.That((extended.Text("id"), extended.Number("session_id"), extended.Usd("amount_usd")), Is.EqualTo((reservation, session, 4m)));
            Assert.That(Instant(extended.Text("created_at")!), Is.EqualTo(now.AddSeconds(-59)));
            Assert.That(Instant(extended.Text("expires_at")!), Is.EqualTo(now.AddSeconds(120)));
            Assert.That((extended["budget"]!.Usd("reserved_usd"), extended["budget"]!.Usd("daily_remaining_usd")), Is.EqualTo((4m, 6m)));
        });
        Host.Clock.Advance(TimeSpan.FromSeconds(119));
        Assert.That((await team.BudgetAsync()).Usd("reserved_usd"), Is.EqualTo(4m));
        Host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That((await team.BudgetAsync()).Usd("reserved_usd"), Is.Zero);
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Extension_never_shortens_a_reservation()
    {
        var (team, session) = await CappedAsync(Api);
        var grant = (await team.ReserveAsync(session, 4m, 600)).Created;
        Host.Clock.Advance(TimeSpan.FromSeconds(10));

        foreach (var ttl in new[] { 1, 589, 590 })
        {
            Assert.That((await ExtendAsync(Api, grant.Text("id")!, ttl)).Ok.Text("expires_at"), Is.EqualTo(grant.Text("expires_at")));
        }

        Host.Clock.Advance(TimeSpan.FromSeconds(589));
        Assert.That((await team.BudgetAsync()).Usd("reserved_usd"), Is.EqualTo(4m));
    }

    [Test]
    public async Task Reservation_is_extended_when_nothing_else_is_left()
    {
        var (team, session) = await CappedAsync(Api);
        var reservation = await team.CreateReservationAsync(session, 10m);

        Assert.That((await ExtendAsync(Api, reservation, 600)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("use")]
    [TestCase("release")]
    [TestCase("end")]
    [TestCase("wait")]
    public async Task Ended_reservation_is_not_extended(string how)
    {
        var (team, session) = await CappedAsync(Api);
        var reservation = await team.CreateReservationAsync(session, 4m, 60);
        await (how switch
        {
            "use" => team.UseAsync(session, 1m, reservation: reservation),
            "release" => Api.SendAsync(HttpMethod.Delete, $"/reservations/{reservation}", null),
            "end" => Api.PostAsync($"/sessions/{session}/end", null),
            _ => Task.CompletedTask,
        });
        Host.Clock.Advance(how == "wait" ? TimeSpan.FromSeconds(60) : TimeSpan.Zero);

        var refusal = await ExtendAsync(Api, reservation, 600);

        Assert.That((refusal.Status, refusal.Json.Text("type")), Is.EqualTo((HttpStatusCode.Conflict, "/problems/reservation-ended")));
        Assert.That((await team.BudgetAsync()).Usd("reserved_usd"), Is.Zero);
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Repeated_extension_gets_the_first_answer()
    {
        var (team, session) = await CappedAsync(Api);
        var reservation = await team.CreateReservationAsync(session, 4m, 60);

        var first = await ExtendAsync(Api, reservation, 600, "longer-1");
        await Api.SendAsync(HttpMethod.Delete, $"/reservations/{reservation}", null);
        var second = await ExtendAsync(Api, reservation, 600, "longer-1");
        var other = await ExtendAsync(Api, reservation, 601, "longer-1");

        Assert.That((second.Status, second.Text, second.Header("Idempotent-Replayed")), Is.EqualTo((HttpStatusCode.OK, first.Text, "true")));
        Assert.That(first.Header("Idempotent-Replayed"), Is.Null);
        Assert.That((other.Status, other.Json.Text("type")), Is.EqualTo((HttpStatusCode.UnprocessableEntity, "/problems/idempotency-key-reused")));
        Assert.That((await team.BudgetAsync()).Usd("reserved_usd"), Is.Zero);
    }

    [Test]
    public async Task Reservation_over_local_midnight_counts_on_both_days()
    {
        await using var host = await StartBeforeMidnightAsync(minutes: 3);
        var (team, session) = await CappedAsync(host.Api);
        await team.CreateReservationAsync(session, 6m, 180);
        var over = await team.CreateReservationAsync(session, 3m, 181);
        Assert.That(await LeftAsync(team), Is.EqualTo((9m, 1m)));

        host.Clock.Advance(TimeSpan.FromSeconds(180));
        Assert.That(await LeftAsync(team), Is.EqualTo((3m, 7m)), "the first ended with its day, the other still counts in this one");
        Assert.That((await team.ReserveAsync(session, 7.000000001m)).Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
        Assert.That((await host.VerifyAsync()).Differences, Is.Empty);

        var usage = await team.UseAsync(session, 2m, reservation: over);
        Assert.That((usage.Usd("overrun_usd"), usage["budget"]!.Usd("daily_spent_usd")), Is.EqualTo((0m, 2m)));
        Assert.That(await LeftAsync(team), Is.EqualTo((0m, 8m)));
        Assert.That((await host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Usage_before_midnight_returns_the_amount_of_the_next_day()
    {
        await using var host = await StartBeforeMidnightAsync(minutes: 3);
        var (team, session) = await CappedAsync(host.Api);
        var over = await team.CreateReservationAsync(session, 9m, 600);

        await team.UseAsync(session, 5m, reservation: over);

        Assert.That(await LeftAsync(team), Is.EqualTo((0m, 5m)));
        host.Clock.Advance(TimeSpan.FromMinutes(3));
        Assert.That(await LeftAsync(team), Is.EqualTo((0m, 10m)));
        Assert.That((await host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Reservation_into_a_day_without_room_is_refused_by_that_day()
    {
        await using var host = await StartBeforeMidnightAsync(minutes: 3);
        var (team, session) = await CappedAsync(host.Api);
        await team.UseAsync(session, 7m, host.Clock.GetUtcNow().AddMinutes(4));

        var refusal = await team.ReserveAsync(session, 4m, 181);

        Assert.That(refusal.Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
        Assert.That(refusal.Json["budget"]!.Usd("spent_usd"), Is.EqualTo(7m));
        Assert.That(refusal.Json["budget"]!.Text("resets_at"), Is.EqualTo("2026-06-12T04:00:00Z"));
        Assert.That(refusal.Json.Usd("max_reservable_usd"), Is.EqualTo(3m));
        Assert.That((await team.ReserveAsync(session, 4m, 180)).Status, Is.EqualTo(HttpStatusCode.Created), "it ends with the day");
        Assert.That((await team.ReserveAsync(session, 3m, 181)).Status, Is.EqualTo(HttpStatusCode.Created));
    }

    [Test]
    public async Task Extension_into_a_day_without_room_is_refused_and_changes_nothing()
    {
        await using var host = await StartBeforeMidnightAsync(minutes: 3);
        var (team, session) = await CappedAsync(host.Api);
        await team.UseAsync(session, 7m, host.Clock.GetUtcNow().AddMinutes(4));
        var reservation = await team.CreateReservationAsync(session, 4m, 60);

        var refusal = await ExtendAsync(host.Api, reservation, 600);

        Assert.Multiple(() =>
        {
            Assert.That(refusal.Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
            Assert.That(refusal.Header("x-should-retry"), Is.EqualTo("false"));
            Assert.That(refusal.Json.Text("type"), Is.EqualTo("/problems/budget-exceeded"));
            Assert.That((refusal.Json["budget"]!.Usd("limit_usd"), refusal.Json["budget"]!.Usd("remaining_usd")), Is.EqualTo((10m, 3m)));
            Assert.That(refusal.Json["budget"]!.Text("resets_at"), Is.EqualTo("2026-06-12T04:00:00Z"));
        });
        Assert.That((await ExtendAsync(host.Api, reservation, 180)).Status, Is.EqualTo(HttpStatusCode.OK), "the day itself has enough room");
        Assert.That((await host.VerifyAsync()).Differences, Is.Empty);
        host.Clock.Advance(TimeSpan.FromSeconds(180));
        Assert.That(await LeftAsync(team), Is.EqualTo((0m, 3m)));
    }

    [Test]
    public async Task Extension_into_a_day_with_exactly_enough_room_is_granted()
    {
        await using var host = await StartBeforeMidnightAsync(minutes: 3);
        var (team, session) = await CappedAsync(host.Api);
        await team.UseAsync(session, 7m, host.Clock.GetUtcNow().AddMinutes(4));
        var reservation = await team.CreateReservationAsync(session, 3m, 60);

        Assert.That((await ExtendAsync(host.Api, reservation, 600)).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await ExtendAsync(host.Api, reservation, 900)).Status, Is.EqualTo(HttpStatusCode.OK), "it counts on that day already");
        Assert.That(await LeftAsync(team), Is.EqualTo((3m, 7m)));
        host.Clock.Advance(TimeSpan.FromMinutes(4));
        Assert.That(await LeftAsync(team), Is.EqualTo((3m, 0m)));
        Assert.That((await host.VerifyAsync()).Differences, Is.Empty);
    }

    /// <summary>A server at 10 June, evening in New York.</summary>
    private Task<ApiHost> StartBeforeMidnightAsync(int minutes) =>
        ApiHost.StartAsync(Host.Database.Store, Instant("2026-06-11T04:00:00Z").AddMinutes(-minutes));

    /// <summary>A team in New York with ten dollars a day, and a session.</summary>
    private static async Task<(TestTeam Team, long Session)> CappedAsync(ApiClient api)
    {
        var team = await api.CreateTeamAsync("America/New_York");
        await team.ConfigureAsync(new { daily_cost_limit_usd = 10m });
        return (team, await team.StartAsync());
    }

    private static Task<Answer> ExtendAsync(ApiClient api, string reservation, int ttlSeconds, string? idempotencyKey = null) =>
        api.PostAsync($"/reservations/{reservation}/extend", new { ttl_seconds = ttlSeconds }, idempotencyKey);

    private static async Task<(decimal? Reserved, decimal? Remaining)> LeftAsync(TestTeam team)
    {
        var budget = await team.BudgetAsync();
        return (budget.Usd("reserved_usd"), budget.Usd("daily_remaining_usd"));
    }

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
