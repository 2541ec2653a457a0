using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Otlp;

/// <summary>Later telemetry corrects what earlier telemetry reported, without false alerts.</summary>
internal sealed class OtlpAmendmentTests(Store store) : ApiFixture(store)
{
    private const string Model = "claude-sonnet-4-20250514";

    // The catalogue price of 1,000 input, 200 output, 30,000 cache-read and 400 cache-write tokens.
    private const decimal Priced = 0.003m + 0.003m + 0.009m + 0.0015m;

    private TestTeam team = null!;

    private DateTimeOffset Now => Host.Clock.GetUtcNow();

    [SetUp]
    public async Task CreateAsync()
    {
        Host.Clock.Advance(TimeSpan.FromMinutes(10));
        team = await Api.CreateTeamAsync();
    }

    [Test]
    public async Task Stated_cost_corrects_the_price_of_a_span([Values(0.05, 0.001)] double stated, [Values] bool spanFirst)
    {
        var (span, log) = (OtlpPayload.SpansOf(Resource, LlmRequest("r-1")), OtlpPayload.LogsOf(Resource, OtlpPayload.ApiRequest(Now, "s-1", Request("r-1"), (decimal)stated)));
        foreach (var isSpan in new[] { spanFirst, !spanFirst, true, false })
        {
            await TakeAsync(isSpan ? OtlpPayload.Traces : OtlpPayload.Logs, isSpan ? span : log);
        }

        var session = await SessionAsync();
        var usage = await UsageAsync();
        Assert.Multiple(() =>
        {
            Assert.That((session.Usd("cost_usd"), session.Number("input_tokens")), Is.EqualTo(((decimal)stated, 1_000L)));
            Assert.That(usage.Count(record => record["corrects"] is null), Is.EqualTo(1), "one call is one usage");
            Assert.That(usage.Sum(record => record.Usd("cost_usd")), Is.EqualTo((decimal)stated));
        });
        await EnsureSpentAsync((decimal)stated);
    }

    [Test]
    public async Task Stated_cost_corrects_an_assumed_one_and_a_later_price_does_not()
    {
        var model = $"house-{team.Agent}";
        await TakeAsync(OtlpPayload.Traces, OtlpPayload.SpansOf(Resource, LlmRequest("r-2", model)));
        await TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf(Resource, OtlpPayload.ApiRequest(Now, "s-1", Request("r-2"), 0.05m, model: model)));

        _ = (await Api.SendAsync(HttpMethod.Put, $"/prices/{model}", new { input_usd_per_mtok = 1m, output_usd_per_mtok = 1m })).Ok;

        Assert.That((await SessionAsync()).Usd("cost_usd"), Is.EqualTo(0.05m));
        await EnsureSpentAsync(0.05m);
    }

    [TestCase("fast")]
    [TestCase("normal")]
    public async Task Cost_from_Claude_Code_above_the_price_raises_no_alert(string speed)
    {
        var call = OtlpPayload.ApiRequest(Now, "s-1", Request(speed), 6 * Priced);
        call["attributes"]!.AsArray().Add(OtlpPayload.Attributes(("speed", speed))[0]!.DeepClone());

        await TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf(Resource, call));

        Assert.That(await AlertsAsync("cost_differs"), Is.Empty);
        Assert.That((await UsageAsync()).Single()["cost_differs"]!.GetValue<bool>(), Is.False);
    }

    [Test]
    public async Task Cost_below_the_price_raises_an_alert()
    {
        await TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf(Resource, OtlpPayload.ApiRequest(Now, "s-1", Request("cheap"), Priced / 2)));

        Assert.That(await AlertsAsync("cost_differs"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Sum_of_calls_is_not_priced_at_the_rate_for_long_prompts([Values] bool cumulative)
    {
        // Five calls of 50,000 tokens to a model with a higher rate above 200,000.
        var (start, model) = (Now.AddMinutes(-2), "gemini-2.5-pro");
        var tokens = OtlpPayload.Counter("claude_code.token.usage", cumulative, [Point("input", 250_000)]);

        await TakeAsync(OtlpPayload.Metrics, OtlpPayload.MetricsOf(Resource, tokens));

        var usage = (await UsageAsync()).Single();
        Assert.That((usage.Number("input_tokens"), usage.Usd("cost_usd")), Is.EqualTo((250_000L, 0.3125m)));

        JsonObject Point(string type, long count) => new()
        {
            ["startTimeUnixNano"] = OtlpPayload.Nanoseconds(start),
            ["timeUnixNano"] = OtlpPayload.Nanoseconds(start.AddMinutes(1)),
            ["asInt"] = $"{count}",
            ["attributes"] = OtlpPayload.Attributes(("type", type), ("model", model), ("session.id", "s-1")),
        };
    }

    [Test]
    public async Task Silent_session_opened_by_telemetry_is_completed_without_an_alert()
    {
        await TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf(Resource, OtlpPayload.ApiRequest(Now, "s-1", Request("last"), 0.01m)));
        var own = await team.StartAsync();

        Host.Clock.Advance(TimeSpan.FromMinutes(61));
        await Host.AbandonAsync();

        var sessions = (await Api.GetAsync($"/agents/{team.Agent}/sessions")).Ok.AsArray();
        Assert.That(
            sessions.Select(session => (session!.Number("id") == own, session!.Text("status"))),
            Is.EquivalentTo(new[] { (true, "abandoned"), (false, "completed") }));
        Assert.That((await AlertsAsync("abandoned_session")).Select(alert => alert.Number("session_id")), Is.EqualTo(new[] { own }));
    }

    private (string, object)[] Resource => [("service.name", "claude-code"), ("entourage.agent_id", team.Agent)];

    private string Request(string request) => $"{team.Agent}-{request}";

    private JsonObject LlmRequest(string request, string model = Model)
    {
        var span = OtlpPayload.Span(Now, team.Agent.Replace("-", "", StringComparison.Ordinal)[^16..], [
            ("session.id", "s-1"), ("model", model), ("request_id", Request(request)), ("input_tokens", 1000L), ("output_tokens", 200L),
            ("cache_read_tokens", 30000L), ("cache_creation_tokens", 400L)]);
        span["name"] = "claude_code.llm_request";
        return span;
    }

    private async Task EnsureSpentAsync(decimal usd)
    {
        Assert.That((await team.BudgetAsync()).Usd("daily_spent_usd"), Is.EqualTo(usd));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    private async Task<JsonNode> SessionAsync() => (await Api.GetAsync($"/agents/{team.Agent}/sessions")).Ok.AsArray().Single()!;

    private async Task<IReadOnlyList<JsonNode>> UsageAsync() =>
        [.. (await Api.GetAsync($"/sessions/{(await SessionAsync()).Number("id")}/usage")).Ok.AsArray().Select(usage => usage!)];

    private async Task<IReadOnlyList<JsonNode>> AlertsAsync(string kind) =>
        [.. (await Api.GetAsync($"/teams/{team.Id}/alerts?kind={kind}")).Ok.AsArray().Select(alert => alert!)];

    private async Task TakeAsync(string signal, string json) => Assert.That((await Api.TakeAsync(signal, json)).Text, Is.EqualTo("{}"));
}
