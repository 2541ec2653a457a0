using System.Net;
using System.Text.Json.Nodes;
using Entourage.Api.Tests.Otlp;
using Entourage.Testing;

namespace Entourage.Api.Tests.Stops;

/// <summary>Archived agents, teams and organisations spend nothing, leave the lists, and keep their history.</summary>
internal sealed class ArchiveTests(Store store) : ApiFixture(store)
{
    [TestCase("agents")]
    [TestCase("teams")]
    [TestCase("orgs")]
    public async Task Nothing_can_be_spent_below_an_archived_scope_and_late_usage_is_recorded(string scope)
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 100 });
        var session = await team.StartAsync();
        var reservation = await team.CreateReservationAsync(session, 10m);
        var name = scope switch { "agents" => "agent", "teams" => "team", _ => "organisation" };

        var archived = await ArchiveAsync(team, scope);

        Assert.That(
            (archived.Flag("archived"), archived.Text("archived_scope"), archived.Text("archived_at") is null, archived.Number("sessions_killed")),
            Is.EqualTo((true, name, false, (long?)1)));
        var killed = await team.SessionAsync(session);
        Assert.That((killed.Text("status"), killed.Text("error"), killed.Usd("reserved_usd")), Is.EqualTo(("killed", $"The {name} was archived.", (decimal?)0)));
        var refused = await Api.PostAsync("/sessions/start", new { agent_id = team.Agent });
        Assert.That((refused.Status, refused.Json.Text("type"), refused.Json.Text("scope")), Is.EqualTo((HttpStatusCode.Conflict, "/problems/archived", name)), refused.Text);
        Assert.That((await team.ReserveAsync(session, 1m)).Json.Text("type"), Is.EqualTo("/problems/session-ended"));
        var asked = await Api.PostAsync("/human-requests", new { agent_id = team.Agent, kind = "question", question = "May I?" });
        Assert.That((asked.Status, asked.Json.Text("type")), Is.EqualTo((HttpStatusCode.Conflict, "/problems/archived")));
        var task = await Api.PostAsync($"/teams/{team.Id}/tasks", new { title = "More" });
        Assert.That(task.Status, Is.EqualTo(scope == "agents" ? HttpStatusCode.Created : HttpStatusCode.Conflict));
        var late = await team.UseAsync(session, 2m, reservation: reservation);
        Assert.That((late.Usd("cost_usd"), late.Flag("stop")), Is.EqualTo(((decimal?)2, true)));
        Assert.That(Reasons(late), Is.EquivalentTo(new[] { $"archived:{name}", "session_killed" }));
        var budget = await team.BudgetAsync();
        Assert.That((budget.Flag("stop"), budget.Usd("daily_spent_usd"), budget.Usd("reserved_usd")), Is.EqualTo((true, (decimal?)2, (decimal?)0)));
        Assert.That(Reasons(budget), Does.Contain($"archived:{name}"));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [TestCase("agents")]
    [TestCase("teams")]
    [TestCase("orgs")]
    public async Task Archiving_and_restoring_twice_changes_nothing(string scope)
    {
        var team = await Api.CreateTeamAsync();
        await team.StartAsync();

        var first = await ArchiveAsync(team, scope);
        Host.Clock.Advance(TimeSpan.FromMinutes(1));
        var second = await ArchiveAsync(team, scope);
        var restored = await RestoreAsync(team, scope);
        var again = await RestoreAsync(team, scope);

        Assert.That((second.Text("archived_at"), second.Number("sessions_killed")), Is.EqualTo((first.Text("archived_at"), (long?)0)));
        Assert.That((restored.Flag("archived"), restored.Text("archived_at"), restored.Text("archived_scope")), Is.EqualTo((false, default(string), default(string))));
        Assert.That(JsonNode.DeepEquals(again, restored), Is.True, again.ToJsonString());
        var actions = (await Api.GetAsync($"/audit?org_id={team.Organisation}")).Ok.AsArray().Select(entry => entry!.Text("action"));
        Assert.That(actions, Is.EqualTo(new[] { "restored", "archived", "session_killed" }));
        Assert.That((await Api.PostAsync("/sessions/start", new { agent_id = team.Agent })).Status, Is.EqualTo(HttpStatusCode.Created));
    }

    [Test]
    public async Task Archived_agent_is_only_in_the_list_of_archived_ones_and_its_history_stays()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        await team.UseAsync(session, 3m);
        await team.UseAsync(await team.StartAsync(agent: await Api.CreateAgentAsync(team.Id, "kept")), 1m);
        var before = Totals(await team.CostsAsync());

        await ArchiveAsync(team, "agents");

        Assert.That(Names(await Api.GetAsync($"/teams/{team.Id}/agents")), Is.EqualTo(new[] { "kept" }));
        Assert.That(Names(await Api.GetAsync($"/teams/{team.Id}/agents?archived=true")), Is.EqualTo(new[] { "eng-1" }));
        Assert.That((await Api.GetAsync($"/teams/{team.Id}")).Ok.Items("agents").Select(agent => agent.Text("name")), Is.EqualTo(new[] { "kept" }));
        var agent = (await Api.GetAsync($"/agents/{team.Agent}")).Ok;
        Assert.That((agent.Text("status"), agent.Text("archived_at") is null), Is.EqualTo(("archived", false)));
        Assert.That(Totals(await team.CostsAsync()), Is.EqualTo(before));
        Assert.That((await team.CostsAsync()).Items("by_agent").Select(row => row.Text("agent_name")), Does.Contain("eng-1"));
        Assert.That((await team.SessionAsync(session)).Text("agent_name"), Is.EqualTo("eng-1"));
    }

    [Test]
    public async Task Archived_team_and_organisation_are_only_in_the_lists_of_archived_ones()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        await team.UseAsync(session, 3m);

        await ArchiveAsync(team, "teams");
        Assert.That((await Api.GetAsync($"/orgs/{team.Organisation}/teams")).Ok.AsArray(), Is.Empty);
        Assert.That(Ids(await Api.GetAsync($"/orgs/{team.Organisation}/teams?archived=true")), Is.EqualTo(new[] { team.Id }));
        Assert.That((await Api.GetAsync($"/teams/{team.Id}")).Ok.Text("status"), Is.EqualTo("archived"));
        Assert.That((await Api.GetAsync($"/orgs/{team.Organisation}/costs")).Ok.Usd("total_cost_usd"), Is.EqualTo(3m));

        await ArchiveAsync(team, "orgs");
        Assert.That(Ids(await Api.GetAsync("/orgs?limit=200")), Does.Not.Contain(team.Organisation));
        Assert.That(Ids(await Api.GetAsync("/orgs?limit=200&archived=true")), Does.Contain(team.Organisation));
    }

    [Test]
    public async Task Restoring_a_team_restores_the_agents_that_were_not_archived_themselves()
    {
        var team = await Api.CreateTeamAsync();
        var gone = await Api.CreateAgentAsync(team.Id, "gone");
        _ = (await Api.PostAsync($"/agents/{gone}/archive", null)).Ok;
        await ArchiveAsync(team, "teams");
        Assert.That((await Api.GetAsync($"/agents/{team.Agent}")).Ok.Text("status"), Is.EqualTo("archived"));
        var below = (await Api.PostAsync($"/agents/{gone}/restore", null)).Ok;
        Assert.That((below.Flag("archived"), below.Text("archived_scope")), Is.EqualTo((true, "team")), "its team is archived still");
        _ = (await Api.PostAsync($"/agents/{gone}/archive", null)).Ok;

        await RestoreAsync(team, "teams");

        Assert.That((await Api.GetAsync($"/agents/{team.Agent}")).Ok.Text("status"), Is.EqualTo("idle"));
        Assert.That((await Api.GetAsync($"/agents/{gone}")).Ok.Text("status"), Is.EqualTo("archived"));
    }

    [Test]
    public async Task Name_of_an_archived_agent_can_be_used_again_until_it_is_restored()
    {
        var team = await Api.CreateTeamAsync();
        await ArchiveAsync(team, "agents");

        var second = await Api.CreateAgentAsync(team.Id, "eng-1");
        var refused = await Api.PostAsync($"/agents/{team.Agent}/restore", null);
        Assert.That((refused.Status, refused.Json.Text("type")), Is.EqualTo((HttpStatusCode.Conflict, "/problems/duplicate")), refused.Text);
        Assert.That((await Api.GetAsync($"/agents/{team.Agent}")).Ok.Text("status"), Is.EqualTo("archived"));

        _ = (await Api.PatchAsync($"/agents/{second}", new { name = "eng-2" })).Ok;
        Assert.That((await RestoreAsync(team, "agents")).Flag("archived"), Is.False);
    }

    [Test]
    public async Task Slugs_of_archived_teams_and_organisations_can_be_used_again()
    {
        var team = await Api.CreateTeamAsync();
        var slug = (await Api.GetAsync($"/teams/{team.Id}")).Ok.Text("slug");
        await ArchiveAsync(team, "teams");
        _ = (await Api.PostAsync($"/orgs/{team.Organisation}/teams", new { name = "Core", slug })).Created;
        Assert.That((await Api.PostAsync($"/teams/{team.Id}/restore", null)).Json.Text("type"), Is.EqualTo("/problems/duplicate"));

        await ArchiveAsync(team, "orgs");
        _ = (await Api.PostAsync("/orgs", new { name = "Acme", slug })).Created;
        Assert.That((await Api.PostAsync($"/orgs/{team.Organisation}/restore", null)).Json.Text("type"), Is.EqualTo("/problems/duplicate"));
    }

    [Test]
    public async Task Pause_from_before_is_in_force_again_after_a_restore_and_cannot_be_changed_meanwhile()
    {
        var team = await Api.CreateTeamAsync();
        _ = (await Api.PostAsync($"/agents/{team.Agent}/pause", new { reason = "look" })).Ok;
        await ArchiveAsync(team, "agents");

        foreach (var action in new[] { "pause", "resume" })
        {
            var refused = await Api.PostAsync($"/agents/{team.Agent}/{action}", new { reason = "again" });
            Assert.That((refused.Status, refused.Json.Text("type")), Is.EqualTo((HttpStatusCode.Conflict, "/problems/archived")), refused.Text);
        }

        await RestoreAsync(team, "agents");
        var pause = (await Api.GetAsync($"/agents/{team.Agent}/pause")).Ok;
        Assert.That((pause.Flag("paused"), pause.Text("reason")), Is.EqualTo((true, "look")));
        Assert.That((await Api.PostAsync("/sessions/start", new { agent_id = team.Agent })).Json.Text("type"), Is.EqualTo("/problems/paused"));
    }

    [Test]
    public async Task Archived_scope_takes_no_new_members_and_no_keys()
    {
        var team = await Api.CreateTeamAsync();
        await ArchiveAsync(team, "agents");
        await RefuseAsync("/keys", new { name = "new", role = "agent", agent_id = team.Agent });
        await ArchiveAsync(team, "teams");
        await RefuseAsync($"/teams/{team.Id}/agents", new { name = "new" });
        await RefuseAsync("/keys", new { name = "new", role = "lead", team_id = team.Id });
        await ArchiveAsync(team, "orgs");
        await RefuseAsync($"/orgs/{team.Organisation}/teams", new { name = "New", slug = "new" });

        async Task RefuseAsync(string path, object body) =>
            Assert.That((await Api.PostAsync(path, body)).Json.Text("type"), Is.EqualTo("/problems/archived"), path);
    }

    [Test]
    public async Task Archive_kills_the_sub_agents_below_and_tells_every_stream()
    {
        var team = await Api.CreateTeamAsync();
        var sub = await Api.CreateAgentAsync(team.Id, "sub");
        var below = await team.StartAsync(agent: sub, parent: await team.StartAsync());
        await using var events = await EventReader.OpenAsync(Host.Api, $"/agents/{team.Agent}/events");

        await ArchiveAsync(team, "agents");

        Assert.That((await team.SessionAsync(below)).Text("status"), Is.EqualTo("killed"));
        var stops = (await events.ReadAsync(3)).Where(read => read.Kind == "stop").Select(read => read.Json["data"]!);
        Assert.That(stops.Select(stop => stop.Text("action")), Is.EqualTo(new[] { "killed", "archived" }));
        Assert.That((await Api.PostAsync("/sessions/start", new { agent_id = sub })).Status, Is.EqualTo(HttpStatusCode.Created), "the sub-agent itself is not archived");
    }

    [Test]
    public async Task Telemetry_is_recorded_in_the_last_session_of_a_program_or_in_a_killed_one()
    {
        var team = await Api.CreateTeamAsync();
        await Api.TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf(Claude(team), OtlpPayload.ApiRequest(Host.Clock.GetUtcNow(), "s-1", "a1", 1m)));
        await ArchiveAsync(team, "agents");
        Host.Clock.Advance(TimeSpan.FromMinutes(5));

        await Api.TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf(Claude(team), OtlpPayload.ApiRequest(Host.Clock.GetUtcNow(), "s-1", "a2", 2m)));
        await Api.TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf(Claude(team), OtlpPayload.ApiRequest(Host.Clock.GetUtcNow(), "s-2", "a3", 4m)));

        Assert.That((await team.BudgetAsync()).Usd("daily_spent_usd"), Is.EqualTo(7m));
        var sessions = (await Api.GetAsync($"/agents/{team.Agent}/sessions")).Ok.AsArray();
        Assert.That(sessions.Select(session => (session!.Text("status"), session!.Usd("cost_usd"))), Is.EqualTo(new[] { ("killed", (decimal?)4m), ("killed", 3m) }));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task First_call_of_a_sub_agent_does_not_keep_the_calls_beside_it_from_being_recorded()
    {
        var team = await Api.CreateTeamAsync();
        await Api.TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf(Claude(team), OtlpPayload.ApiRequest(Host.Clock.GetUtcNow(), "s-1", "a1", 1m)));
        await ArchiveAsync(team, "agents");

        await Api.TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf(
            Claude(team),
            OtlpPayload.ApiRequest(Host.Clock.GetUtcNow(), "s-1", "a2", 2m),
            OtlpPayload.Event(
                Host.Clock.GetUtcNow(),
                "api_request",
                [("session.id", "s-1"), ("request_id", "a3"), ("agent_id", "sub-1"), ("model", ApiClient.ListedModel), ("cost_usd", 4.0), ("input_tokens", 10L), ("output_tokens", 1L)])));

        Assert.That((await team.BudgetAsync()).Usd("daily_spent_usd"), Is.EqualTo(7m));
        Assert.That((await Api.GetAsync($"/agents/{team.Agent}/sessions")).Ok.AsArray(), Has.Count.EqualTo(1));
    }

    [TestCase("agents")]
    [TestCase("teams")]
    [TestCase("orgs")]
    public async Task Program_goes_on_in_a_new_session_after_a_restore(string scope)
    {
        var team = await Api.CreateTeamAsync();
        await Api.TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf(Claude(team), OtlpPayload.ApiRequest(Host.Clock.GetUtcNow(), "s-1", "a1", 1m)));
        await ArchiveAsync(team, scope);
        await RestoreAsync(team, scope);

        await Api.TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf(Claude(team), OtlpPayload.ApiRequest(Host.Clock.GetUtcNow(), "s-1", "a2", 2m)));

        var sessions = (await Api.GetAsync($"/agents/{team.Agent}/sessions")).Ok.AsArray();
        Assert.That(sessions.Select(session => (session!.Text("status"), session!.Usd("cost_usd"))), Is.EqualTo(new[] { ("active", (decimal?)2m), ("killed", 1m) }));
    }

    private static (string, object)[] Claude(TestTeam team) => [("service.name", "claude-code"), ("entourage.agent_id", team.Agent)];

    private static string[] Reasons(JsonNode answer) => [.. answer["stop_reasons"]!.AsArray().Select(reason => reason!.GetValue<string>())];

    private static string?[] Names(Answer answer) => [.. answer.Ok.AsArray().Select(row => row!.Text("name"))];

    private static string?[] Ids(Answer answer) => [.. answer.Ok.AsArray().Select(row => row!.Text("id"))];

    private static string Totals(JsonNode costs) => $"{costs["total_cost_usd"]} {costs["by_agent"]!.ToJsonString()} {costs["by_day"]!.ToJsonString()}";

    private async Task<JsonNode> ArchiveAsync(TestTeam team, string scope) => (await Api.PostAsync($"{PathOf(team, scope)}/archive", null)).Ok;

    private async Task<JsonNode> RestoreAsync(TestTeam team, string scope) => (await Api.PostAsync($"{PathOf(team, scope)}/restore", null)).Ok;

    private static string PathOf(TestTeam team, string scope) => scope switch
    {
        "agents" => $"/agents/{team.Agent}",
        "teams" => $"/teams/{team.Id}",
        _ => $"/orgs/{team.Organisation}",
    };
}
