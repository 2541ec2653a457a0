using System.Net;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Stops;

/// <summary>Pauses of agents, teams and organisations.</summary>
internal sealed class PauseTests(Store store) : ApiFixture(store)
{
    private static readonly string[] Scopes = ["agent", "team", "organisation"];

    [TestCaseSource(nameof(Scopes))]
    public async Task Pause_stops_active_sessions_and_refuses_new_ones_until_the_resume(string scope)
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 100 });
        var session = await team.StartAsync();
        await team.UseAsync(session, 1m);
        var reservation = await team.CreateReservationAsync(session, 10m);
        Host.Clock.Advance(TimeSpan.FromSeconds(1));

        var pause = await PauseAsync(team, scope, new { reason = "It spends too fast." });

        Assert.That(
            (pause.Text("scope"), pause.Text("id"), pause.Flag("paused"), pause.Text("reason"), pause.Text("expires_at"), pause.Number("reservations_released")),
            Is.EqualTo((scope, IdOf(team, scope), true, "It spends too fast.", (string?)null, (long?)1)));
        Assert.That(pause["paused_at"]!.GetValue<DateTimeOffset>(), Is.EqualTo(Host.Clock.GetUtcNow()));
        Assert.That(pause.Items("sessions").Select(row => (row.Number("session_id"), row.Text("agent_id"), row.Text("status"))), Is.EqualTo(new[] { ((long?)session, team.Agent, "active") }));
        Assert.That((await GetAsync(team, scope)).ToJsonString(), Is.EqualTo(pause.ToJsonString()));

        Assert.That((await Api.GetAsync($"/agents/{team.Agent}")).Ok.Text("status"), Is.EqualTo("paused"));
        Assert.That((await Api.GetAsync($"/teams/{team.Id}")).Ok.Text("status"), Is.EqualTo(scope == "agent" ? "active" : "paused"));
        await AssertRefusedAsync(Api.PostAsync("/sessions/start", new { agent_id = team.Agent }), scope);
        await AssertRefusedAsync(team.ReserveAsync(session, 1m), scope);
        await AssertRefusedAsync(Api.PostAsync($"/reservations/{reservation}/extend", new { ttl_seconds = 60 }), scope);
        var usage = await team.UseAsync(session, 2m, reservation: reservation);
        Assert.That((usage.Usd("cost_usd"), usage.Usd("reserved_usd"), usage.Flag("stop"), usage.Flag("over_budget")), Is.EqualTo(((decimal?)3, (decimal?)0, true, false)));
        Assert.That(Reasons(usage), Is.EqualTo(new[] { $"paused:{scope}" }));
        var budget = await team.BudgetAsync();
        Assert.That((budget.Flag("stop"), budget.Usd("reserved_usd")), Is.EqualTo((true, (decimal?)0)));
        Assert.That(Reasons(budget), Is.EqualTo(new[] { $"paused:{scope}" }));

        var resumed = (await Api.PostAsync(PathOf(team, scope, "resume"), null)).Ok;

        Assert.That((resumed.Flag("paused"), resumed.Text("reason"), resumed.Items("sessions").Count), Is.EqualTo((false, (string?)null, 0)));
        Assert.That((await team.BudgetAsync()).Flag("stop"), Is.False);
        Assert.That((await team.UseAsync(session, 1m)).Flag("stop"), Is.False);
        Assert.That((await team.ReserveAsync(session, 1m)).Status, Is.EqualTo(HttpStatusCode.Created));
        await team.StartAsync();
        Assert.That((await Api.GetAsync($"/agents/{team.Agent}")).Ok.Text("status"), Is.EqualTo("working"));
        Assert.That((await Api.GetAsync($"/teams/{team.Id}")).Ok.Text("status"), Is.EqualTo("active"));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Other_agents_are_not_paused()
    {
        var team = await Api.CreateTeamAsync();
        var other = await Api.CreateAgentAsync(team.Id, "eng-2");
        var stranger = await Api.CreateTeamAsync();
        var (session, reservation) = (await team.StartAsync(agent: other), "");
        reservation = await team.CreateReservationAsync(session, 5m);
        await PauseAsync(team, "agent", new { reason = "one only" });

        Assert.That((await Api.GetAsync($"/agents/{other}")).Ok.Text("status"), Is.EqualTo("working"));
        Assert.That((await team.UseAsync(session, 5m, reservation: reservation)).Flag("stop"), Is.False);
        await team.StartAsync(agent: other);

        await PauseAsync(team, "organisation", new { reason = "all of them" });
        await stranger.StartAsync();
        Assert.That((await team.UseAsync(session, 1m)).Flag("stop"), Is.True);
    }

    [Test]
    public async Task Pause_of_an_agent_reaches_sub_agents_below_its_sessions()
    {
        var team = await Api.CreateTeamAsync();
        var other = await Api.CreateAgentAsync(team.Id, "sub");
        var top = await team.StartAsync();
        var between = await team.StartAsync(agent: other, parent: top);
        var below = await team.StartAsync(agent: other, parent: between);
        var beside = await team.StartAsync(agent: other);
        await team.CreateReservationAsync(below, 3m);
        await team.CreateReservationAsync(beside, 4m);
        await Api.PostAsync($"/sessions/{between}/end", null);

        var pause = await PauseAsync(team, "agent", new { reason = "lost" });

        Assert.That(pause.Number("reservations_released"), Is.EqualTo(1));
        Assert.That(pause.Items("sessions").Select(row => row.Number("session_id")), Is.EqualTo(new long?[] { top, below }));
        Assert.That(Reasons(await team.UseAsync(below, 1m)), Is.EqualTo(new[] { "paused:agent" }));
        Assert.That((await team.UseAsync(beside, 1m)).Flag("stop"), Is.False);
        await AssertRefusedAsync(team.ReserveAsync(below, 1m), "agent");
        await AssertRefusedAsync(Api.PostAsync("/sessions/start", new { agent_id = other, parent_session_id = below }), "agent");
        await team.StartAsync(agent: other, parent: beside);
    }

    [Test]
    public async Task Expired_pause_has_no_effect()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        var until = Host.Clock.GetUtcNow().AddHours(1);
        var pause = await PauseAsync(team, "team", new { reason = "for an hour", expires_at = until });
        Assert.That(pause["expires_at"]!.GetValue<DateTimeOffset>(), Is.EqualTo(until));

        Host.Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromTicks(1));
        Assert.That((await team.UseAsync(session, 1m)).Flag("stop"), Is.True);
        Host.Clock.Advance(TimeSpan.FromTicks(1));

        Assert.That((await team.UseAsync(session, 1m)).Flag("stop"), Is.False);
        Assert.That((await team.BudgetAsync()).Flag("stop"), Is.False);
        Assert.That((await team.ReserveAsync(session, 1m)).Status, Is.EqualTo(HttpStatusCode.Created));
        Assert.That((await GetAsync(team, "team")).Flag("paused"), Is.False);
        Assert.That((await Api.GetAsync($"/teams/{team.Id}")).Ok.Text("status"), Is.EqualTo("active"));
        await team.StartAsync();
        Assert.That((await PauseAsync(team, "team", new { reason = "again" }))["paused_at"]!.GetValue<DateTimeOffset>(), Is.EqualTo(Host.Clock.GetUtcNow()));
    }

    [TestCase("agent", "team")]
    [TestCase("agent", "organisation")]
    [TestCase("team", "organisation")]
    public async Task Resume_says_which_pause_remains(string scope, string above)
    {
        var team = await Api.CreateTeamAsync();
        await PauseAsync(team, scope, new { reason = "below" });
        await PauseAsync(team, above, new { reason = "above" });

        var resumed = (await Api.PostAsync(PathOf(team, scope, "resume"), null)).Ok;
        Assert.That((resumed.Text("scope"), resumed.Flag("paused"), resumed.Text("paused_scope"), resumed.Text("reason")), Is.EqualTo((scope, true, above, "above")));
        Assert.That((await GetAsync(team, scope)).Text("paused_scope"), Is.EqualTo(above));

        await Api.PostAsync(PathOf(team, above, "resume"), null);
        Assert.That((await GetAsync(team, scope)).Flag("paused"), Is.False);
    }

    [Test]
    public async Task Pausing_again_replaces_the_reason_and_the_expiry()
    {
        var team = await Api.CreateTeamAsync();
        await team.CreateReservationAsync(await team.StartAsync(), 1m);
        var first = await PauseAsync(team, "team", new { reason = "first", expires_at = Host.Clock.GetUtcNow().AddHours(1) });
        Host.Clock.Advance(TimeSpan.FromMinutes(10));

        var second = await PauseAsync(team, "team", new { reason = "second" });

        Assert.That(
            (second.Text("reason"), second.Text("expires_at"), second.Text("paused_at"), second.Number("reservations_released")),
            Is.EqualTo(("second", (string?)null, first.Text("paused_at"), (long?)1)));
        Host.Clock.Advance(TimeSpan.FromHours(1));
        Assert.That((await team.BudgetAsync()).Flag("stop"), Is.True);
    }

    [Test]
    public async Task Resume_without_a_pause_has_no_effect()
    {
        var team = await Api.CreateTeamAsync();
        await PauseAsync(team, "organisation", new { reason = "the whole of it" });

        Assert.That((await Api.PostAsync($"/teams/{team.Id}/resume", new { reason = "calm again" })).Ok.Flag("paused"), Is.True);

        Assert.That(Reasons(await team.BudgetAsync()), Is.EqualTo(new[] { "paused:organisation" }), "the wider pause continues");
    }

    [Test]
    public async Task Each_pause_is_a_separate_reason_with_the_widest_first()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        foreach (var scope in Scopes)
        {
            await PauseAsync(team, scope, new { reason = scope });
        }

        Assert.That(Reasons(await team.UseAsync(session, 1m)), Is.EqualTo(new[] { "paused:organisation", "paused:team", "paused:agent" }));
        await AssertRefusedAsync(Api.PostAsync("/sessions/start", new { agent_id = team.Agent }), "organisation");
    }

    [Test]
    public async Task Pause_lists_which_sessions_have_stopped()
    {
        var team = await Api.CreateTeamAsync();
        var (ended, silent, late, going, before) =
            (await team.StartAsync(), await team.StartAsync(), await team.StartAsync(), await team.StartAsync(), await team.StartAsync());
        await Api.PostAsync($"/sessions/{before}/end", null);
        await team.UseAsync(going, 1m);
        Host.Clock.Advance(TimeSpan.FromSeconds(10));
        await PauseAsync(team, "team", new { reason = "look" });
        var pausedAt = Host.Clock.GetUtcNow();
        Host.Clock.Advance(TimeSpan.FromSeconds(10));
        await Api.PostAsync($"/sessions/{ended}/end", null);
        await team.UseAsync(late, 1m, pausedAt);
        await team.UseAsync(going, 1m);

        var sessions = (await GetAsync(team, "team")).Items("sessions");

        Assert.That(
            sessions.Select(row => (row.Number("session_id"), row.Text("status"), row.Flag("obeyed"))),
            Is.EqualTo(new[] { ((long?)ended, "completed", true), (silent, "active", true), (late, "active", true), (going, "active", false) }));
        Assert.That(sessions[3]["last_call_at"]!.GetValue<DateTimeOffset>(), Is.EqualTo(Host.Clock.GetUtcNow()));
        Assert.That(sessions[1]["last_call_at"], Is.Null);
    }

    [Test]
    public async Task Pause_that_ends_before_it_begins_is_refused()
    {
        var team = await Api.CreateTeamAsync();

        var refused = await Api.PostAsync($"/teams/{team.Id}/pause", new { reason = "late", expires_at = Host.Clock.GetUtcNow() });

        Assert.That((refused.Status, refused.Json["errors"]!["expires_at"] is null), Is.EqualTo((HttpStatusCode.UnprocessableEntity, false)));
        Assert.That((await team.BudgetAsync()).Flag("stop"), Is.False);
    }

    [Test]
    public async Task Answer_from_before_the_pause_is_replayed()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        var first = await team.ReserveAsync(session, 1m, idempotencyKey: "k");
        await PauseAsync(team, "team", new { reason = "now" });

        var again = await team.ReserveAsync(session, 1m, idempotencyKey: "k");

        Assert.That((again.Status, again.Text, again.Header("Idempotent-Replayed")), Is.EqualTo((HttpStatusCode.Created, first.Text, "true")));
        Assert.That((await team.BudgetAsync()).Usd("reserved_usd"), Is.Zero);
    }

    private static string[] Reasons(JsonNode answer) => [.. answer["stop_reasons"]!.AsArray().Select(reason => reason!.GetValue<string>())];

    private static string IdOf(TestTeam team, string scope) => scope switch
    {
        "agent" => team.Agent,
        "team" => team.Id,
        _ => team.Organisation,
    };

    private static string PathOf(TestTeam team, string scope, string verb) =>
        $"/{(scope == "organisation" ? "orgs" : scope + "s")}/{IdOf(team, scope)}/{verb}";

    private static async Task AssertRefusedAsync(Task<Answer> asked, string scope)
    {
        var answer = await asked;
        Assert.That((answer.Status, answer.Json.Text("type"), answer.Json.Text("scope")), Is.EqualTo((HttpStatusCode.Conflict, "/problems/paused", scope)), answer.Text);
    }

    private async Task<JsonNode> PauseAsync(TestTeam team, string scope, object body) => (await Api.PostAsync(PathOf(team, scope, "pause"), body)).Ok;

    private async Task<JsonNode> GetAsync(TestTeam team, string scope) => (await Api.GetAsync(PathOf(team, scope, "pause"))).Ok;
}
