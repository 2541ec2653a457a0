using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Reservations;

/// <summary>A reservation ends once: by its expiry, its caller, or its session (rule 7).</summary>
internal sealed class ReservationEndTests(Store store) : ApiFixture(store)
{
    [Test]
    public async Task Reservation_holds_its_amount_until_exactly_its_expiry()
    {
        await using var host = await ApiHost.StartAsync(Host.Database.Store);
        var (team, session, task) = await CappedAsync(host.Api);
        await team.CreateReservationAsync(session, 6m);
        await team.CreateReservationAsync(session, 1m, 301);

        host.Clock.Advance(TimeSpan.FromSeconds(300) - TimeSpan.FromTicks(1));
        Assert.That(await ReservedAsync(team, session, task), Is.EqualTo((7m, 7m, 3m)));

        // Nothing is written meanwhile.
        host.Clock.Advance(TimeSpan.FromTicks(1));
        Assert.That(await ReservedAsync(team, session, task), Is.EqualTo((1m, 1m, 9m)));
        Assert.That((await host.Api.GetAsync($"/agents/{team.Agent}/sessions")).Ok[0]!.Usd("reserved_usd"), Is.EqualTo(1m));
        Assert.That((await host.VerifyAsync()).Differences, Is.Empty);

        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await ReservedAsync(team, session, task), Is.EqualTo((0m, 0m, 10m)));

        await team.UseAsync(session, 2m);
        Assert.That(await ReservedAsync(team, session, task), Is.EqualTo((0m, 0m, 8m)));
        Assert.That((await host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Expired_amount_is_available_at_once()
    {
        var (team, session, _) = await CappedAsync(Api);
        await team.CreateReservationAsync(session, 10m, 60);
        Assert.That((await team.BudgetAsync()).Flag("over_budget"), Is.True);
        Host.Clock.Advance(TimeSpan.FromSeconds(60));

        Assert.That((await team.BudgetAsync()).Flag("over_budget"), Is.False);
        var started = await team.StartAsync();
        Assert.That((await team.ReserveAsync(started, 10m)).Status, Is.EqualTo(HttpStatusCode.Created));
    }

    [Test]
    public async Task Reservation_expires_after_the_replica_that_granted_it_is_gone()
    {
        var (team, session, _) = await CappedAsync(Api);
        await using (var gone = ApiHost.StartBeside(Host))
        {
            await (team with { Api = gone.Api }).CreateReservationAsync(session, 10m, 60);
        }

        Assert.That((await team.ReserveAsync(session, 10m)).Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
        Host.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.That((await team.ReserveAsync(session, 10m)).Status, Is.EqualTo(HttpStatusCode.Created));
    }

    [TestCase("6", "0")]
    [TestCase("10", "0")]
    [TestCase("10.5", "0.5")]
    public async Task Usage_that_names_an_expired_reservation_is_recorded_without_it(decimal cost, decimal overrun)
    {
        var (team, session, _) = await CappedAsync(Api);
        var reservation = await team.CreateReservationAsync(session, 5m, 60);
        Host.Clock.Advance(TimeSpan.FromSeconds(60));

        var usage = await team.UseAsync(session, cost, reservation: reservation);

        Assert.That((usage.Usd("cost_usd"), usage.Usd("overrun_usd"), usage.Usd("reserved_usd")), Is.EqualTo((cost, overrun, 0m)));
        Assert.That((await team.BudgetAsync()).Usd("daily_remaining_usd"), Is.EqualTo(10m - cost));
        Assert.That((await Api.GetAsync($"/sessions/{session}/usage")).Ok[0]!.Text("reservation_id"), Is.EqualTo(reservation));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Repeated_release_returns_the_amount_once()
    {
        var (team, session, task) = await CappedAsync(Api);
        var reservation = await team.CreateReservationAsync(session, 6m);
        await team.CreateReservationAsync(session, 1m);

        for (var time = 0; time < 3; time++)
        {
            var answer = await ReleaseAsync(reservation);
            Assert.That((answer.Status, answer.Text), Is.EqualTo((HttpStatusCode.NoContent, "")));
            Assert.That(await ReservedAsync(team, session, task), Is.EqualTo((1m, 1m, 9m)));
        }
    }

    [Test]
    public async Task Releasing_an_ended_reservation_succeeds_and_an_unknown_one_is_not_found()
    {
        var (team, session, task) = await CappedAsync(Api);
        var (spent, ranOut) = (await team.CreateReservationAsync(session, 1m), await team.CreateReservationAsync(session, 1m, 1));
        await team.UseAsync(session, 0.5m, reservation: spent);
        Host.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.That((await ReleaseAsync(spent)).Status, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((await ReleaseAsync(ranOut)).Status, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((await ReleaseAsync("00000000-0000-7000-8000-000000000000")).Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await ReservedAsync(team, session, task), Is.EqualTo((0m, 0m, 9.5m)));
    }

    [Test]
    public async Task Concurrent_ends_of_a_reservation_take_effect_once()
    {
        await using var second = ApiHost.StartBeside(Host);
        var (team, session, task) = await CappedAsync(Api);
        var reservation = await team.CreateReservationAsync(session, 6m);

        await Task.WhenAll(Enumerable.Range(0, 24).Select(i => (i % 3) switch
        {
            0 => ReleaseAsync(reservation),
            1 => (Task)team.UseAsync(session, 0.25m, reservation: reservation),
            _ => (team with { Api = second.Api }).UseAsync(session, 0.25m, reservation: reservation),
        }));

        Assert.That(await ReservedAsync(team, session, task), Is.EqualTo((0m, 0m, 6m)));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Ending_a_session_releases_its_own_reservations_only()
    {
        var (team, parent, task) = await CappedAsync(Api);
        var child = await team.StartAsync(parent: parent);
        var reservation = await team.CreateReservationAsync(parent, 3m);
        await team.CreateReservationAsync(parent, 2m);
        await team.CreateReservationAsync(child, 1m);

        var ended = (await Api.PostAsync($"/sessions/{parent}/end", null)).Ok;
        var again = (await Api.PostAsync($"/sessions/{parent}/end", null)).Ok;

        Assert.Multiple(() =>
        {
            Assert.That(ended.Usd("reserved_usd"), Is.Zero);
            Assert.That(again.ToJsonString(), Is.EqualTo(ended.ToJsonString()));
        });
        Assert.That(await ReservedAsync(team, parent, task), Is.EqualTo((1m, 0m, 10m)));
        Assert.That((await team.SessionAsync(child)).Usd("reserved_usd"), Is.EqualTo(1m));
        Assert.That((await ReleaseAsync(reservation)).Status, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((await team.BudgetAsync()).Usd("reserved_usd"), Is.EqualTo(1m));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Ended_reservations_are_deleted_after_a_month_and_a_day()
    {
        await using var host = await ApiHost.StartAsync(Host.Database.Store);
        var (team, session, _) = await CappedAsync(host.Api);
        var reservation = await team.CreateReservationAsync(session, 1m);
        await host.Api.SendAsync(HttpMethod.Delete, $"/reservations/{reservation}", null);

        host.Clock.Advance(TimeSpan.FromDays(31));
        Assert.That((await team.UseAsync(session, 1m, reservation: reservation)).Usd("cost_usd"), Is.EqualTo(1m));
        var live = await team.CreateReservationAsync(session, 1m);

        // One has not been ended yet.
        await Patience.UntilAsync(async () => await CountAnHourLaterAsync() == 1);
        Assert.That((await host.Api.SendAsync(HttpMethod.Delete, $"/reservations/{live}", null)).Status, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((await host.VerifyAsync()).Differences, Is.Empty);

        // The job may still be working on the previous hour, or not have started.
        async Task<long> CountAnHourLaterAsync()
        {
            host.Clock.Advance(TimeSpan.FromHours(1));
            return await host.CountAsync("Reservations");
        }
    }

    /// <summary>A team with ten dollars a day and for each task, and a session on a task.</summary>
    private static async Task<(TestTeam Team, long Session, long Task)> CappedAsync(ApiClient api)
    {
        var team = await api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 10m, task_cost_limit_usd = 10m });
        var task = await team.CreateTaskAsync();
        return (team, await team.StartAsync(task), task);
    }

    private Task<Answer> ReleaseAsync(string reservation) => Api.SendAsync(HttpMethod.Delete, $"/reservations/{reservation}", null);

    private static async Task<(decimal? OfDay, decimal? OfSession, decimal? LeftOfTask)> ReservedAsync(TestTeam team, long session, long task) => (
        (await team.BudgetAsync()).Items("budgets")[0].Usd("reserved_usd"),
        (await team.SessionAsync(session)).Usd("reserved_usd"),
        (await team.Api.GetAsync($"/tasks/{task}")).Ok.Usd("remaining_usd"));
}
