using System.Globalization;
using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Agents;

/// <summary>An agent that moves to another team. What it spent stays with the old team, and what its new sessions spend counts in the new one.</summary>
internal sealed class MoveTests(Store store) : MoveFixture(store)
{
    [Test]
    public async Task New_sessions_count_in_the_new_team_and_earlier_ones_stay_with_the_old_team()
    {
        var (old, next) = await CreateTeamsAsync();
        var before = await old.StartAsync();
        await old.UseAsync(before, 3m);

        var moved = await MoveAsync(old.Agent, next.Id);
        var after = await next.StartAsync(agent: old.Agent);
        await next.UseAsync(after, 1m);
        await old.UseAsync(before, 0.5m);

        Assert.That(moved.Text("team_id"), Is.EqualTo(next.Id));
        Assert.That((await old.CostsAsync()).Usd("total_cost_usd"), Is.EqualTo(3.5m));
        Assert.That((await next.CostsAsync()).Usd("total_cost_usd"), Is.EqualTo(1m));
        Assert.That((await Api.GetAsync($"/orgs/{old.Organisation}/costs")).Ok.Usd("total_cost_usd"), Is.EqualTo(4.5m));
        foreach (var team in new[] { old, next })
        {
            Assert.That((await team.CostsAsync()).Items("by_agent").Single().Text("agent_name"), Is.EqualTo("eng-1"), "a report names it wherever it is now");
        }

        Assert.That(Ids(await Api.GetAsync($"/teams/{old.Id}/agents")), Is.Empty);
        Assert.That(Ids(await Api.GetAsync($"/teams/{next.Id}/agents")), Is.EquivalentTo(new[] { old.Agent, next.Agent }));
        Assert.That((await Api.GetAsync($"/agents/{old.Agent}/sessions")).Ok.AsArray(), Has.Count.EqualTo(2));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Caps_of_each_team_apply_to_the_sessions_that_started_in_it()
    {
        var (old, next) = await CreateTeamsAsync();
        var before = await old.StartAsync();
        await MoveAsync(old.Agent, next.Id);
        await old.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        await next.ConfigureAsync(new { daily_cost_limit_usd = 2m });

        Assert.That((await next.BudgetAsync(old.Agent)).Usd("daily_limit_usd"), Is.EqualTo(1m), "its active session is of the old team");
        Assert.That((await old.ReserveAsync(before, 1.5m)).Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
        _ = (await Api.PostAsync($"/sessions/{before}/end", null)).Ok;
        Assert.That((await next.BudgetAsync(old.Agent)).Usd("daily_limit_usd"), Is.EqualTo(2m));
        var after = await next.StartAsync(agent: old.Agent);
        Assert.That((await next.ReserveAsync(after, 1.5m)).Status, Is.EqualTo(HttpStatusCode.Created));
        Assert.That((await next.ReserveAsync(after, 1.5m)).Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
    }

    [Test]
    public async Task Own_daily_cap_of_the_agent_covers_what_it_spends_in_both_teams()
    {
        var (old, next) = await CreateTeamsAsync();
        _ = (await Api.PatchAsync($"/settings/agents/{old.Agent}", new { daily_cost_limit_usd = 5m })).Ok;
        await old.UseAsync(await old.StartAsync(), 4m);

        await MoveAsync(old.Agent, next.Id);

        var after = await next.StartAsync(agent: old.Agent);
        Assert.That((await next.ReserveAsync(after, 1.5m)).Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
        Assert.That((await next.ReserveAsync(after, 1m)).Status, Is.EqualTo(HttpStatusCode.Created));
    }

    [Test]
    public async Task Planned_move_takes_effect_at_its_instant_for_the_next_session()
    {
        var (old, next) = await CreateTeamsAsync();
        var from = Host.Clock.GetUtcNow().AddHours(2);

        var planned = await MoveAsync(old.Agent, next.Id, from.ToString("O", CultureInfo.InvariantCulture));
        Assert.That((planned.Text("team_id"), planned.Text("moves_to_team_id")), Is.EqualTo((old.Id, next.Id)));
        Host.Clock.Advance(TimeSpan.FromHours(2) - TimeSpan.FromSeconds(1));
        await old.UseAsync(await old.StartAsync(), 1m);
        Host.Clock.Advance(TimeSpan.FromSeconds(1));
        await next.UseAsync(await next.StartAsync(agent: old.Agent), 2m);

        Assert.That(((await old.CostsAsync()).Usd("total_cost_usd"), (await next.CostsAsync()).Usd("total_cost_usd")), Is.EqualTo(((decimal?)1, (decimal?)2)));
        var agent = (await Api.GetAsync($"/agents/{old.Agent}")).Ok;
        Assert.That((agent.Text("team_id"), agent.Text("moves_to_team_id"), agent.Text("moves_at")), Is.EqualTo((next.Id, default(string), default(string))));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Planned_move_of_an_agent_that_starts_nothing_is_made_by_a_job()
    {
        var (old, next) = await CreateTeamsAsync("Europe/Berlin");
        var today = DateOnly.FromDateTime(Host.Clock.GetUtcNow().UtcDateTime);
        var planned = await MoveAsync(old.Agent, next.Id, today.AddDays(3).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        var midnight = TimeZoneInfo.ConvertTimeToUtc(today.AddDays(3).ToDateTime(TimeOnly.MinValue), TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));
        Assert.That(DateTimeOffset.Parse(planned.Text("moves_at")!, CultureInfo.InvariantCulture).UtcDateTime, Is.EqualTo(midnight), "a day begins in the time zone of the new team");

        Host.Clock.Advance(TimeSpan.FromDays(3));

        await Patience.UntilAsync(async () => (await Api.GetAsync($"/agents/{old.Agent}")).Ok.Text("team_id") == next.Id);
    }

    [Test]
    public async Task Planned_move_is_replaced_by_a_later_one_and_cancelled_by_a_move_to_the_present_team()
    {
        var (old, next) = await CreateTeamsAsync();
        var soon = Host.Clock.GetUtcNow().AddHours(1).ToString("O", CultureInfo.InvariantCulture);
        await MoveAsync(old.Agent, next.Id, soon);

        var cancelled = await MoveAsync(old.Agent, old.Id);

        Assert.That((cancelled.Text("team_id"), cancelled.Text("moves_at")), Is.EqualTo((old.Id, default(string))));
        Host.Clock.Advance(TimeSpan.FromHours(2));
        await old.UseAsync(await old.StartAsync(), 1m);
        Assert.That((await old.CostsAsync()).Usd("total_cost_usd"), Is.EqualTo(1m));
    }

    [Test]
    public async Task Planned_move_to_a_team_that_was_archived_meanwhile_is_cancelled()
    {
        var (old, next) = await CreateTeamsAsync();
        await MoveAsync(old.Agent, next.Id, Host.Clock.GetUtcNow().AddHours(1).ToString("O", CultureInfo.InvariantCulture));
        _ = (await Api.PostAsync($"/teams/{next.Id}/archive", null)).Ok;
        Host.Clock.Advance(TimeSpan.FromHours(1));

        await old.UseAsync(await old.StartAsync(), 1m);

        var agent = (await Api.GetAsync($"/agents/{old.Agent}")).Ok;
        Assert.That((agent.Text("team_id"), agent.Text("moves_at")), Is.EqualTo((old.Id, default(string))));
    }

    [Test]
    public async Task Move_out_of_reach_is_refused()
    {
        var (old, next) = await CreateTeamsAsync();
        var elsewhere = await Api.CreateTeamAsync();
        var refused = await Api.PostAsync($"/agents/{old.Agent}/move", new { team_id = elsewhere.Id });
        Assert.That((refused.Status, refused.Text), Is.EqualTo((HttpStatusCode.UnprocessableEntity, refused.Text)));
        Assert.That(refused.Text, Does.Contain("another organisation"));

        await Api.CreateAgentAsync(next.Id, "eng-1");
        Assert.That((await Api.PostAsync($"/agents/{old.Agent}/move", new { team_id = next.Id })).Json.Text("type"), Is.EqualTo("/problems/duplicate"));
        _ = (await Api.PostAsync($"/teams/{next.Id}/archive", null)).Ok;
        Assert.That((await Api.PostAsync($"/agents/{old.Agent}/move", new { team_id = next.Id })).Json.Text("type"), Is.EqualTo("/problems/archived"));
        _ = (await Api.PostAsync($"/agents/{old.Agent}/archive", null)).Ok;
        Assert.That((await Api.PostAsync($"/agents/{old.Agent}/move", new { team_id = old.Id })).Json.Text("type"), Is.EqualTo("/problems/archived"));
    }

    [Test]
    public async Task Sub_session_of_a_session_from_before_the_move_is_refused_with_a_reason()
    {
        var (old, next) = await CreateTeamsAsync();
        var before = await old.StartAsync();
        await MoveAsync(old.Agent, next.Id);

        var refused = await Api.PostAsync("/sessions/start", new { agent_id = old.Agent, parent_session_id = before });

        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(refused.Text, Does.Contain("before the agent moved"));
    }

    [Test]
    public async Task Totals_agree_after_a_move_and_a_change_of_either_time_zone()
    {
        var (old, next) = await CreateTeamsAsync("Pacific/Auckland");
        await old.UseAsync(await old.StartAsync(), 1m);
        await MoveAsync(old.Agent, next.Id);
        var session = await next.StartAsync(agent: old.Agent);
        await next.UseAsync(session, 2m);
        await next.CreateReservationAsync(session, 3m, 3_600);

        foreach (var (team, zone) in new[] { (old, "America/New_York"), (next, "Asia/Tokyo"), (old, "Pacific/Kiritimati") })
        {
            await team.ConfigureAsync(new { timezone = zone });
            Assert.That((await Host.VerifyAsync()).Differences, Is.Empty, zone);
        }

        await Host.SummariseAsync();
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Concurrent_usage_and_starts_during_moves_lose_and_double_nothing()
    {
        var (old, next) = await CreateTeamsAsync();
        await using var beside = ApiHost.StartBeside(Host);
        var started = new List<long>();
        for (var i = 0; i < 4; i++)
        {
            started.Add(await old.StartAsync());
        }

        var callers = Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
        {
            var team = old with { Api = i % 4 == 3 ? beside.Api : Api };
            var session = i < 4 ? started[i] : await team.StartAsync();
            for (var round = 0; round < 6; round++)
            {
                await team.UseAsync(session, 0.01m, idempotencyKey: $"move-{i}-{round}");
                session = i >= 4 && round == 3 ? await team.StartAsync() : session;
            }
        })).ToArray();
        foreach (var team in new[] { next, old, next })
        {
            await MoveAsync(old.Agent, team.Id);
        }

        await Task.WhenAll(callers);

        var (inOld, inNext) = ((await old.CostsAsync()).Usd("total_cost_usd"), (await next.CostsAsync()).Usd("total_cost_usd"));
        Assert.That(inOld + inNext, Is.EqualTo(16 * 6 * 0.01m));
        Assert.That((await Api.GetAsync($"/orgs/{old.Organisation}/costs")).Ok.Usd("total_cost_usd"), Is.EqualTo(0.96m));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }
}
