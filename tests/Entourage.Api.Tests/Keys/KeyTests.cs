using System.Net;
using System.Text.Json.Nodes;
using Entourage.Application.Keys;
using Entourage.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Api.Tests.Keys;

/// <summary>The life of keys on two replicas.</summary>
[TestFixtureSource(typeof(Stores), nameof(Stores.All))]
internal sealed class KeyTests(Store store)
{
    private const string Form = "^ent_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$";

    private ApiHost host = null!;
    private ApiHost beside = null!;
    private TestTeam team = null!;

    private ApiClient Admin => host.Api;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        host = await ApiHost.StartAsync(store, settings: new Dictionary<string, string>(ApiHost.WithKeys) { ["Events:HeartbeatSeconds"] = "1" });
        beside = ApiHost.StartBeside(host);
        team = await Admin.CreateTeamAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (beside is not null)
        {
            await beside.DisposeAsync();
        }

        if (host is not null)
        {
            await host.DisposeAsync();
        }
    }

    [Test]
    public async Task Key_is_shown_once_and_accepted()
    {
        var answer = await Admin.PostAsync("/keys", new { name = "ci", role = "agent", agent_id = team.Agent, expires_at = "2027-01-01T00:00:00Z" });
        var key = answer.Created;
        Assert.That(answer.Header("Cache-Control"), Is.EqualTo("no-store"));
        Assert.That(key.Text("key"), Does.Match(Form));
        Assert.That((key.Text("name"), key.Text("role"), key.Text("created_by")), Is.EqualTo(("ci", "agent", "bootstrap")));
        Assert.That((key.Text("org_id"), key.Text("team_id"), key.Text("agent_id")), Is.EqualTo((team.Organisation, team.Id, team.Agent)));
        Assert.That((key.Text("expires_at"), key.Text("revoked_at"), key.Text("last_used_at")), Is.EqualTo(("2027-01-01T00:00:00Z", default(string), default(string))));
        Assert.That(key.Text("key"), Does.StartWith($"ent_{key.Text("prefix")}_"));

        var listed = (await Admin.GetAsync("/keys")).Ok.AsArray().Single(item => item!.Text("id") == key.Text("id"))!;
        var shown = key.DeepClone().AsObject();
        shown.Remove("key");
        Assert.That(JsonNode.DeepEquals(listed, shown), Is.True, listed.ToJsonString());
        Assert.That(await StatusAsync(host.ClientWith(key.Text("key"))), Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("X-API-Key", "{0}", true)]
    [TestCase("Authorization", "Bearer {0}", true)]
    [TestCase("Authorization", "bearer {0}", true)]
    [TestCase("X-API-Key", " {0} ", true)]
    [TestCase("Authorization", "{0}", false)]
    [TestCase("Authorization", "Basic {0}", false)]
    [TestCase("X-API-Key", "{0}x", false)]
    [TestCase("X-API-Key", "{0}, {0}", false)]
    [TestCase("X-API-Key", "", false)]
    [TestCase("X-API-Key", "ent_000000000000_", false)]
    [TestCase("X-API-Key", "'; DROP TABLE ApiKeys; --", false)]
    public async Task Key_is_accepted_in_both_documented_headers(string header, string value, bool taken)
    {
        var key = (await Admin.PostAsync("/keys", new { name = "ways", role = "lead", team_id = team.Id })).Created.Text("key")!;
        var answer = await host.ClientWith(null).SendAsync(HttpMethod.Get, "/guidelines", null, (header, value.Replace("{0}", key, StringComparison.Ordinal)));
        Assert.That(answer.Status, Is.EqualTo(taken ? HttpStatusCode.OK : HttpStatusCode.Unauthorized), answer.Text);
        if (!taken)
        {
            Assert.That(answer.Header("WWW-Authenticate"), Is.EqualTo("Bearer realm=\"entourage\""));
            Assert.That(answer.MediaType, Is.EqualTo("application/problem+json"));
            Assert.That(answer.Json.Text("type"), Is.EqualTo("/problems/unauthorized"));
        }
    }

    [Test]
    public async Task Partly_correct_key_is_refused()
    {
        var key = (await Admin.PostAsync("/keys", new { name = "half", role = "lead", team_id = team.Id })).Created.Text("key")!;
        foreach (var wrong in new[] { key[..^1], key[..^1] + (key[^1] == 'A' ? 'B' : 'A'), key[..17], key.ToUpperInvariant(), new string('x', 100_000)[..4_000] })
        {
            Assert.That(await StatusAsync(host.ClientWith(wrong)), Is.EqualTo(HttpStatusCode.Unauthorized), wrong);
        }
    }

    [Test]
    public async Task Key_expires_at_its_stated_instant()
    {
        var ends = host.Clock.GetUtcNow().AddMinutes(10);
        var client = await IssueAsync(new { name = "short", role = "lead", team_id = team.Id, expires_at = ends });
        Assert.That(await StatusAsync(client), Is.EqualTo(HttpStatusCode.OK));
        host.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        Assert.That(await StatusAsync(client), Is.EqualTo(HttpStatusCode.OK));
        host.Clock.Advance(TimeSpan.FromTicks(1));
        Assert.That(await StatusAsync(client), Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task Revocation_takes_effect_at_once_on_every_replica()
    {
        for (var round = 0; round < 10; round++)
        {
            var made = (await Admin.PostAsync("/keys", new { name = "gone", role = "agent", agent_id = team.Agent })).Created;
            ApiClient[] clients = [host.ClientWith(made.Text("key")), beside.ClientWith(made.Text("key"))];
            foreach (var client in clients)
            {
                Assert.That(await StatusAsync(client), Is.EqualTo(HttpStatusCode.OK));
            }

            var revoked = await (round % 2 == 0 ? host : beside).Api.SendAsync(HttpMethod.Delete, $"/keys/{made.Text("id")}", null);
            Assert.That(revoked.Status, Is.EqualTo(HttpStatusCode.NoContent));
            foreach (var client in clients)
            {
                Assert.That(await StatusAsync(client), Is.EqualTo(HttpStatusCode.Unauthorized), $"round {round}");
            }

            Assert.That((await Admin.SendAsync(HttpMethod.Delete, $"/keys/{made.Text("id")}", null)).Status, Is.EqualTo(HttpStatusCode.NoContent));
        }
    }

    [Test]
    public async Task No_concurrent_request_that_begins_after_a_revocation_is_accepted()
    {
        var made = (await Admin.PostAsync("/keys", new { name = "busy", role = "agent", agent_id = team.Agent })).Created;
        var revoked = 0;
        var callers = Enumerable.Range(0, 8).Select(async number =>
        {
            var client = (number % 2 == 0 ? host : beside).ClientWith(made.Text("key"));
            var (late, letIn) = (0, 0);
            while (late < 5)
            {
                var isLate = Volatile.Read(ref revoked) == 1;
                var status = await StatusAsync(client);
                late += isLate ? 1 : 0;
                letIn += isLate && status != HttpStatusCode.Unauthorized ? 1 : 0;
            }

            return letIn;
        }).ToArray();
        await Admin.SendAsync(HttpMethod.Delete, $"/keys/{made.Text("id")}", null);
        Volatile.Write(ref revoked, 1);
        Assert.That(await Task.WhenAll(callers), Is.All.Zero);
    }

    [TestCase("agents")]
    [TestCase("teams")]
    [TestCase("orgs")]
    public async Task Keys_below_an_archived_scope_are_revoked_on_every_replica_and_stay_revoked(string scope)
    {
        var archived = await Admin.CreateTeamAsync();
        var agent = (await Admin.PostAsync("/keys", new { name = "agent", role = "agent", agent_id = archived.Agent })).Created.Text("key");
        var lead = (await Admin.PostAsync("/keys", new { name = "lead", role = "lead", team_id = archived.Id })).Created.Text("key");
        foreach (var key in new[] { agent, lead })
        {
            Assert.That(await StatusAsync(beside.ClientWith(key)), Is.EqualTo(HttpStatusCode.OK));
        }

        var path = scope switch { "agents" => $"/agents/{archived.Agent}", "teams" => $"/teams/{archived.Id}", _ => $"/orgs/{archived.Organisation}" };
        var answer = (await Admin.PostAsync($"{path}/archive", null)).Ok;

        Assert.That(answer.Number("keys_revoked"), Is.EqualTo(scope == "agents" ? 1 : 2));
        var left = scope == "agents" ? HttpStatusCode.OK : HttpStatusCode.Unauthorized;
        Assert.That((await StatusAsync(beside.ClientWith(agent)), await StatusAsync(beside.ClientWith(lead))), Is.EqualTo((HttpStatusCode.Unauthorized, left)));
        _ = (await Admin.PostAsync($"{path}/restore", null)).Ok;
        Assert.That((await StatusAsync(beside.ClientWith(agent)), await StatusAsync(host.ClientWith(lead))), Is.EqualTo((HttpStatusCode.Unauthorized, left)));
    }

    [Test]
    public async Task Keys_of_an_agent_go_with_it_to_another_team()
    {
        var old = await Admin.CreateTeamAsync();
        var next = (await Admin.PostAsync($"/orgs/{old.Organisation}/teams", new { name = "Next", slug = "next" })).Created.Text("id")!;
        var agent = beside.ClientWith((await Admin.PostAsync("/keys", new { name = "agent", role = "agent", agent_id = old.Agent })).Created.Text("key"));
        var oldLead = beside.ClientWith((await Admin.PostAsync("/keys", new { name = "old", role = "lead", team_id = old.Id })).Created.Text("key"));
        var newLead = beside.ClientWith((await Admin.PostAsync("/keys", new { name = "next", role = "lead", team_id = next })).Created.Text("key"));
        var before = await (old with { Api = agent }).StartAsync();
        Assert.That((await oldLead.GetAsync($"/agents/{old.Agent}")).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await newLead.GetAsync($"/agents/{old.Agent}")).Status, Is.EqualTo(HttpStatusCode.Forbidden));

        _ = (await Admin.PostAsync($"/agents/{old.Agent}/move", new { team_id = next })).Ok;

        await (old with { Api = agent }).UseAsync(before, 1m);
        await (old with { Api = agent }).StartAsync();
        Assert.That((await agent.GetAsync($"/teams/{next}")).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await agent.GetAsync($"/teams/{old.Id}")).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((await oldLead.GetAsync($"/agents/{old.Agent}")).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((await newLead.GetAsync($"/agents/{old.Agent}")).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await oldLead.GetAsync($"/sessions/{before}")).Status, Is.EqualTo(HttpStatusCode.OK), "its sessions from before belong to the old team");
        Assert.That((await newLead.GetAsync($"/sessions/{before}")).Status, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task Revoking_a_key_ends_its_open_streams()
    {
        var made = (await Admin.PostAsync("/keys", new { name = "watcher", role = "agent", agent_id = team.Agent })).Created;
        await using var watcher = await EventReader.OpenAsync(beside.ClientWith(made.Text("key")), $"/agents/{team.Agent}/events");
        var session = await team.StartAsync();
        Assert.That((await watcher.ReadAsync())?.Kind, Is.EqualTo("session"));

        await Admin.SendAsync(HttpMethod.Delete, $"/keys/{made.Text("id")}", null);
        _ = (await Admin.PostAsync($"/sessions/{session}/end", null)).Ok;
        Assert.That(await watcher.ReadAsync(), Is.Null);
    }

    [Test]
    public async Task Lead_manages_only_the_keys_of_its_agents()
    {
        var lead = await IssueAsync(new { name = "chief", role = "lead", team_id = team.Id });
        var made = (await lead.PostAsync("/keys", new { name = "of chief", role = "agent", agent_id = team.Agent })).Created;
        Assert.That(made.Text("created_by"), Is.EqualTo("chief"));
        Assert.That((await lead.GetAsync("/keys?limit=200")).Ok.AsArray().Select(key => key!.Text("role")), Is.Not.Empty.And.All.EqualTo("agent"));
        Assert.That((await lead.SendAsync(HttpMethod.Delete, $"/keys/{made.Text("id")}", null)).Status, Is.EqualTo(HttpStatusCode.NoContent));

        var keys = (await Admin.GetAsync("/keys?limit=200")).Ok.AsArray();
        Assert.That(await RevokeAsync("chief"), Is.EqualTo(HttpStatusCode.Forbidden), "a lead's key, even its own");
        Assert.That(await RevokeAsync("bootstrap"), Is.EqualTo(HttpStatusCode.NotFound), "without an organisation");
        foreach (var body in new object[] { new { name = "x", role = "admin" }, new { name = "x", role = "lead", team_id = team.Id } })
        {
            Assert.That((await lead.PostAsync("/keys", body)).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        }

        async Task<HttpStatusCode> RevokeAsync(string name) =>
            (await lead.SendAsync(HttpMethod.Delete, $"/keys/{keys.First(key => key!.Text("name") == name)!.Text("id")}", null)).Status;
    }

    [Test]
    public async Task Keys_are_listed_page_by_page()
    {
        for (var number = 0; number < 3; number++)
        {
            await IssueAsync(new { name = $"page {number}", role = "agent", agent_id = team.Agent });
        }

        var all = (await Admin.GetAsync("/keys?limit=200")).Ok.AsArray().Select(key => key!.Text("id")).ToArray();
        var paged = new List<string?>();
        for (var path = "/keys?limit=2"; path is not null;)
        {
            var page = await Admin.GetAsync(path);
            paged.AddRange(page.Ok.AsArray().Select(key => key!.Text("id")));
            path = page.NextPath();
        }

        Assert.That(paged, Is.EqualTo(all));
    }

    [Test]
    public async Task Last_use_of_a_key_is_stored_later()
    {
        var made = (await Admin.PostAsync("/keys", new { name = "used", role = "lead", team_id = team.Id })).Created;
        var client = host.ClientWith(made.Text("key"));
        var at = host.Clock.GetUtcNow();
        Assert.That(await StatusAsync(client), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await ReadAsync(), Is.Null);
        await host.WriteKeyUsesAsync();
        Assert.That(await ReadAsync(), Is.EqualTo(at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", System.Globalization.CultureInfo.InvariantCulture)));

        // It is not written again within the same minute.
        Assert.That(await StatusAsync(client), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(host.Services.GetRequiredService<KeyRing>().TakeUses().Select(use => use.Key.ToString()), Has.None.EqualTo(made.Text("id")));

        async Task<string?> ReadAsync() => (await Admin.GetAsync("/keys?limit=200")).Ok.AsArray().Single(key => key!.Text("id") == made.Text("id"))!.Text("last_used_at");
    }

    [Test]
    public async Task Idempotency_record_contains_no_secret()
    {
        var body = new { name = "twice", role = "agent", agent_id = team.Agent };
        var answers = await host.CountAsync("IdempotentAnswers");
        var (first, second) = ((await Admin.PostAsync("/keys", body, "once")).Created, (await Admin.PostAsync("/keys", body, "once")).Created);
        Assert.That(first.Text("key"), Is.Not.EqualTo(second.Text("key")));
        Assert.That(await host.CountAsync("IdempotentAnswers"), Is.EqualTo(answers));
    }

    private static async Task<HttpStatusCode> StatusAsync(ApiClient client) => (await client.GetAsync("/guidelines")).Status;

    private async Task<ApiClient> IssueAsync(object body) => host.ClientWith((await Admin.PostAsync("/keys", body)).Created.Text("key"));
}
