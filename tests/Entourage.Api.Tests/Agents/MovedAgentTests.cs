using System.Globalization;
using System.Net;
using Entourage.Api.Tests.Otlp;
using Entourage.Testing;

namespace Entourage.Api.Tests.Agents;

/// <summary>What stops, budgets and people see of an agent that has work in two teams, or is about to move.</summary>
internal sealed class MovedAgentTests(Store store) : MoveFixture(store)
{
    private readonly Store kind = store;

    [Test]
    public async Task Planned_move_does_not_bring_an_agent_back_from_an_archived_team()
    {
        var (old, next) = await CreateTeamsAsync();
        await MoveAsync(old.Agent, next.Id, Host.Clock.GetUtcNow().AddHours(1).ToString("O", CultureInfo.InvariantCulture));
        _ = (await Api.PostAsync($"/teams/{old.Id}/archive", null)).Ok;
        Host.Clock.Advance(TimeSpan.FromHours(1));

        var refused = await Api.PostAsync("/sessions/start", new { agent_id = old.Agent });

        Assert.That((refused.Status, refused.Json.Text("type")), Is.EqualTo((HttpStatusCode.Conflict, "/problems/archived")), refused.Text);
        Assert.That((await Api.GetAsync($"/agents/{old.Agent}")).Ok.Text("team_id"), Is.EqualTo(old.Id));
    }

    [Test]
    public async Task Archive_of_the_new_team_ends_what_the_agent_has_open_in_the_old_one()
    {
        var (old, next) = await CreateTeamsAsync();
        var before = await old.StartAsync();
        await MoveAsync(old.Agent, next.Id);

        _ = (await Api.PostAsync($"/teams/{next.Id}/archive", null)).Ok;

        Assert.That((await old.SessionAsync(before)).Text("status"), Is.EqualTo("killed"));
        Assert.That((await old.ReserveAsync(before, 1m)).Json.Text("type"), Is.EqualTo("/problems/session-ended"));
    }

    [Test]
    public async Task Budget_check_of_a_task_counts_in_the_team_of_the_task()
    {
        var (old, next) = await CreateTeamsAsync();
        await old.ConfigureAsync(new { daily_cost_limit_usd = 10m });
        await next.ConfigureAsync(new { daily_cost_limit_usd = 20m });
        var (oldTask, nextTask) = (await old.CreateTaskAsync(), await next.CreateTaskAsync());
        await old.StartAsync(oldTask);
        await MoveAsync(old.Agent, next.Id);
        Assert.That((await old.BudgetAsync(task: nextTask)).Usd("daily_limit_usd"), Is.EqualTo(20m));
        Assert.That((await old.BudgetAsync(task: oldTask)).Usd("daily_limit_usd"), Is.EqualTo(10m));

        await next.StartAsync(nextTask, old.Agent);
        Assert.That((await old.BudgetAsync(task: nextTask)).Usd("daily_limit_usd"), Is.EqualTo(20m));
        Assert.That((await old.BudgetAsync(task: oldTask)).Usd("daily_limit_usd"), Is.EqualTo(10m));
        Assert.That((await old.BudgetAsync()).Usd("daily_limit_usd"), Is.EqualTo(20m));
    }

    [Test]
    public async Task Move_under_an_exceeded_cap_raises_its_alert()
    {
        var (old, next) = await CreateTeamsAsync();
        await next.ConfigureAsync(new { agent_daily_cost_limit_usd = 2m });
        await old.UseAsync(await old.StartAsync(), 3m);

        await MoveAsync(old.Agent, next.Id);

        var alert = (await Api.GetAsync($"/teams/{next.Id}/alerts?kind=budget_exceeded")).Ok.AsArray().Single();
        Assert.That(alert!.Text("agent_id"), Is.EqualTo(old.Agent));
    }

    [Test]
    public async Task Leads_list_only_the_sessions_in_their_own_team()
    {
        await using var host = await ApiHost.StartAsync(kind, settings: ApiHost.WithKeys);
        var old = await host.Api.CreateTeamAsync();
        var next = (await host.Api.PostAsync($"/orgs/{old.Organisation}/teams", new { name = "Next", slug = $"next-{old.Id}" })).Created.Text("id")!;
        var before = await old.StartAsync();
        _ = (await host.Api.PostAsync($"/agents/{old.Agent}/move", new { team_id = next })).Ok;
        var after = await old.StartAsync();

        var keys = new List<string>();
        foreach (var body in new object[] { new { name = "new lead", role = "lead", team_id = next }, new { name = "agent", role = "agent", agent_id = old.Agent } })
        {
            keys.Add((await host.Api.PostAsync("/keys", body)).Created.Text("key")!);
        }

        var seen = new List<long?[]>();
        foreach (var key in keys)
        {
            seen.Add([.. (await host.ClientWith(key).GetAsync($"/agents/{old.Agent}/sessions")).Ok.AsArray().Select(session => session!.Number("id"))]);
        }

        Assert.That(seen, Is.EqualTo(new long?[][] { [after], [after, before] }));
    }

    [Test]
    public async Task Pause_archive_and_preview_reach_sessions_in_the_old_team()
    {
        var (old, next) = await CreateTeamsAsync();
        var before = await old.StartAsync();
        var below = await old.StartAsync(agent: await Api.CreateAgentAsync(old.Id, "sub"), parent: before);
        await MoveAsync(old.Agent, next.Id);
        var reservation = await old.CreateReservationAsync(before, 1m);

        var pause = (await Api.PostAsync($"/agents/{old.Agent}/pause", new { reason = "look" })).Ok;
        Assert.That((pause.Number("reservations_released"), pause.Items("sessions").Select(row => row.Number("session_id"))), Is.EqualTo(((long?)1, new long?[] { before, below })));
        Assert.That((await old.UseAsync(before, 1m, reservation: reservation)).Flag("stop"), Is.True);

        Assert.That((await Api.PostAsync($"/agents/{old.Agent}/archive", null)).Ok.Number("sessions_killed"), Is.EqualTo(2));
        Assert.That((await old.SessionAsync(below)).Text("status"), Is.EqualTo("killed"));
    }

    [Test]
    public async Task New_run_is_checked_against_the_new_team_while_an_old_one_is_open()
    {
        var (old, next) = await CreateTeamsAsync();
        await Api.TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf(
            [("service.name", "claude-code"), ("entourage.agent_id", old.Agent)], OtlpPayload.ApiRequest(Host.Clock.GetUtcNow(), "old", "a1", 1m)));
        await MoveAsync(old.Agent, next.Id);
        Assert.That((await HookAsync()).Ok.AsObject(), Is.Empty);

        _ = (await Api.PostAsync($"/teams/{next.Id}/pause", new { reason = "enough" })).Ok;

        Assert.That((await HookAsync()).Ok.Text("stopReason"), Is.EqualTo("Entourage stops this run: the team is paused."));

        Task<Answer> HookAsync() => Api.PostAsync($"/hooks/claude-code?agent_id={old.Agent}", new { session_id = "new", hook_event_name = "PreToolUse" });
    }

    [Test]
    public async Task Event_stream_of_an_agent_is_cut_at_its_move()
    {
        await using var host = await ApiHost.StartAsync(kind, settings: new Dictionary<string, string>(ApiHost.WithKeys) { ["Events:HeartbeatSeconds"] = "1" });
        var old = await host.Api.CreateTeamAsync();
        var next = (await host.Api.PostAsync($"/orgs/{old.Organisation}/teams", new { name = "Next", slug = $"next-{old.Id}" })).Created.Text("id")!;
        var key = (await host.Api.PostAsync("/keys", new { name = "agent", role = "agent", agent_id = old.Agent })).Created.Text("key");
        await using var events = await EventReader.OpenAsync(host.ClientWith(key), $"/agents/{old.Agent}/events");

        _ = (await host.Api.PostAsync($"/agents/{old.Agent}/move", new { team_id = next })).Ok;

        Assert.That(await events.ReadAsync(), Is.Null);
    }
}
