using System.Net;
using System.Text.Json.Nodes;
using Entourage.Testing;
using Microsoft.Data.Sqlite;
using ModelContextProtocol.Client;

namespace Entourage.Api.Tests;

/// <summary>A sub-agent's parent is a session of the same agent, or one whose agent has allowed it (rule 16).</summary>
internal sealed class ParentTests
{
    private ApiHost host = null!;
    private TestTeam team = null!;
    private string peer = null!;
    private ApiClient agent = null!;
    private ApiClient peers = null!;
    private ApiClient lead = null!;
    private long session;
    private long peerSession;

    private ApiClient Admin => host.Api;

    [OneTimeSetUp]
    public async Task StartAsync() => host = await ApiHost.StartAsync(Store.Sqlite, settings: ApiHost.WithKeys);

    [OneTimeTearDown]
    public async Task StopAsync() => await (host?.DisposeAsync() ?? default);

    [SetUp]
    public async Task CreateTeamAsync()
    {
        team = await Admin.CreateTeamAsync();
        peer = await Admin.CreateAgentAsync(team.Id, "peer");
        agent = await IssueAsync(new { name = "agent", role = "agent", agent_id = team.Agent });
        peers = await IssueAsync(new { name = "peer", role = "agent", agent_id = peer });
        lead = await IssueAsync(new { name = "lead", role = "lead", team_id = team.Id });
        (session, peerSession) = (await team.StartAsync(), await team.StartAsync(agent: peer));
    }

    [Test]
    public async Task Another_agents_session_cannot_be_named_as_a_parent_and_so_not_be_killed()
    {
        await team.ConfigureAsync(new { session_cost_limit_usd = 1m, on_exceed = "kill" });

        var refused = await StartAsync(agent, team.Agent, peerSession);
        if (refused.Status == HttpStatusCode.Created)
        {
            await agent.PostAsync($"/sessions/{refused.Json.Number("id")}/usage", new { input_tokens = 1, output_tokens = 1, cost_usd = 5m });
        }

        Assert.That((await team.SessionAsync(peerSession)).Text("status"), Is.EqualTo("active"));
        Assert.That((refused.Status, refused.Json.Text("type")), Is.EqualTo((HttpStatusCode.Forbidden, "/problems/forbidden")));
        Assert.That(refused.Json.Text("detail"), Does.Contain("parent_token"));
        Assert.That((await agent.GetAsync($"/agents/{team.Agent}/sessions")).Ok.AsArray(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task An_agent_may_name_its_own_session_and_a_lead_or_admin_any_of_the_team()
    {
        Assert.That((await StartAsync(agent, team.Agent, session)).Created.Number("parent_session_id"), Is.EqualTo(session));
        Assert.That((await StartAsync(lead, team.Agent, peerSession)).Created.Number("parent_session_id"), Is.EqualTo(peerSession));
        Assert.That((await StartAsync(Admin, team.Agent, peerSession)).Created.Number("parent_session_id"), Is.EqualTo(peerSession));
    }

    [TestCase("other team")]
    [TestCase("other organisation")]
    [TestCase("nowhere")]
    public async Task A_session_of_another_tenant_is_unknown_with_and_without_a_token(string place)
    {
        var foreign = place switch
        {
            "other team" => await SessionOfOtherTeamAsync(),
            "other organisation" => await (await Admin.CreateTeamAsync()).StartAsync(),
            _ => 999_999,
        };
        var refused = await StartAsync(agent, team.Agent, foreign);
        var issued = await agent.PostAsync($"/sessions/{foreign}/child-tokens", null);

        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(issued.Status, Is.EqualTo(place == "other team" ? HttpStatusCode.Forbidden : HttpStatusCode.NotFound));
        if (place != "nowhere")
        {
            var token = await TokenAsync(Admin, foreign);
            Assert.That((await StartAsync(agent, team.Agent, token: token)).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        }

        async Task<long> SessionOfOtherTeamAsync()
        {
            var other = (await Admin.PostAsync($"/orgs/{team.Organisation}/teams", new { name = "Other", slug = "other" })).Created.Text("id")!;
            return await team.StartAsync(agent: await Admin.CreateAgentAsync(other, "other"));
        }
    }

    [Test]
    public async Task A_token_lets_another_agent_start_one_session_below_its_own()
    {
        await team.ConfigureAsync(new { session_cost_limit_usd = 1m, on_exceed = "kill" });
        var issued = await peers.PostAsync($"/sessions/{peerSession}/child-tokens", new { agent_id = team.Agent, ttl_seconds = 60 });
        var token = issued.Created.Text("token")!;
        Assert.That(
            issued.Created.AsObject().Select(member => member.Key), Is.EqualTo(new[] { "token", "session_id", "agent_id", "expires_at" }));
        Assert.That((issued.Created.Number("session_id"), issued.Created.Text("agent_id")), Is.EqualTo((peerSession, team.Agent)));
        Assert.That(issued.Headers.CacheControl?.NoStore, Is.True);
        Assert.That(await ContainsAsync(token), Is.False, "its hash alone is stored");

        var child = await StartAsync(agent, team.Agent, token: token);
        var again = await StartAsync(agent, team.Agent, token: token);

        Assert.That(child.Created.Number("parent_session_id"), Is.EqualTo(peerSession));
        Assert.That((again.Status, again.Json.Text("type")), Is.EqualTo((HttpStatusCode.Forbidden, "/problems/forbidden")));
        Assert.That(again.Json.Text("detail"), Does.Contain("parent_token"));

        // What the token grants: the child spends from the parent's cap, and a kill of the tree reaches both.
        _ = (await agent.PostAsync($"/sessions/{child.Created.Number("id")}/usage", new { input_tokens = 1, output_tokens = 1, cost_usd = 5m })).Ok;
        Assert.That((await team.SessionAsync(peerSession)).Text("status"), Is.EqualTo("killed"));
    }

    [Test]
    public async Task A_kill_of_the_parent_reaches_the_child_of_another_agent_and_the_child_cannot_kill()
    {
        var child = (await StartAsync(agent, team.Agent, token: await TokenAsync(peers, peerSession))).Created.Number("id");

        Assert.That((await agent.PostAsync($"/sessions/{peerSession}/end", null)).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((await agent.GetAsync($"/sessions/{peerSession}")).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((await peers.PostAsync($"/sessions/{child}/end", null)).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        _ = (await lead.PostAsync($"/sessions/{peerSession}/kill", new { reason = "enough" })).Ok;
        Assert.That((await Admin.GetAsync($"/sessions/{child}")).Ok.Text("status"), Is.EqualTo("killed"));
    }

    [Test]
    public async Task Of_concurrent_starts_with_one_token_one_wins()
    {
        await using var second = ApiHost.StartBeside(host);
        var token = await TokenAsync(peers, peerSession);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => StartAsync(i % 2 == 0 ? agent : second.Api, team.Agent, token: token)));

        Assert.That(answers.Count(answer => answer.Status == HttpStatusCode.Created), Is.EqualTo(1));
        Assert.That(answers.Count(answer => answer.Status == HttpStatusCode.Forbidden), Is.EqualTo(9));
        Assert.That((await Admin.GetAsync($"/agents/{team.Agent}/sessions")).Ok.AsArray(), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_retry_with_the_same_key_is_replayed_though_the_token_is_used()
    {
        var token = await TokenAsync(peers, peerSession);

        var first = await StartAsync(agent, team.Agent, token: token, key: "start-1");
        var retry = await StartAsync(lead, team.Agent, token: token, key: "start-1");
        var other = await StartAsync(agent, team.Agent, token: await TokenAsync(peers, peerSession), key: "start-1");

        Assert.That((retry.Created.Number("id"), retry.Header("Idempotent-Replayed")), Is.EqualTo((first.Created.Number("id"), "true")));
        Assert.That(other.Json.Text("type"), Is.EqualTo("/problems/idempotency-key-reused"));
    }

    [Test]
    public async Task A_start_that_is_refused_leaves_the_token()
    {
        var token = await TokenAsync(peers, peerSession);
        var blocker = await team.CreateTaskAsync();
        var blocked = await team.CreateTaskAsync(new { title = "Later", depends_on = new[] { blocker } });

        await team.ConfigureAsync(new { daily_cost_limit_usd = 0m });
        var overBudget = await StartAsync(agent, team.Agent, token: token);
        await team.ConfigureAsync(new { daily_cost_limit_usd = 10m });
        _ = (await lead.PostAsync($"/agents/{peer}/pause", new { reason = "look" })).Ok;
        var paused = await StartAsync(agent, team.Agent, token: token);
        _ = (await lead.PostAsync($"/agents/{peer}/resume", null)).Ok;
        var waiting = await agent.PostAsync("/sessions/start", new { agent_id = team.Agent, task_id = blocked, parent_token = token });
        var mismatched = await StartAsync(agent, team.Agent, session, token);

        Assert.That(
            new[] { overBudget, paused, waiting, mismatched }.Select(answer => (int)answer.Status), Is.EqualTo(new[] { 402, 409, 409, 422 }));
        Assert.That(mismatched.Json["errors"]!.AsObject().Single().Key, Is.EqualTo("parent_session_id"));
        Assert.That((await StartAsync(agent, team.Agent, peerSession, token)).Created.Number("parent_session_id"), Is.EqualTo(peerSession));
    }

    [Test]
    public async Task A_token_is_for_its_agent_alone_and_for_its_time()
    {
        var third = await Admin.CreateAgentAsync(team.Id, "third");
        var thirds = await IssueAsync(new { name = "third", role = "agent", agent_id = third });
        var bound = await TokenAsync(peers, peerSession, new { agent_id = team.Agent });
        var brief = await TokenAsync(peers, peerSession, new { ttl_seconds = 1 });

        var stolen = await StartAsync(thirds, third, token: bound);
        var speaksForAnother = await StartAsync(thirds, team.Agent, token: bound);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var late = await StartAsync(agent, team.Agent, token: brief);
        var unknown = await StartAsync(agent, team.Agent, token: "ect_unknown");

        Assert.That(
            new[] { stolen, speaksForAnother, late, unknown }.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(
            new[] { stolen, late, unknown }.Select(answer => answer.Json.Text("detail")).Distinct().Count(), Is.EqualTo(1), "it is not said which it is");
        Assert.That((await StartAsync(agent, team.Agent, token: bound)).Status, Is.EqualTo(HttpStatusCode.Created));
    }

    [Test]
    public async Task Tokens_are_issued_for_ones_own_active_session_alone_and_are_bounded()
    {
        var before = await host.CountAsync("ChildTokens");
        Assert.That((await agent.PostAsync($"/sessions/{peerSession}/child-tokens", null)).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        (object Body, int Status, string Member)[] bad =
        [
            (new { ttl_seconds = 0 }, 422, "ttl_seconds"), (new { ttl_seconds = 3_601 }, 422, "ttl_seconds"), (new { ttl_seconds = "60" }, 400, "ttl_seconds"),
            (new { agent_id = Guid.CreateVersion7() }, 422, "agent_id"), (new { agent_id = "me" }, 422, "agent_id"), (new { uses = 2 }, 400, "uses"),
        ];
        foreach (var (body, status, member) in bad)
        {
            var answer = await agent.PostAsync($"/sessions/{session}/child-tokens", body);
            Assert.That(((int)answer.Status, answer.Json["errors"]?.AsObject().Single().Key), Is.EqualTo((status, member)), answer.Text);
        }

        var issued = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => agent.PostAsync($"/sessions/{session}/child-tokens", new { ttl_seconds = 60 })));
        Assert.That(issued.Count(answer => answer.Status == HttpStatusCode.Created), Is.EqualTo(16));
        Assert.That(issued.Where(answer => answer.Status != HttpStatusCode.Created).Select(answer => answer.Json.Text("type")), Is.All.EqualTo("/problems/too-many-child-tokens"));
        Assert.That(await host.CountAsync("ChildTokens"), Is.EqualTo(before + 16));

        // One that is used or has expired makes room.
        _ = (await StartAsync(peers, peer, token: issued.First(answer => answer.Status == HttpStatusCode.Created).Created.Text("token"))).Created;
        await TokenAsync(agent, session);
        host.Clock.Advance(TimeSpan.FromSeconds(61));
        await TokenAsync(lead, session);

        _ = (await agent.PostAsync($"/sessions/{session}/end", null)).Ok;
        Assert.That((await agent.PostAsync($"/sessions/{session}/child-tokens", null)).Json.Text("type"), Is.EqualTo("/problems/session-ended"));
    }

    [Test]
    public async Task A_token_of_a_session_that_has_ended_starts_nothing()
    {
        var token = await TokenAsync(peers, peerSession);
        _ = (await peers.PostAsync($"/sessions/{peerSession}/end", null)).Ok;

        Assert.That((await StartAsync(agent, team.Agent, token: token)).Json.Text("type"), Is.EqualTo("/problems/session-ended"));
    }

    [Test]
    public async Task Expired_tokens_are_forgotten()
    {
        await using var alone = await ApiHost.StartAsync(Store.Sqlite);
        var own = await alone.Api.CreateTeamAsync();
        await TokenAsync(alone.Api, await own.StartAsync());

        alone.Clock.Advance(TimeSpan.FromHours(1));

        Assert.That(async () => await alone.CountAsync("ChildTokens"), Is.Zero.After(10).Seconds.PollEvery(50).MilliSeconds);
    }

    [Test]
    public async Task The_tool_that_starts_sessions_holds_the_same_rule()
    {
        await using var client = await McpClient.CreateAsync(new HttpClientTransport(new()
        {
            Endpoint = new Uri(host.Api.Http.BaseAddress!, "/mcp"),
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = new Dictionary<string, string>
            {
                ["X-API-Key"] = (await Admin.PostAsync("/keys", new { name = "m", role = "agent", agent_id = team.Agent })).Created.Text("key")!,
            },
        }));

        var refused = await CallAsync(("parent_session_id", peerSession));
        var child = await CallAsync(("parent_token", await TokenAsync(peers, peerSession)));

        Assert.That((refused.Number("status"), refused.Text("detail")!.Contains("parent_token", StringComparison.Ordinal)), Is.EqualTo((403L, true)));
        Assert.That(child.Number("parent_session_id"), Is.EqualTo(peerSession));

        async Task<JsonNode> CallAsync((string Name, object? Value) argument) => JsonNode.Parse(
            (await client.CallToolAsync("start_session", new Dictionary<string, object?> { [argument.Name] = argument.Value })).StructuredContent!.Value.GetRawText())!;
    }

    // With an agent's key, what belongs to another agent of its team can be named in each of these places; nothing may change.
    [TestCase("POST", "/sessions/start", """{"agent_id": "<peer>"}""", 403)]
    [TestCase("POST", "/sessions/start", """{"agent_id": "<agent>", "parent_session_id": <peer session>}""", 403)]
    [TestCase("POST", "/sessions/start", """{"agent_id": "<peer>", "parent_session_id": <session>}""", 403)]
    [TestCase("POST", "/sessions/<peer session>/usage", """{"input_tokens": 1, "output_tokens": 1, "cost_usd": 1}""", 403)]
    [TestCase("POST", "/sessions/<session>/usage", """{"input_tokens": 1, "output_tokens": 1, "cost_usd": 1, "reservation_id": "<peer reservation>"}""", 422)]
    [TestCase("POST", "/sessions/<peer session>/reservations", """{"estimated_cost_usd": 1}""", 403)]
    [TestCase("POST", "/sessions/<peer session>/child-tokens", """{}""", 403)]
    [TestCase("POST", "/sessions/<peer session>/end", """{}""", 403)]
    [TestCase("POST", "/sessions/<peer session>/kill", """{"reason": "mine now"}""", 403)]
    [TestCase("POST", "/reservations/<peer reservation>/extend", """{"ttl_seconds": 600}""", 403)]
    [TestCase("DELETE", "/reservations/<peer reservation>", null, 403)]
    [TestCase("POST", "/human-requests", """{"agent_id": "<peer>", "kind": "question", "question": "Why?"}""", 403)]
    [TestCase("POST", "/human-requests", """{"agent_id": "<agent>", "session_id": <peer session>, "kind": "budget_increase", "question": "More", "requested_usd": 1}""", 404)]
    [TestCase("POST", "/human-requests/<peer request>/respond", """{"decision": "approved"}""", 403)]
    [TestCase("POST", "/tasks/<peer task>/status", """{"status": "in_progress"}""", 403)]
    [TestCase("PATCH", "/tasks/<peer task>", """{"assignee_id": "<agent>"}""", 403)]
    [TestCase("POST", "/teams/<team>/tasks", """{"title": "New", "assignee_id": "<peer>"}""", 403)]
    [TestCase("POST", "/agents/<peer>/pause", """{"reason": "mine now"}""", 403)]
    [TestCase("PATCH", "/agents/<peer>", """{"model": "other"}""", 403)]
    [TestCase("GET", "/agents/<peer>/budget", null, 403)]
    [TestCase("GET", "/agents/<peer>/sessions", null, 403)]
    [TestCase("GET", "/agents/<peer>/events", null, 403)]
    [TestCase("GET", "/sessions/<peer session>", null, 403)]
    [TestCase("GET", "/sessions/<peer session>/usage", null, 403)]
    public async Task Nothing_of_another_agent_of_the_team_is_reached_with_an_agents_key(string method, string path, string? body, int status)
    {
        var reservation = await team.HoldAsync(peerSession, 1m);
        var request = (await Admin.PostAsync("/human-requests", new { agent_id = peer, kind = "question", question = "Why?" })).Created.Text("id")!;
        var task = await team.CreateTaskAsync(new { title = "Theirs", assignee_id = peer });
        var before = await StateAsync();

        var answer = await agent.SendAsync(new HttpMethod(method), Fill(path), body is null ? null : Fill(body));

        Assert.That((int)answer.Status, Is.EqualTo(status), answer.Text);
        Assert.That(await StateAsync(), Is.EqualTo(before));

        string Fill(string text) => text
            .Replace("<peer session>", $"{peerSession}", StringComparison.Ordinal)
            .Replace("<peer reservation>", reservation, StringComparison.Ordinal)
            .Replace("<peer request>", request, StringComparison.Ordinal)
            .Replace("<peer task>", $"{task}", StringComparison.Ordinal)
            .Replace("<peer>", peer, StringComparison.Ordinal)
            .Replace("<agent>", team.Agent, StringComparison.Ordinal)
            .Replace("<team>", team.Id, StringComparison.Ordinal)
            .Replace("<session>", $"{session}", StringComparison.Ordinal);

        async Task<string> StateAsync()
        {
            string[] paths =
            [
                $"/sessions/{session}", $"/sessions/{peerSession}", $"/agents/{team.Agent}/sessions", $"/agents/{peer}/sessions", $"/agents/{peer}",
                $"/tasks/{task}", $"/teams/{team.Id}/tasks", $"/teams/{team.Id}/human-requests",
            ];
            var states = new List<string>();
            foreach (var one in paths)
            {
                states.Add((await Admin.GetAsync(one)).Text);
            }

            states.Add($"{await host.CountAsync("ChildTokens")} {await host.CountAsync("UsageRecords")} {await host.CountAsync("Reservations")}");
            return string.Join('\n', states);
        }
    }

    private static async Task<string> TokenAsync(ApiClient client, long session, object? body = null) =>
        (await client.PostAsync($"/sessions/{session}/child-tokens", body)).Created.Text("token")!;

    private async Task<bool> ContainsAsync(string secret)
    {
        await using var store = new SqliteConnection(new SqliteConnectionStringBuilder(host.Database.ConnectionString) { Mode = SqliteOpenMode.ReadOnly }.ToString());
        await store.OpenAsync();
        await using var command = store.CreateCommand();
        command.CommandText =
            "SELECT (SELECT COUNT(*) FROM ChildTokens WHERE CAST(TokenHash AS TEXT) LIKE '%' || @secret || '%') "
            + "+ (SELECT COUNT(*) FROM IdempotentAnswers WHERE Response LIKE '%' || @secret || '%') "
            + "+ (SELECT COUNT(*) FROM Events WHERE Payload LIKE '%' || @secret || '%')";
        command.Parameters.AddWithValue("@secret", secret);
        return (long)(await command.ExecuteScalarAsync())! > 0;
    }

    private static Task<Answer> StartAsync(ApiClient client, string forAgent, long? parent = null, string? token = null, string? key = null)
    {
        var body = new JsonObject { ["agent_id"] = forAgent };
        if (parent is not null)
        {
            body["parent_session_id"] = parent;
        }

        if (token is not null)
        {
            body["parent_token"] = token;
        }

        return client.PostAsync("/sessions/start", body.ToJsonString(), key);
    }

    private async Task<ApiClient> IssueAsync(object key) => host.ClientWith((await Admin.PostAsync("/keys", key)).Created.Text("key"));
}
