using System.Net;
using System.Text.Json.Nodes;
using Entourage.Api.Tests.Access;
using Entourage.Testing;
using Microsoft.Data.Sqlite;

namespace Entourage.Api.Tests.Sessions;

/// <summary>A sub-agent's parent is a session of the same agent, or of an agent that issued a child token for it (rule 16).</summary>
internal sealed class ParentTests : TwoAgentsFixture
{
    [Test]
    public async Task Session_of_another_agent_cannot_be_named_as_parent()
    {
        await Team.ConfigureAsync(new { session_cost_limit_usd = 1m, on_exceed = "kill" });

        var refused = await StartAsync(Agent, Team.Agent, PeerSession);
        if (refused.Status == HttpStatusCode.Created)
        {
            await Agent.PostAsync($"/sessions/{refused.Json.Number("id")}/usage", new { input_tokens = 1, output_tokens = 1, cost_usd = 5m });
        }

        Assert.That((await Team.SessionAsync(PeerSession)).Text("status"), Is.EqualTo("active"));
        Assert.That((refused.Status, refused.Json.Text("type")), Is.EqualTo((HttpStatusCode.Forbidden, "/problems/forbidden")));
        Assert.That(refused.Json.Text("detail"), Does.Contain("parent_token"));
        Assert.That((await Agent.GetAsync($"/agents/{Team.Agent}/sessions")).Ok.AsArray(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Agent_may_name_its_own_session_as_parent_and_a_lead_or_admin_any_of_the_team()
    {
        Assert.That((await StartAsync(Agent, Team.Agent, Session)).Created.Number("parent_session_id"), Is.EqualTo(Session));
        Assert.That((await StartAsync(Lead, Team.Agent, PeerSession)).Created.Number("parent_session_id"), Is.EqualTo(PeerSession));
        Assert.That((await StartAsync(Admin, Team.Agent, PeerSession)).Created.Number("parent_session_id"), Is.EqualTo(PeerSession));
    }

    [TestCase("other team")]
    [TestCase("other organisation")]
    [TestCase("nowhere")]
    public async Task Session_of_another_organisation_is_not_found_with_or_without_a_token(string place)
    {
        var foreign = place switch
        {
            "other team" => await SessionOfOtherTeamAsync(),
            "other organisation" => await (await Admin.CreateTeamAsync()).StartAsync(),
            _ => 999_999,
        };
        var refused = await StartAsync(Agent, Team.Agent, foreign);
        var issued = await Agent.PostAsync($"/sessions/{foreign}/child-tokens", null);

        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(issued.Status, Is.EqualTo(place == "other team" ? HttpStatusCode.Forbidden : HttpStatusCode.NotFound));
        if (place != "nowhere")
        {
            var token = await TokenAsync(Admin, foreign);
            Assert.That((await StartAsync(Agent, Team.Agent, token: token)).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        }

        async Task<long> SessionOfOtherTeamAsync()
        {
            var other = (await Admin.PostAsync($"/orgs/{Team.Organisation}/teams", new { name = "Other", slug = "other" })).Created.Text("id")!;
            return await Team.StartAsync(agent: await Admin.CreateAgentAsync(other, "other"));
        }
    }

    [Test]
    public async Task Child_token_lets_another_agent_start_one_session_below()
    {
        await Team.ConfigureAsync(new { session_cost_limit_usd = 1m, on_exceed = "kill" });
        var issued = await PeerClient.PostAsync($"/sessions/{PeerSession}/child-tokens", new { agent_id = Team.Agent, ttl_seconds = 60 });
        var token = issued.Created.Text("token")!;
        Assert.That(
            issued.Created.AsObject().Select(member => member.Key), Is.EqualTo(new[] { "token", "session_id", "agent_id", "expires_at" }));
        Assert.That((issued.Created.Number("session_id"), issued.Created.Text("agent_id")), Is.EqualTo((PeerSession, Team.Agent)));
        Assert.That(issued.Headers.CacheControl?.NoStore, Is.True);
        Assert.That(await ContainsAsync(token), Is.False, "only its hash is stored");

        var child = await StartAsync(Agent, Team.Agent, token: token);
        var again = await StartAsync(Agent, Team.Agent, token: token);

        Assert.That(child.Created.Number("parent_session_id"), Is.EqualTo(PeerSession));
        Assert.That((again.Status, again.Json.Text("type")), Is.EqualTo((HttpStatusCode.Forbidden, "/problems/forbidden")));
        Assert.That(again.Json.Text("detail"), Does.Contain("parent_token"));

        // The token grants that the child spends from the parent's cap, and that a kill of the tree reaches both.
        _ = (await Agent.PostAsync($"/sessions/{child.Created.Number("id")}/usage", new { input_tokens = 1, output_tokens = 1, cost_usd = 5m })).Ok;
        Assert.That((await Team.SessionAsync(PeerSession)).Text("status"), Is.EqualTo("killed"));
    }

    [Test]
    public async Task Kill_of_the_parent_reaches_another_agents_child_and_not_the_reverse()
    {
        var child = (await StartAsync(Agent, Team.Agent, token: await TokenAsync(PeerClient, PeerSession))).Created.Number("id");

        Assert.That((await Agent.PostAsync($"/sessions/{PeerSession}/end", null)).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((await Agent.GetAsync($"/sessions/{PeerSession}")).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((await PeerClient.PostAsync($"/sessions/{child}/end", null)).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        _ = (await Lead.PostAsync($"/sessions/{PeerSession}/kill", new { reason = "enough" })).Ok;
        Assert.That((await Admin.GetAsync($"/sessions/{child}")).Ok.Text("status"), Is.EqualTo("killed"));
    }

    [Test]
    public async Task One_of_concurrent_starts_with_the_same_token_succeeds()
    {
        await using var second = ApiHost.StartBeside(Host);
        var token = await TokenAsync(PeerClient, PeerSession);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => StartAsync(i % 2 == 0 ? Agent : second.Api, Team.Agent, token: token)));

        Assert.That(answers.Count(answer => answer.Status == HttpStatusCode.Created), Is.EqualTo(1));
        Assert.That(answers.Count(answer => answer.Status == HttpStatusCode.Forbidden), Is.EqualTo(9));
        Assert.That((await Admin.GetAsync($"/agents/{Team.Agent}/sessions")).Ok.AsArray(), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Retry_with_the_same_key_is_replayed_after_the_token_is_used()
    {
        var token = await TokenAsync(PeerClient, PeerSession);

        var first = await StartAsync(Agent, Team.Agent, token: token, key: "start-1");
        var retry = await StartAsync(Lead, Team.Agent, token: token, key: "start-1");
        var other = await StartAsync(Agent, Team.Agent, token: await TokenAsync(PeerClient, PeerSession), key: "start-1");

        Assert.That((retry.Created.Number("id"), retry.Header("Idempotent-Replayed")), Is.EqualTo((first.Created.Number("id"), "true")));
        Assert.That(other.Json.Text("type"), Is.EqualTo("/problems/idempotency-key-reused"));
    }

    [Test]
    public async Task Refused_start_does_not_use_up_the_token()
    {
        var token = await TokenAsync(PeerClient, PeerSession);
        var blocker = await Team.CreateTaskAsync();
        var blocked = await Team.CreateTaskAsync(new { title = "Later", depends_on = new[] { blocker } });

        await Team.ConfigureAsync(new { daily_cost_limit_usd = 0m });
        var overBudget = await StartAsync(Agent, Team.Agent, token: token);
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 10m });
        _ = (await Lead.PostAsync($"/agents/{Peer}/pause", new { reason = "look" })).Ok;
        var paused = await StartAsync(Agent, Team.Agent, token: token);
        _ = (await Lead.PostAsync($"/agents/{Peer}/resume", null)).Ok;
        var waiting = await Agent.PostAsync("/sessions/start", new { agent_id = Team.Agent, task_id = blocked, parent_token = token });
        var mismatched = await StartAsync(Agent, Team.Agent, Session, token);

        Assert.That(
            new[] { overBudget, paused, waiting, mismatched }.Select(answer => (int)answer.Status), Is.EqualTo(new[] { 402, 409, 409, 422 }));
        Assert.That(mismatched.Json["errors"]!.AsObject().Single().Key, Is.EqualTo("parent_session_id"));
        Assert.That((await StartAsync(Agent, Team.Agent, PeerSession, token)).Created.Number("parent_session_id"), Is.EqualTo(PeerSession));
    }

    [Test]
    public async Task Child_token_is_valid_only_for_its_agent_and_until_its_expiry()
    {
        var third = await Admin.CreateAgentAsync(Team.Id, "third");
        var thirds = Host.ClientWith(await KeyAsync(new { name = "third", role = "agent", agent_id = third }));
        var bound = await TokenAsync(PeerClient, PeerSession, new { agent_id = Team.Agent });
        var brief = await TokenAsync(PeerClient, PeerSession, new { ttl_seconds = 1 });

        var stolen = await StartAsync(thirds, third, token: bound);
        var speaksForAnother = await StartAsync(thirds, Team.Agent, token: bound);
        Host.Clock.Advance(TimeSpan.FromSeconds(1));
        var late = await StartAsync(Agent, Team.Agent, token: brief);
        var unknown = await StartAsync(Agent, Team.Agent, token: "ect_unknown");

        Assert.That(
            new[] { stolen, speaksForAnother, late, unknown }.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(
            new[] { stolen, late, unknown }.Select(answer => answer.Json.Text("detail")).Distinct().Count(), Is.EqualTo(1), "it is not said which it is");
        Assert.That((await StartAsync(Agent, Team.Agent, token: bound)).Status, Is.EqualTo(HttpStatusCode.Created));
    }

    [Test]
    public async Task Child_tokens_are_issued_only_for_an_own_active_session_and_are_limited()
    {
        var before = await Host.CountAsync("ChildTokens");
        Assert.That((await Agent.PostAsync($"/sessions/{PeerSession}/child-tokens", null)).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        (object Body, int Status, string Member)[] bad =
        [
            (new { ttl_seconds = 0 }, 422, "ttl_seconds"), (new { ttl_seconds = 3_601 }, 422, "ttl_seconds"), (new { ttl_seconds = "60" }, 400, "ttl_seconds"),
            (new { agent_id = Guid.CreateVersion7() }, 422, "agent_id"), (new { agent_id = "me" }, 422, "agent_id"), (new { uses = 2 }, 400, "uses"),
        ];
        foreach (var (body, status, member) in bad)
        {
            var answer = await Agent.PostAsync($"/sessions/{Session}/child-tokens", body);
            Assert.That(((int)answer.Status, answer.Json["errors"]?.AsObject().Single().Key), Is.EqualTo((status, member)), answer.Text);
        }

        var issued = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Agent.PostAsync($"/sessions/{Session}/child-tokens", new { ttl_seconds = 60 })));
        Assert.That(issued.Count(answer => answer.Status == HttpStatusCode.Created), Is.EqualTo(16));
        Assert.That(issued.Where(answer => answer.Status != HttpStatusCode.Created).Select(answer => answer.Json.Text("type")), Is.All.EqualTo("/problems/too-many-child-tokens"));
        Assert.That(await Host.CountAsync("ChildTokens"), Is.EqualTo(before + 16));

        // A used or expired token makes room for another.
        _ = (await StartAsync(PeerClient, Peer, token: issued.First(answer => answer.Status == HttpStatusCode.Created).Created.Text("token"))).Created;
        await TokenAsync(Agent, Session);
        Host.Clock.Advance(TimeSpan.FromSeconds(61));
        await TokenAsync(Lead, Session);

        _ = (await Agent.PostAsync($"/sessions/{Session}/end", null)).Ok;
        Assert.That((await Agent.PostAsync($"/sessions/{Session}/child-tokens", null)).Json.Text("type"), Is.EqualTo("/problems/session-ended"));
    }

    [Test]
    public async Task Child_token_of_an_ended_session_is_refused()
    {
        var token = await TokenAsync(PeerClient, PeerSession);
        _ = (await PeerClient.PostAsync($"/sessions/{PeerSession}/end", null)).Ok;

        Assert.That((await StartAsync(Agent, Team.Agent, token: token)).Json.Text("type"), Is.EqualTo("/problems/session-ended"));
    }

    [Test]
    public async Task Expired_tokens_are_deleted()
    {
        await using var alone = await ApiHost.StartAsync(Store.Sqlite);
        var own = await alone.Api.CreateTeamAsync();
        await TokenAsync(alone.Api, await own.StartAsync());

        alone.Clock.Advance(TimeSpan.FromHours(1));

        await Patience.UntilAsync(async () => await alone.CountAsync("ChildTokens") == 0);
    }

    [Test]
    public async Task MCP_tool_follows_the_same_rule()
    {
        await using var client = await ConnectAsync();
        var refused = await CallAsync(("parent_session_id", PeerSession));
        var child = await CallAsync(("parent_token", await TokenAsync(PeerClient, PeerSession)));

        Assert.That((refused.Number("status"), refused.Text("detail")!.Contains("parent_token", StringComparison.Ordinal)), Is.EqualTo((403L, true)));
        Assert.That(child.Number("parent_session_id"), Is.EqualTo(PeerSession));

        async Task<JsonNode> CallAsync((string Name, object? Value) argument) => JsonNode.Parse(
            (await client.CallToolAsync("start_session", new Dictionary<string, object?> { [argument.Name] = argument.Value })).StructuredContent!.Value.GetRawText())!;
    }

    private async Task<bool> ContainsAsync(string secret)
    {
        await using var store = new SqliteConnection(new SqliteConnectionStringBuilder(Host.Database.ConnectionString) { Mode = SqliteOpenMode.ReadOnly }.ToString());
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
}
