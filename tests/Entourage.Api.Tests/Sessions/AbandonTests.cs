using Entourage.Testing;

namespace Entourage.Api.Tests.Sessions;

/// <summary>Sessions that have fallen silent.</summary>
internal sealed class AbandonTests(Store store) : ApiFixture(store)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    [Test]
    public async Task Session_silent_for_an_hour_is_abandoned_and_its_later_usage_is_recorded()
    {
        var team = await Api.CreateTeamAsync();
        var (used, unused) = (await team.StartAsync(), await team.StartAsync());
        Host.Clock.Advance(Moment);
        await team.UseAsync(used, 1m);

        Host.Clock.Advance(Hour - Moment);
        await Host.AbandonAsync();
        Assert.That((await StatusAsync(team, used), await StatusAsync(team, unused)), Is.EqualTo(("active", "abandoned")));
        Host.Clock.Advance(Moment);
        await Host.AbandonAsync();

        var closed = await team.SessionAsync(used);
        Assert.That(
            (closed.Text("status"), closed.Text("error"), closed["ended_at"]!.GetValue<DateTimeOffset>()),
            Is.EqualTo(("abandoned", "No usage was reported for 60 minutes.", Host.Clock.GetUtcNow())));
        var late = await team.UseAsync(used, 2m);
        Assert.That((late.Usd("cost_usd"), late.Flag("stop"), late["stop_reasons"]!.ToJsonString()), Is.EqualTo(((decimal?)3, true, """["session_abandoned"]""")));
        Assert.That((await team.ReserveAsync(used, 1m)).Json.Text("type"), Is.EqualTo("/problems/session-ended"));
        Assert.That((await Api.GetAsync($"/agents/{team.Agent}/sessions?status=abandoned")).Ok.AsArray(), Has.Count.EqualTo(2));
        Assert.That(
            (await Api.GetAsync($"/teams/{team.Id}/alerts?kind=abandoned_session")).Ok.AsArray().Select(alert => alert!.Number("session_id")),
            Is.EqualTo(new[] { used, unused }));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Live_reservation_keeps_its_session_active()
    {
        var team = await Api.CreateTeamAsync();
        var (reserved, released) = (await team.StartAsync(), await team.StartAsync());
        Host.Clock.Advance(TimeSpan.FromMinutes(50));
        await team.CreateReservationAsync(reserved, 1m, ttlSeconds: 60);
        var returned = await team.CreateReservationAsync(released, 1m, ttlSeconds: 3_600);
        await Api.SendAsync(HttpMethod.Delete, $"/reservations/{returned}", null);

        Host.Clock.Advance(Hour - Moment);
        await Host.AbandonAsync();
        Assert.That((await StatusAsync(team, reserved), await StatusAsync(team, released)), Is.EqualTo(("active", "active")));
        Host.Clock.Advance(Moment);
        await Host.AbandonAsync();
        Assert.That((await StatusAsync(team, reserved), await StatusAsync(team, released)), Is.EqualTo(("active", "abandoned")));
        Host.Clock.Advance(TimeSpan.FromMinutes(1));
        await Host.AbandonAsync();
        Assert.That(await StatusAsync(team, reserved), Is.EqualTo("abandoned"));
    }

    [Test]
    public async Task Budget_query_does_not_keep_a_session_active()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        Host.Clock.Advance(Hour - Moment);
        await team.BudgetAsync();
        Host.Clock.Advance(Moment);
        await Host.AbandonAsync();

        Assert.That(await StatusAsync(team, session), Is.EqualTo("abandoned"));
    }

    [Test]
    public async Task Active_sub_agent_keeps_its_parent_session_active()
    {
        var team = await Api.CreateTeamAsync();
        var top = await team.StartAsync();
        var below = await team.StartAsync(parent: top);
        Host.Clock.Advance(2 * Hour);
        await team.UseAsync(below, 1m);

        await Host.AbandonAsync();
        Assert.That(await StatusAsync(team, top), Is.EqualTo("active"));
        await Api.PostAsync($"/sessions/{below}/end", null);
        Host.Clock.Advance(Hour - Moment);
        await Host.AbandonAsync();
        Assert.That(await StatusAsync(team, top), Is.EqualTo("active"), "its hour starts at the end of the other");
        Host.Clock.Advance(Moment);
        await Host.AbandonAsync();

        Assert.That(await StatusAsync(team, top), Is.EqualTo("abandoned"));
    }

    [TestCase(5, 5)]
    [TestCase(10_080, 10_080)]
    [TestCase(null, null)]
    public async Task Team_setting_decides_when_a_session_is_abandoned(int? setting, int? minutes)
    {
        var team = await Api.CreateTeamAsync();
        var settings = await team.ConfigureAsync(new { abandoned_after_minutes = setting });
        Assert.That(settings.Number("abandoned_after_minutes"), Is.EqualTo((long?)setting));
        var session = await team.StartAsync();

        Host.Clock.Advance(TimeSpan.FromMinutes(minutes ?? 20_000) - Moment);
        await Host.AbandonAsync();
        Assert.That(await StatusAsync(team, session), Is.EqualTo("active"));
        Host.Clock.Advance(Moment);
        await Host.AbandonAsync();

        Assert.That(await StatusAsync(team, session), Is.EqualTo(setting is null ? "active" : "abandoned"));
    }

    [Test]
    public async Task Concurrent_replicas_abandon_each_session_once()
    {
        var team = await Api.CreateTeamAsync();
        for (var i = 0; i < 20; i++)
        {
            await team.StartAsync();
        }

        Host.Clock.Advance(Hour);
        await using var beside = ApiHost.StartBeside(Host);
        await Task.WhenAll(Host.AbandonAsync(), beside.AbandonAsync(), Host.AbandonAsync(), beside.AbandonAsync());

        Assert.That((await Api.GetAsync($"/agents/{team.Agent}/sessions?status=abandoned")).Ok.AsArray(), Has.Count.EqualTo(20));
        var first = (await Api.GetAsync($"/agents/{team.Agent}/sessions?limit=200")).Ok.AsArray().Min(row => row!.Number("id"));
        Assert.That(await Host.CountAsync($"Events WHERE Kind = 2 AND SessionId >= {first}"), Is.EqualTo(40), "each started once and ended once");
    }

    [Test]
    public async Task Server_abandons_silent_sessions_automatically()
    {
        await using var host = await ApiHost.StartAsync(Host.Database.Store, settings: new Dictionary<string, string> { ["Jobs:AbandonedSessionsEverySeconds"] = "60" });
        var team = await host.Api.CreateTeamAsync();
        var session = await team.StartAsync();

        host.Clock.Advance(Hour);

        await Patience.UntilAsync(async () => await StatusAsync(team, session) == "abandoned");
    }

    private static async Task<string?> StatusAsync(TestTeam team, long session) => (await team.SessionAsync(session)).Text("status");
}
