using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Gateway;

/// <summary>Who may call through the gateway of a server with keys, and what the provider gets to see.</summary>
internal sealed class CallKeyTests
{
    private const string ProviderKey = "sk-of-the-provider";

    private FakeProvider provider = null!;
    private ApiHost host = null!;
    private string agentKey = null!;
    private string leadKey = null!;
    private TestTeam team = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        provider = await FakeProvider.StartAsync();
        host = await ApiHost.StartAsync(Store.Sqlite, TimeProvider.System.GetUtcNow(), new Dictionary<string, string>(ApiHost.WithKeys)
        {
            ["Gateway:Upstreams:anthropic:BaseUrl"] = provider.Url,
            ["Gateway:Upstreams:anthropic:ApiKey"] = ProviderKey,
            ["Gateway:Upstreams:plan:Format"] = "anthropic",
            ["Gateway:Upstreams:plan:BaseUrl"] = provider.Url,
            ["Gateway:Upstreams:plan:Billing"] = "subscription",
            ["Gateway:Upstreams:gemini:BaseUrl"] = provider.Url,
            ["Gateway:Upstreams:gemini:ApiKey"] = ProviderKey,
        });
        team = await host.Api.CreateTeamAsync();
        agentKey = (await host.Api.PostAsync("/keys", new { name = "a", role = "agent", agent_id = team.Agent })).Created.Text("key")!;
        leadKey = (await host.Api.PostAsync("/keys", new { name = "l", role = "lead", team_id = team.Id })).Created.Text("key")!;
        provider.Answer = (context, _) => FakeProvider.AnswerJsonAsync(
            context, $$$"""{"id":"msg","model":"{{{ApiClient.ListedModel}}}","content":[],"usage":{"input_tokens":1000,"output_tokens":10}}""");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await (host?.DisposeAsync() ?? default);
        await (provider?.DisposeAsync() ?? default);
    }

    [SetUp]
    public void Forget() => provider.Calls.Clear();

    [TestCase("x-api-key", "{0}")]
    [TestCase("Authorization", "Bearer {0}")]
    [TestCase("X-Entourage-Key", "{0}")]
    public async Task Key_of_an_agent_is_replaced_by_the_key_of_the_provider(string header, string value)
    {
        var got = await CallAsync("anthropic", (header, string.Format(null, value, agentKey)));

        Assert.That(got.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        var headers = provider.Calls.Single().Headers;
        Assert.That(headers["x-api-key"], Is.EqualTo(ProviderKey));
        Assert.That(headers.Values, Has.None.Contains(agentKey));
    }

    [Test]
    public async Task Credential_of_a_subscriber_is_passed_on_and_the_cost_is_imputed()
    {
        var before = await team.BudgetAsync();

        var got = await CallAsync("plan", ("X-Entourage-Key", agentKey), ("Authorization", "Bearer a-token-of-the-subscriber"));

        var headers = provider.Calls.Single().Headers;
        Assert.That(got.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((headers["Authorization"], headers.ContainsKey("x-api-key")), Is.EqualTo(("Bearer a-token-of-the-subscriber", false)));
        Assert.That(headers.Keys, Has.None.StartsWith("X-Entourage").IgnoreCase);
        Assert.That((await team.BudgetAsync()).Usd("daily_spent_usd"), Is.EqualTo(before.Usd("daily_spent_usd")));
        Assert.That((await team.CostsAsync("?period=all")).Usd("total_imputed_cost_usd"), Is.GreaterThan(0m));
    }

    [Test]
    public async Task Call_without_a_valid_agent_key_is_refused_in_the_shape_of_the_provider()
    {
        var (none, wrong, lead) = (await CallAsync("anthropic"), await CallAsync("anthropic", ("x-api-key", "ent_wrong")), await CallAsync("anthropic", ("x-api-key", leadKey)));

        Assert.That(provider.Calls, Is.Empty);
        foreach (var refused in new[] { none, wrong, lead })
        {
            var error = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!;
            Assert.That((error.Text("type"), refused.Headers.GetValues("x-should-retry").Single()), Is.EqualTo(("error", "false")));
            Assert.That(error["error"]!.Text("message"), Is.Not.Empty);
        }

        Assert.That((none.StatusCode, wrong.StatusCode), Is.EqualTo((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized)));
    }

    [Test]
    public async Task Agent_may_not_use_the_session_of_another()
    {
        var other = await host.Api.CreateTeamAsync();
        var session = await other.StartAsync();

        var refused = await CallAsync("anthropic", ("x-api-key", agentKey), ("X-Entourage-Session", $"{session}"));
        var own = await CallAsync("anthropic", ("x-api-key", agentKey), ("X-Entourage-Session", $"{await team.StartAsync()}"));

        Assert.That(((int)refused.StatusCode, own.StatusCode, provider.Calls.Count), Is.EqualTo((403, HttpStatusCode.OK, 1)));
    }

    private async Task<HttpResponseMessage> CallAsync(string upstream, params (string Name, string Value)[] headers)
    {
        var body = $$"""{"model":"{{ApiClient.ListedModel}}","max_tokens":100,"messages":[]}""";
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/gateway/{upstream}/v1/messages") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var answer = await host.ClientWith(null).Http.SendAsync(request);
        await Patience.UntilAsync(async () => await GatewayFixture.CountRunningAsync(host) == 0);
        return answer;
    }
}
