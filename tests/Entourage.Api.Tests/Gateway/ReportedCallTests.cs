using System.Net;
using System.Text.Json.Nodes;
using Entourage.Api.Tests.Otlp;
using Entourage.Testing;

namespace Entourage.Api.Tests.Gateway;

/// <summary>A client of the gateway may also report its calls by telemetry. Each call counts once.</summary>
internal sealed class ReportedCallTests(Store store) : GatewayFixture(store)
{
    // The tokens of OtlpPayload: 1,000 of input, 200 of output, 30,000 read from the cache and 400 written to it.
    private const decimal CallUsd = 0.003m + 0.003m + 0.009m + 0.0015m;
    private const string Conversation = "s-1";

    private DateTimeOffset Now => Host.Clock.GetUtcNow();

    [SetUp]
    public void Answer() => Provider.Answer = (context, _) => FakeProvider.AnswerJsonAsync(context, Message(1_000, 200)
        .Replace("\"cache_read_input_tokens\":0,\"cache_creation_input_tokens\":0", "\"cache_read_input_tokens\":30000,\"cache_creation_input_tokens\":400", StringComparison.Ordinal));

    [Test]
    public async Task Call_that_is_reported_afterwards_counts_once()
    {
        await CallAsync();
        await ReportAsync(Now, "req_1");
        await ReportAsync(Now, "req_1");

        Assert.That(await BudgetAsync(), Is.EqualTo((CallUsd, 0m)));
        Assert.That(await SessionsAsync(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Call_that_is_reported_a_moment_before_it_is_recorded_counts_once()
    {
        await ReportAsync(Now, "req_1");
        await CallAsync();

        Assert.That(await BudgetAsync(), Is.EqualTo((CallUsd, 0m)));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [TestCase(-60, TestName = "Report_of_a_client_whose_clock_is_wrong_is_recognised")]
    [TestCase(0, TestName = "Report_of_a_client_whose_clock_is_right_is_recognised")]
    public async Task Report_is_recognised_by_its_receipt(int minutes)
    {
        await CallAsync();
        await ReportAsync(Now.AddMinutes(minutes), "req_1");

        Assert.That((await BudgetAsync()).Spent, Is.EqualTo(CallUsd));
    }

    [Test]
    public async Task Late_report_is_recognised_by_the_time_that_it_states()
    {
        var at = Now;
        await CallAsync();
        Host.Clock.Advance(TimeSpan.FromHours(2));
        await ReportAsync(at, "req_1");

        Assert.That((await CostsAsync()), Is.EqualTo(CallUsd));
    }

    [Test]
    public async Task Call_that_did_not_pass_through_the_gateway_counts()
    {
        await CallAsync();
        Host.Clock.Advance(TimeSpan.FromHours(2));
        await ReportAsync(Now, "req_2", costUsd: 1m);

        Assert.That(await CostsAsync(), Is.EqualTo(CallUsd + 1m));
    }

    [Test]
    public async Task Counters_of_a_conversation_count_only_if_it_does_not_pass_through_the_gateway()
    {
        await CallAsync();
        foreach (var conversation in new[] { Conversation, "s-2" })
        {
            await Host.Api.TakeAsync(OtlpPayload.Metrics, OtlpPayload.MetricsOf(Resource, OtlpPayload.Counters(Now.AddMinutes(-1), Now, conversation, calls: 1, costUsd: 1m)));
        }

        Assert.That((await BudgetAsync()).Spent, Is.EqualTo(CallUsd + 1m));
    }

    [Test]
    public async Task Sub_agent_is_recorded_below_the_session_that_the_call_names()
    {
        var session = await Team.StartAsync();
        await CallAsync("anthropic/v1/messages", Messages(), ("X-Entourage-Session", $"{session}"), ("x-claude-code-session-id", Conversation));
        await CallAsync("anthropic/v1/messages", Messages(), ("X-Entourage-Session", $"{session}"), ("x-claude-code-session-id", Conversation), ("x-claude-code-agent-id", "a"));

        var sessions = await SessionsAsync();
        Assert.That(sessions.Select(one => (one.Usd("cost_usd"), one["parent_session_id"]?.GetValue<long>())), Is.EquivalentTo(new (decimal?, long?)[] { (CallUsd, null), (CallUsd, session) }));
    }

    [Test]
    public async Task WebSocket_is_refused_so_that_Codex_uses_HTTP_at_once()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/gateway/openai/v1/responses");
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        request.Headers.Add("X-Entourage-Agent", Team.Agent);

        using var answer = await Host.Api.Http.SendAsync(request);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.UpgradeRequired));
        Assert.That(Provider.Calls, Is.Empty);
    }

    [Test]
    public async Task Client_can_ask_how_to_use_the_gateway()
    {
        var gateway = (await Host.Api.GetAsync("/gateway")).Ok;

        Assert.That(gateway.Text("credential"), Is.EqualTo("agent_id"));
        Assert.That(gateway["upstreams"]!.AsArray().Select(upstream => upstream!.ToJsonString()), Is.EqualTo(new[] { "anthropic", "gemini", "openai" }
            .Select(name => $$"""{"name":"{{name}}","format":"{{name}}","path":"/gateway/{{name}}","passes_credential":false}""")));
    }

    private (string, object)[] Resource => [("service.name", "claude-code"), ("entourage.agent_id", Team.Agent)];

    private async Task CallAsync()
    {
        var answer = await CallAsync("anthropic/v1/messages", Messages(), ("x-claude-code-session-id", Conversation));
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    private async Task ReportAsync(DateTimeOffset at, string request, decimal costUsd = 0.02m)
    {
        var answer = await Host.Api.TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf(Resource, OtlpPayload.ApiRequest(at, Conversation, request, costUsd)));
        Assert.That((answer.Status, answer.Text), Is.EqualTo((HttpStatusCode.OK, "{}")));
    }

    private async Task<decimal> CostsAsync() => (await Host.Api.GetAsync($"/teams/{Team.Id}/costs")).Ok.Usd("total_cost_usd")!.Value;

    private async Task<IReadOnlyList<JsonNode>> SessionsAsync() => [.. (await Host.Api.GetAsync($"/agents/{Team.Agent}/sessions")).Ok.AsArray().Select(session => session!)];
}
