using System.Net;
using System.Text.Json.Nodes;
using Entourage.Testing;
using ModelContextProtocol.Client;

namespace Entourage.Api.Tests.Otlp;

/// <summary>Telemetry and tools follow the same permissions as the API's requests.</summary>
internal sealed class OtlpAccessTests
{
    private ApiHost host = null!;
    private TestTeam team = null!;
    private string peer = null!;
    private string otherTeams = null!;
    private TestTeam elsewhere = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        host = await ApiHost.StartAsync(Store.Sqlite, settings: ApiHost.WithKeys);
        team = await host.Api.CreateTeamAsync();
        peer = await host.Api.CreateAgentAsync(team.Id, "peer");
        var other = (await host.Api.PostAsync($"/orgs/{team.Organisation}/teams", new { name = "Other", slug = "other" })).Created.Text("id")!;
        otherTeams = await host.Api.CreateAgentAsync(other, "other");
        elsewhere = await host.Api.CreateTeamAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await (host?.DisposeAsync() ?? default);

    [TestCase("/v1/logs")]
    [TestCase("/v1/traces")]
    [TestCase("/v1/metrics")]
    [TestCase("/mcp")]
    public async Task Export_without_a_key_is_refused(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent("{}", null, "application/json") };
        Assert.That((await host.ClientWith(null).SendAsync(request)).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task Agent_key_decides_the_agent_whatever_the_telemetry_says()
    {
        var api = host.ClientWith(await KeyAsync(new { name = "a", role = "agent", agent_id = team.Agent }));
        var others = await team.StartAsync(agent: peer);

        var own = await api.TakeAsync(OtlpPayload.Logs, Logs("k1"));
        var named = await api.TakeAsync(OtlpPayload.Logs, Logs("k2", ("entourage.agent_id", peer)));
        var intoAnothers = await api.TakeAsync(OtlpPayload.Logs, Logs("k3", ("entourage.session_id", others)));

        Assert.That((own.Text, named.Text, intoAnothers.Text), Is.EqualTo(("{}", "{}", "{}")));
        Assert.That((await SpentAsync(team.Agent), await SpentAsync(peer)), Is.EqualTo((3m, 0m)));
    }

    [Test]
    public async Task Lead_key_may_export_for_the_agents_of_its_team()
    {
        var api = host.ClientWith(await KeyAsync(new { name = "l", role = "lead", team_id = team.Id }));
        var mine = await host.Api.CreateAgentAsync(team.Id, "mine");

        Assert.That((await api.TakeAsync(OtlpPayload.Logs, Logs("l1", ("entourage.agent_id", mine)))).Text, Is.EqualTo("{}"));
        foreach (var agent in new[] { otherTeams, elsewhere.Agent })
        {
            var refused = (await api.TakeAsync(OtlpPayload.Logs, Logs("l2", ("entourage.agent_id", agent)))).Ok["partialSuccess"]!;
            Assert.That(refused.Text("rejectedLogRecords"), Is.EqualTo("1"));
        }

        Assert.That((await SpentAsync(mine), await SpentAsync(otherTeams), await SpentAsync(elsewhere.Agent)), Is.EqualTo((1m, 0m, 0m)));
    }

    [Test]
    public async Task Tools_identify_the_agent_by_its_key_and_reach_no_other()
    {
        var me = await host.Api.CreateAgentAsync(team.Id, "me");
        var others = await team.StartAsync(agent: peer);
        await using var client = await McpClient.CreateAsync(new HttpClientTransport(new()
        {
            Endpoint = new Uri(host.Api.Http.BaseAddress!, "/mcp"),
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = new Dictionary<string, string> { ["X-API-Key"] = await KeyAsync(new { name = "m", role = "agent", agent_id = me }) },
        }));

        var started = await CallAsync("start_session", []);
        var used = await CallAsync("report_usage", Usage(started.Number("id")!.Value));
        var refused = await CallAsync("report_usage", Usage(others));

        Assert.That((started.Text("agent_id"), used.Usd("cost_usd")), Is.EqualTo((me, 1m)));
        Assert.That(refused.Number("status"), Is.EqualTo(403));
        Assert.That((await team.SessionAsync(others)).Usd("cost_usd"), Is.Zero);

        async Task<JsonNode> CallAsync(string tool, Dictionary<string, object?> arguments) =>
            JsonNode.Parse((await client.CallToolAsync(tool, arguments)).StructuredContent!.Value.GetRawText())!;

        static Dictionary<string, object?> Usage(long session) =>
            new() { ["session_id"] = session, ["input_tokens"] = 1, ["output_tokens"] = 1, ["cost_usd"] = 1 };
    }

    private string Logs(string request, params (string, object)[] resource) => OtlpPayload.LogsOf(resource, OtlpPayload.ApiRequest(host.Clock.GetUtcNow(), "s", request, 1m));

    private async Task<string> KeyAsync(object body) => (await host.Api.PostAsync("/keys", body)).Created.Text("key")!;

    private async Task<decimal> SpentAsync(string agent) =>
        (await host.Api.GetAsync($"/agents/{agent}/sessions")).Ok.AsArray().Sum(session => session!.Usd("cost_usd")) ?? 0m;
}
