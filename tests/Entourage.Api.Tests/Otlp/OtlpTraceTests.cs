using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Otlp;

/// <summary>Spans and events of the current and earlier generative AI conventions are recorded as usage.</summary>
internal sealed class OtlpTraceTests(Store store) : ApiFixture(store)
{
    private DateTimeOffset Now => Host.Clock.GetUtcNow();

    [TestCase("gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_creation.input_tokens")]
    [TestCase("gen_ai.usage.prompt_tokens", "gen_ai.usage.completion_tokens", "gen_ai.usage.cache_read_input_tokens", "gen_ai.usage.cache_creation_input_tokens")]
    public async Task Span_of_a_call_is_a_usage_without_cached_tokens_in_its_input(string input, string output, string read, string written)
    {
        var team = await Api.CreateTeamAsync();
        var span = OtlpPayload.Span(Now, "00f067aa0ba902b7", [
            ("gen_ai.operation.name", "chat"), ("gen_ai.request.model", "claude-sonnet-4"), ("gen_ai.response.model", "claude-sonnet-4-20250514"),
            ("gen_ai.conversation.id", "conv-1"), (input, 31_400L), (output, 200L), (read, 30_000L), (written, 400L)]);

        Assert.That((await Api.TakeAsync(OtlpPayload.Traces, Spans(team, span))).Text, Is.EqualTo("{}"));
        Assert.That((await Api.TakeAsync(OtlpPayload.Traces, Spans(team, span))).Text, Is.EqualTo("{}"));

        var session = (await SessionsAsync(team)).Single();
        Assert.Multiple(() =>
        {
            Assert.That((session.Number("input_tokens"), session.Number("output_tokens")), Is.EqualTo((1000L, 200L)));
            Assert.That((session.Number("cache_read_tokens"), session.Number("cache_write_tokens")), Is.EqualTo((30000L, 400L)));
            Assert.That(session.Usd("cost_usd"), Is.EqualTo(0.003m + 0.003m + 0.009m + 0.0015m), "priced by the catalogue");
        });
    }

    [TestCase("claude-sonnet-4-20250514", "house-answer-7", "claude-sonnet-4-20250514", 3)]
    [TestCase("claude-sonnet-4-20250514", "claude-opus-5", "claude-opus-5", 5)]
    [TestCase("house-request-7", "house-answer-7", "house-answer-7", 5)]
    public async Task Price_falls_back_from_the_responding_model_to_the_requested_one(string asked, string answered, string model, decimal usd)
    {
        var team = await Api.CreateTeamAsync(model: "gpt-5");
        var span = OtlpPayload.Span(Now, "00f067aa0ba902f1", [
            ("gen_ai.operation.name", "chat"), ("gen_ai.request.model", asked), ("gen_ai.response.model", answered), ("gen_ai.usage.input_tokens", 200_000L),
            ("gen_ai.usage.output_tokens", 0L)]);

        await Api.TakeAsync(OtlpPayload.Traces, Spans(team, span));

        var row = (await team.CostsAsync()).Items("by_model").MaxBy(row => row.Usd("cost_usd"))!;
        Assert.That((row.Text("model"), row.Usd("cost_usd")), Is.EqualTo((model, usd / 5)));
    }

    [Test]
    public async Task Stated_cost_is_compared_only_with_the_price_of_the_responding_model()
    {
        var team = await Api.CreateTeamAsync(model: "gpt-5");
        var span = OtlpPayload.Span(Now, "00f067aa0ba902f2", [
            ("gen_ai.operation.name", "chat"), ("gen_ai.request.model", "claude-opus-5"), ("gen_ai.response.model", "house-answer-7"),
            ("gen_ai.usage.input_tokens", 200_000L), ("gen_ai.usage.output_tokens", 0L), ("gen_ai.usage.cost", 0.01)]);

        await Api.TakeAsync(OtlpPayload.Traces, Spans(team, span));

        var row = (await team.CostsAsync()).Items("by_model").MaxBy(row => row.Usd("cost_usd"))!;
        Assert.That((row.Text("model"), row.Usd("cost_usd")), Is.EqualTo(("house-answer-7", 0.01m)));
        Assert.That((await Api.GetAsync($"/teams/{team.Id}/alerts?kind=cost_differs")).Ok.AsArray(), Is.Empty);
    }

    [Test]
    public async Task Call_in_a_span_and_its_event_is_counted_once_and_enclosing_spans_are_not()
    {
        var team = await Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        (string, object)[] call = [
            ("gen_ai.operation.name", "chat"), ("gen_ai.conversation.id", "c"), ("gen_ai.usage.input_tokens", 100L), ("gen_ai.usage.output_tokens", 10L),
            ("gen_ai.usage.cost", 0.25)];
        var span = OtlpPayload.Span(Now, "00f067aa0ba902b8", call);
        var event_ = Events(team, Event("00f067aa0ba902b8", call));
        var whole = OtlpPayload.Span(Now, "00f067aa0ba902b9", [("gen_ai.operation.name", "invoke_agent"), ("gen_ai.usage.input_tokens", 100L), ("gen_ai.usage.cost", 0.25)]);

        await Api.TakeAsync(OtlpPayload.Logs, event_);
        await Api.TakeAsync(OtlpPayload.Traces, Spans(team, span, whole, OtlpPayload.Span(Now, "00f067aa0ba902ba", [("http.request.method", "GET")])));

        var session = (await SessionsAsync(team)).Single();
        Assert.That((session.Usd("cost_usd"), session.Number("tokens")), Is.EqualTo((0.25m, 110L)));
    }

    [Test]
    public async Task Calls_reported_only_by_events_of_a_shared_span_are_each_counted_once()
    {
        var team = await Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        var (shared, own) = ("00f067aa0ba902e1", "00f067aa0ba902e2");
        var events = Events(
            team,
            Event(shared, Call(1, "resp_1")), Event(shared, Call(2, "resp_2")), Event(shared, Call(2, "resp_2")), Event(shared, Call(8, null)),
            Event(own, Call(4, "resp_1")));
        var spans = Spans(
            team,
            OtlpPayload.Span(Now, own, Call(4, "resp_1")),
            OtlpPayload.Span(Now, shared, [("gen_ai.operation.name", "invoke_agent"), ("gen_ai.usage.input_tokens", 15L)]));

        foreach (var (signal, json) in new[] { (OtlpPayload.Logs, events), (OtlpPayload.Traces, spans), (OtlpPayload.Logs, events), (OtlpPayload.Traces, spans) })
        {
            Assert.That((await Api.TakeAsync(signal, json)).Text, Is.EqualTo("{}"));
        }

        Assert.That((await SessionsAsync(team)).Single().Usd("cost_usd"), Is.EqualTo(15m));

        static (string, object)[] Call(long usd, string? response) => [
            ("gen_ai.operation.name", "chat"), ("gen_ai.conversation.id", "c"), ("gen_ai.usage.input_tokens", 100L), ("gen_ai.usage.cost", (double)usd),
            .. response is null ? Array.Empty<(string, object)>() : [("gen_ai.response.id", response)]];
    }

    [Test]
    public async Task Failed_call_is_a_usage_with_its_error_and_all_its_tokens()
    {
        var team = await Api.CreateTeamAsync();
        await Api.TakeAsync(OtlpPayload.Traces, Spans(
            team,
            OtlpPayload.Span(Now, "00f067aa0ba902c1", [("gen_ai.operation.name", "chat"), ("gen_ai.request.model", "m")], error: "the model is overloaded"),
            OtlpPayload.Span(Now, "00f067aa0ba902c2", [("gen_ai.usage.input_tokens", 5L), ("gen_ai.usage.cache_read.input_tokens", 50L), ("gen_ai.usage.cost", 0.1)])));

        var session = (await SessionsAsync(team)).Single();
        var usages = (await Api.GetAsync($"/sessions/{session.Number("id")}/usage")).Ok.AsArray();
        Assert.That(usages.Select(usage => usage!.Text("error")), Is.EquivalentTo(new[] { null, "the model is overloaded" }));
        Assert.That((session.Number("input_tokens"), session.Number("cache_read_tokens"), session.Usd("cost_usd")), Is.EqualTo((5L, 50L, 0.1m)));
    }

    [Test]
    public async Task Call_of_Claude_Code_in_its_event_and_span_is_counted_once()
    {
        var team = await Api.CreateTeamAsync();
        var span = OtlpPayload.Span(Now, "00f067aa0ba902d1", [
            ("session.id", "s-1"), ("request_id", "req_x"), ("model", "claude-sonnet-4-20250514"), ("input_tokens", 1000L), ("output_tokens", 200L),
            ("cache_read_tokens", 30000L), ("cache_creation_tokens", 400L)]);
        span["name"] = "claude_code.llm_request";

        await Api.TakeAsync(OtlpPayload.Traces, Spans(team, span));
        await Api.TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf([("entourage.agent_id", team.Agent)], OtlpPayload.ApiRequest(Now, "s-1", "req_x", 0.0165m)));

        var session = (await SessionsAsync(team)).Single();
        Assert.That((session.Usd("cost_usd"), session.Number("input_tokens")), Is.EqualTo((0.0165m, 1000L)));
    }

    private static string Events(TestTeam team, params JsonObject[] records) =>
        OtlpPayload.LogsOf([("entourage.agent_id", team.Agent)], records).Replace("com.anthropic.claude_code.events", "my.library", StringComparison.Ordinal);

    private static string Spans(TestTeam team, params JsonObject[] spans) =>
        OtlpPayload.SpansOf([("service.name", "my-agent"), ("entourage.agent_id", team.Agent)], spans);

    private JsonObject Event(string spanId, (string Key, object Value)[] attributes)
    {
        var record = OtlpPayload.Event(Now, "x", attributes);
        record["body"] = null;
        record["eventName"] = "gen_ai.client.inference.operation.details";
        record["traceId"] = "5B8EFFF798038103D269B633813FC60C";
        record["spanId"] = spanId;
        return record;
    }

    private async Task<IReadOnlyList<JsonNode>> SessionsAsync(TestTeam team) =>
        [.. (await Api.GetAsync($"/agents/{team.Agent}/sessions")).Ok.AsArray().Select(session => session!)];
}
