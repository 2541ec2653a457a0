using Entourage.Testing;
using ModelContextProtocol.Client;

namespace Entourage.Api.Tests.Access;

/// <summary>A team of two agents, each with a session and a key, and the key of their lead, on a server that requires keys.</summary>
internal abstract class TwoAgentsFixture
{
    protected ApiHost Host { get; private set; } = null!;

    protected ApiClient Admin => Host.Api;

    protected TestTeam Team { get; private set; } = null!;

    /// <summary>The second agent's id.</summary>
    protected string Peer { get; private set; } = null!;

    /// <summary>A client with the first agent's key.</summary>
    protected ApiClient Agent { get; private set; } = null!;

    protected ApiClient PeerClient { get; private set; } = null!;

    protected ApiClient Lead { get; private set; } = null!;

    /// <summary>A session of the first agent.</summary>
    protected long Session { get; private set; }

    protected long PeerSession { get; private set; }

    [OneTimeSetUp]
    public async Task StartAsync() => Host = await ApiHost.StartAsync(Store.Sqlite, settings: ApiHost.WithKeys);

    [OneTimeTearDown]
    public async Task StopAsync() => await (Host?.DisposeAsync() ?? default);

    [SetUp]
    public async Task CreateTeamAsync()
    {
        Team = await Admin.CreateTeamAsync();
        Peer = await Admin.CreateAgentAsync(Team.Id, "peer");
        Agent = Host.ClientWith(await KeyAsync(new { name = "agent", role = "agent", agent_id = Team.Agent }));
        PeerClient = Host.ClientWith(await KeyAsync(new { name = "peer", role = "agent", agent_id = Peer }));
        Lead = Host.ClientWith(await KeyAsync(new { name = "lead", role = "lead", team_id = Team.Id }));
        (Session, PeerSession) = (await Team.StartAsync(), await Team.StartAsync(agent: Peer));
    }

    /// <summary>The client of a role: <c>agent</c>, <c>lead</c> or <c>admin</c>.</summary>
    protected ApiClient ClientOf(string role) => role switch { "agent" => Agent, "lead" => Lead, _ => Admin };

    protected async Task<string> KeyAsync(object key) => (await Admin.PostAsync("/keys", key)).Created.Text("key")!;

    protected static async Task<string> TokenAsync(ApiClient client, long session, object? body = null) =>
        (await client.PostAsync($"/sessions/{session}/child-tokens", body)).Created.Text("token")!;

    /// <summary>An MCP client with the first agent's key.</summary>
    protected async Task<McpClient> ConnectAsync() => await McpClient.CreateAsync(new HttpClientTransport(new()
    {
        Endpoint = new Uri(Host.Api.Http.BaseAddress!, "/mcp"),
        TransportMode = HttpTransportMode.StreamableHttp,
        AdditionalHeaders = new Dictionary<string, string> { ["X-API-Key"] = await KeyAsync(new { name = "m", role = "agent", agent_id = Team.Agent }) },
    }));

    protected async Task<decimal?> CostAsync(long session) => (await Admin.GetAsync($"/sessions/{session}")).Ok.Usd("cost_usd");
}
