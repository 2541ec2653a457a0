using System.Net;
using System.Text.Json.Nodes;
using Entourage.Application.Access;
using Entourage.Application.Ledger;
using Entourage.Domain.Access;
using Entourage.Domain.Stops;
using Entourage.Testing;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Api.Tests.Audit;

/// <summary>Each change leaves one entry with the old and new values. A request that changes nothing leaves none.</summary>
internal sealed class AuditTests(Store store) : AuditFixture(store)
{
    [Test]
    public async Task Change_of_team_settings_leaves_an_entry_with_the_changed_members()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 5.25m, runaway = new { action = "pause" }, timezone = "Europe/Paris" });
        await team.ConfigureAsync(new { daily_cost_limit_usd = 5.250m, enforcement = "hard", runaway = new { action = "pause" } });
        await team.ConfigureAsync(new { });
        _ = (await Api.PatchAsync($"/settings/teams/{team.Id}", new { daily_cost_limit_usd = 1m }, "\"0\"")).Expect(HttpStatusCode.Conflict);
        _ = (await Api.PatchAsync($"/settings/teams/{team.Id}", new { daily_cost_limit_usd = -1m })).Expect(HttpStatusCode.UnprocessableEntity);
        await team.ConfigureAsync(new Dictionary<string, object?> { ["daily_cost_limit_usd"] = null, ["alert_thresholds"] = new[] { 0.5m }, ["model_fallbacks"] = new[] { new { when_spent = 0.8m, from = "a*", to = "b" } } });

        var entries = await EntriesAsync(team);

        Assert.That(entries, Has.Count.EqualTo(2));
        Check(
            entries[0], team, "team_settings_changed", $"team:{team.Id}",
            """{"daily_cost_limit_usd":null,"runaway":{"action":"alert"},"timezone":"UTC"}""",
            """{"daily_cost_limit_usd":5.25,"runaway":{"action":"pause"},"timezone":"Europe/Paris"}""");
        Check(
            entries[1], team, "team_settings_changed", $"team:{team.Id}",
            """{"daily_cost_limit_usd":5.25,"alert_thresholds":[0.5,0.8,1.0],"model_fallbacks":[]}""",
            """{"daily_cost_limit_usd":null,"alert_thresholds":[0.5],"model_fallbacks":[{"when_spent":0.8,"from":"a*","to":"b"}]}""");
    }

    [Test]
    public async Task Changes_of_agent_and_organisation_settings_leave_entries()
    {
        var team = await Api.CreateTeamAsync();
        for (var time = 0; time < 2; time++)
        {
            _ = (await Api.PatchAsync($"/settings/agents/{team.Agent}", new { daily_cost_limit_usd = 0.000000001m })).Ok;
            _ = (await Api.PatchAsync($"/settings/orgs/{team.Organisation}", new { monthly_cost_limit_usd = 1_000_000m })).Ok;
        }

        var entries = await EntriesAsync($"?org_id={team.Organisation}");

        Assert.That(entries, Has.Count.EqualTo(2));
        Check(
            entries[0], team, "agent_settings_changed", $"agent:{team.Agent}", """{"daily_cost_limit_usd":null}""", """{"daily_cost_limit_usd":0.000000001}""");
        Check(
            entries[1], team, "organisation_settings_changed", $"organisation:{team.Organisation}",
            """{"monthly_cost_limit_usd":null}""", """{"monthly_cost_limit_usd":1000000}""");
    }

    [Test]
    public async Task Only_a_change_of_the_cap_of_a_task_leaves_an_entry()
    {
        var team = await Api.CreateTeamAsync();
        var plain = await team.CreateTaskAsync();
        var body = new { title = "Fix", tags = new[] { "budget:0.50" }, depends_on = new[] { plain } };
        var task = (await Api.PostAsync($"/teams/{team.Id}/tasks", body, "once")).Created.Number("id");
        Assert.That((await Api.PostAsync($"/teams/{team.Id}/tasks", body, "once")).Created.Number("id"), Is.EqualTo(task));
        _ = (await Api.PatchAsync($"/tasks/{task}", new { title = "Fix it", tags = new[] { "budget:0.5" } })).Ok;
        _ = (await Api.PatchAsync($"/tasks/{task}", new { tags = new[] { "budget:none" } })).Expect(HttpStatusCode.UnprocessableEntity);
        _ = (await Api.PatchAsync($"/tasks/{task}", new { tags = new[] { "budget:2" } })).Ok;
        _ = (await Api.PatchAsync($"/tasks/{task}", new { tags = Array.Empty<string>() })).Ok;

        var entries = await EntriesAsync(team);

        Assert.That(entries, Has.Count.EqualTo(3));
        Check(entries[0], team, "task_cap_changed", $"task:{task}", """{"budget_usd":null}""", """{"budget_usd":0.5}""");
        Check(entries[1], team, "task_cap_changed", $"task:{task}", """{"budget_usd":0.5}""", """{"budget_usd":2}""");
        Check(entries[2], team, "task_cap_changed", $"task:{task}", """{"budget_usd":2}""", """{"budget_usd":null}""");
    }

    [Test]
    public async Task Price_leaves_an_entry_with_the_price_it_replaces()
    {
        var (model, team) = ($"acme-{Guid.CreateVersion7()}", await Api.CreateTeamAsync());
        var first = (await Api.SendAsync(HttpMethod.Put, $"/prices/{model}", new { input_usd_per_mtok = 1m, output_usd_per_mtok = 2m })).Ok;
        var second = (await Api.SendAsync(
            HttpMethod.Put, $"/prices/{model}?org_id={team.Organisation}", new { input_usd_per_mtok = 1m, output_usd_per_mtok = 3m, batch_discount_percent = 50 })).Ok;
        _ = (await Api.SendAsync(HttpMethod.Put, $"/prices/{model}", new { input_usd_per_mtok = 1m })).Expect(HttpStatusCode.UnprocessableEntity);

        var entries = await EntriesAsync($"?subject=price:{model}");

        Assert.That(entries, Has.Count.EqualTo(2));
        Assert.Multiple(() =>
        {
            Assert.That((entries[0].Text("action"), entries[0].Text("org_id"), entries[0]["old"]), Is.EqualTo(("price_set", (string?)null, (JsonNode?)null)));
            CheckJson(entries[0]["new"], JsonNode.Parse(
                $$"""{"id":{{first.Number("id")}},"model":"{{model}}","input_usd_per_mtok":1,"output_usd_per_mtok":2,"built_in":false,"recorded_at":"2026-06-10T12:00:00Z"}""")!);
            Assert.That((entries[1].Text("org_id"), entries[1].Text("team_id")), Is.EqualTo((team.Organisation, (string?)null)));
            CheckJson(entries[1]["old"], JsonNode.Parse(
                $$"""{"id":{{first.Number("id")}},"org_id":null,"effective_from":null,"output_usd_per_mtok":2,"batch_discount_percent":null}""")!);
            CheckJson(entries[1]["new"], JsonNode.Parse(
                $$"""{"id":{{second.Number("id")}},"org_id":"{{team.Organisation}}","effective_from":"2026-06-10T12:00:00Z","output_usd_per_mtok":3,"batch_discount_percent":50}""")!);
        });
    }

    [TestCase("agents", "agent")]
    [TestCase("teams", "team")]
    [TestCase("orgs", "organisation")]
    public async Task Pausing_changing_and_resuming_each_leave_one_audit_entry(string route, string kind)
    {
        var team = await Api.CreateTeamAsync();
        var id = kind switch { "agent" => team.Agent, "team" => team.Id, _ => team.Organisation };
        await team.StartAsync();
        var until = Host.Clock.GetUtcNow().AddHours(1);
        for (var time = 0; time < 2; time++)
        {
            Assert.That((await Api.PostAsync($"/{route}/{id}/pause", new { reason = "look" })).Ok.Text("paused_by"), Is.EqualTo("operator"));
        }

        _ = (await Api.PostAsync($"/{route}/{id}/pause", new { reason = "still", expires_at = until })).Ok;
        for (var time = 0; time < 2; time++)
        {
            _ = (await Api.PostAsync($"/{route}/{id}/resume", new { reason = "fine" })).Ok;
        }

        var entries = await EntriesAsync($"?org_id={team.Organisation}");

        Assert.That(entries, Has.Count.EqualTo(3));
        Check(
            entries[0], team, "paused", $"{kind}:{id}",
            """{"paused":false,"reason":null,"paused_by":null}""", """{"paused":true,"reason":"look","paused_by":"operator"}""");
        Check(
            entries[1], team, "paused", $"{kind}:{id}",
            """{"reason":"look","expires_at":null}""", """{"reason":"still","expires_at":"2026-06-10T13:00:00Z"}""");
        Check(
            entries[2], team, "resumed", $"{kind}:{id}",
            """{"paused":true,"reason":"still","expires_at":"2026-06-10T13:00:00Z","paused_by":"operator"}""",
            """{"paused":false,"reason":"fine","expires_at":null,"paused_by":null}""");
    }

    [Test]
    public async Task Kill_leaves_one_entry_for_each_killed_session()
    {
        var team = await Api.CreateTeamAsync();
        var top = await team.StartAsync();
        var below = await team.StartAsync(parent: top);
        for (var time = 0; time < 2; time++)
        {
            _ = (await Api.PostAsync($"/sessions/{top}/kill", new { reason = "enough" })).Ok;
        }

        var entries = await EntriesAsync(team);

        Assert.That(entries, Has.Count.EqualTo(2));
        foreach (var (entry, session) in entries.Zip([top, below]))
        {
            Check(entry, team, "session_killed", $"session:{session}", """{"status":"active","error":null}""", """{"status":"killed","error":"enough"}""");
        }
    }

    [TestCase("pause", "paused", "agent")]
    [TestCase("kill", "session_killed", "session")]
    public async Task Automatic_action_is_attributed_to_Entourage(string wanted, string action, string kind)
    {
        var team = await Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        await team.ConfigureAsync(new { runaway = new { action = wanted, max_tokens = 100 } });
        var session = await team.StartAsync();
        var usage = new { input_tokens = 100, output_tokens = 0, cost_usd = 0.01m };
        for (var time = 0; time < 2; time++)
        {
            _ = (await Api.PostAsync($"/sessions/{session}/usage", usage, "one")).Ok;
        }

        var entry = (await EntriesAsync(team, "&actor=entourage")).Single();

        if (wanted == "pause")
        {
            Check(
                entry, team, action, $"{kind}:{team.Agent}", """{"paused":false,"reason":null,"paused_by":null}""",
                """{"paused":true,"reason":"runaway_tokens","paused_by":"entourage"}""", "entourage");
            Assert.That((await Api.GetAsync($"/agents/{team.Agent}/pause")).Ok.Text("paused_by"), Is.EqualTo("entourage"));
        }
        else
        {
            Check(
                entry, team, action, $"{kind}:{session}", """{"status":"active","error":null}""", """{"status":"killed","error":"runaway_tokens"}""", "entourage");
        }
    }

    [Test]
    public async Task Response_to_a_request_leaves_an_entry_and_a_raised_cap_another()
    {
        var team = await Api.CreateTeamAsync();
        var task = await team.CreateTaskAsync(new { title = "Fix", tags = new[] { "budget:1" } });
        var session = await team.StartAsync(task);
        var asked = (await Api.PostAsync(
            "/human-requests", new { agent_id = team.Agent, session_id = session, kind = "budget_increase", question = "More?", requested_usd = 2m })).Created.Text("id")!;
        var other = (await Api.PostAsync("/human-requests", new { agent_id = team.Agent, kind = "question", question = "Why?" })).Created.Text("id")!;
        for (var time = 0; time < 2; time++)
        {
            _ = (await Api.PostAsync($"/human-requests/{asked}/respond", new { decision = "approved", granted_usd = 0.5m }, "yes")).Ok;
            _ = await Api.PostAsync($"/human-requests/{other}/respond", new { decision = "denied", response = "No." });
        }

        var entries = (await EntriesAsync(team)).Skip(1).ToArray();

        Assert.That(entries, Has.Length.EqualTo(3));
        Check(entries[0], team, "task_cap_changed", $"task:{task}", """{"budget_usd":1}""", """{"budget_usd":1.5}""");
        Check(
            entries[1], team, "human_request_answered", $"human_request:{asked}",
            """{"status":"pending","responded_at":null,"granted_usd":null,"granted_scope":null}""",
            """{"status":"approved","responded_at":"2026-06-10T12:00:00Z","granted_usd":0.5,"granted_scope":"task"}""");
        Check(
            entries[2], team, "human_request_answered", $"human_request:{other}",
            """{"status":"pending","responded_at":null,"response":null}""",
            """{"status":"denied","responded_at":"2026-06-10T12:00:00Z","response":"No."}""");
    }

    [Test]
    public async Task Webhook_leaves_entries_for_its_creation_and_deletion_without_its_secret()
    {
        var team = await Api.CreateTeamAsync();
        var webhook = (await Api.PostAsync(
            $"/teams/{team.Id}/webhooks", new { url = "https://hooks.example.com/services/T1/s3cret", events = new[] { "stop" } })).Created;
        var id = webhook.Text("id");
        Assert.That((await Api.SendAsync(HttpMethod.Delete, $"/webhooks/{id}", null)).Status, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((await Api.SendAsync(HttpMethod.Delete, $"/webhooks/{id}", null)).Status, Is.EqualTo(HttpStatusCode.NotFound));

        var entries = await EntriesAsync(team);

        const string Value = """{"url":"https://hooks.example.com","events":["stop"],"format":"json","digest":"none"}""";
        Assert.That(entries, Has.Count.EqualTo(2));
        Check(entries[0], team, "webhook_created", $"webhook:{id}", null, Value);
        Check(entries[1], team, "webhook_deleted", $"webhook:{id}", Value, null);
        Assert.That((await Api.GetAsync($"/audit?team_id={team.Id}")).Text, Does.Not.Contain("s3cret").And.Not.Contain(webhook.Text("secret")![6..]));
    }

    [Test]
    public async Task Key_leaves_entries_for_its_issue_and_revocation_without_its_secret()
    {
        var team = await Api.CreateTeamAsync();
        var key = (await Api.PostAsync("/keys", new { name = "ci", role = "agent", agent_id = team.Agent })).Created;
        var id = key.Text("id");
        for (var time = 0; time < 2; time++)
        {
            Assert.That((await Api.SendAsync(HttpMethod.Delete, $"/keys/{id}", null)).Status, Is.EqualTo(HttpStatusCode.NoContent));
        }

        var entries = await EntriesAsync(team);

        Assert.That(entries, Has.Count.EqualTo(2));
        Check(
            entries[0], team, "key_created", $"key:{id}", null,
            $$"""
            {"id":"{{id}}","name":"ci","role":"agent","org_id":"{{team.Organisation}}","team_id":"{{team.Id}}","agent_id":"{{team.Agent}}",
             "prefix":"{{key.Text("prefix")}}","created_at":"2026-06-10T12:00:00Z","created_by":"operator"}
            """);
        Check(entries[1], team, "key_revoked", $"key:{id}", """{"revoked_at":null}""", """{"revoked_at":"2026-06-10T12:00:00Z"}""");
        Assert.That((await Api.GetAsync($"/audit?team_id={team.Id}")).Text, Does.Not.Contain(key.Text("key")));
    }

    [Test]
    public async Task Entry_names_the_caller_and_its_key_and_a_pause_names_its_caller()
    {
        var team = await Api.CreateTeamAsync();
        var key = Guid.CreateVersion7();
        await using (var scope = Host.Services.CreateAsyncScope())
        {
            scope.ServiceProvider.GetRequiredService<CallerContext>().Current = new("Ada", CallerRole.Admin, key);
            var pause = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new PauseCommand(PauseScope.Team, Guid.Parse(team.Id), "look", null));
            Assert.That(pause.PausedBy, Is.EqualTo("Ada"));
        }

        _ = (await Api.PostAsync($"/teams/{team.Id}/pause", new { reason = "look" })).Ok;

        var byKey = (await EntriesAsync(team, $"&actor={key}")).Single();
        Assert.That((byKey.Text("actor"), byKey.Text("key_id")), Is.EqualTo(("Ada", key.ToString())));
        var taken = (await EntriesAsync(team, "&actor=operator")).Single();
        Assert.That(
            (taken["old"]!.ToJsonString(), taken["new"]!.ToJsonString()), Is.EqualTo(("""{"paused_by":"Ada"}""", """{"paused_by":"operator"}""")), "It was taken over.");
    }
}
