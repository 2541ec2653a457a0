using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Otlp;

/// <summary>Sub-agents belong to the session's tree, and spans that sum up other spans count nothing.</summary>
internal sealed class OtlpTreeTests(Store store) : ApiFixture(store)
{
    private const string Claude = "claude-opus-4-5";

    private TestTeam team = null!;

    private DateTimeOffset Now => Host.Clock.GetUtcNow();

    [SetUp]
    public async Task CreateAsync()
    {
        Host.Clock.Advance(TimeSpan.FromMinutes(10));
        team = await Api.CreateTeamAsync();
    }

    [Test]
    public async Task Spans_and_counters_of_a_sub_agent_are_counted_once_below_the_session()
    {
        // Five calls of the session and five of its sub-agent. The spans name the sub-agent as the conversation.
        var start = Now.AddMinutes(-2);
        var spans = Enumerable.Range(1, 10).Select(call => LlmRequest(start.AddSeconds(call), call, call > 5 ? "sub-1" : null)).ToArray();
        var counters = OtlpPayload.Counters(start, start.AddMinutes(1), "s-1", calls: 10, costUsd: null, model: Claude);

        await TakeAsync(OtlpPayload.Traces, OtlpPayload.SpansOf(Resource, spans));
        await TakeAsync(OtlpPayload.Metrics, OtlpPayload.MetricsOf(Resource, counters));

        var sessions = await SessionsAsync();
        var (parent, child) = (sessions.Single(session => session["parent_session_id"] is null), sessions.Single(session => session["parent_session_id"] is not null));
        Assert.Multiple(() =>
        {
            Assert.That(sessions.Sum(session => session.Number("input_tokens")), Is.EqualTo(10_000));
            Assert.That(child.Number("parent_session_id"), Is.EqualTo(parent.Number("id")));
            Assert.That((parent.Number("output_tokens"), child.Number("output_tokens")), Is.EqualTo((1_000L, 1_000L)));
            Assert.That(parent.Usd("tree_cost_usd"), Is.EqualTo(parent.Usd("cost_usd") + child.Usd("cost_usd")));
        });
    }

    [Test]
    public async Task Late_usage_of_an_ended_sub_agent_is_recorded_in_its_session()
    {
        await TakeAsync(OtlpPayload.Traces, OtlpPayload.SpansOf(Resource, LlmRequest(Now, 1, "sub-1")));
        await TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf(Resource, OtlpPayload.Event(Now, "subagent_completed", [("session.id", "s-1"), ("agent_id", "sub-1"), ("total_tokens", 6506L)])));
        await TakeAsync(OtlpPayload.Traces, OtlpPayload.SpansOf(Resource, LlmRequest(Now, 2, "sub-1")));

        var child = (await SessionsAsync()).Single(session => session["parent_session_id"] is not null);
        Assert.That((child.Text("status"), child.Number("input_tokens")), Is.EqualTo(("completed", 2_000L)));
    }

    [Test]
    public async Task Sub_agent_of_a_killed_session_is_recorded_in_that_session()
    {
        await TakeAsync(OtlpPayload.Traces, OtlpPayload.SpansOf(Resource, LlmRequest(Now, 1, null)));
        var session = (await SessionsAsync()).Single().Number("id");
        _ = (await Api.PostAsync($"/sessions/{session}/kill", new { reason = "enough" })).Ok;

        await TakeAsync(OtlpPayload.Traces, OtlpPayload.SpansOf(Resource, LlmRequest(Now, 2, "sub-1")));

        Assert.That((await SessionsAsync()).Single().Number("input_tokens"), Is.EqualTo(2_000));
    }

    [Test]
    public async Task Span_whose_children_reported_usage_adds_nothing([Values("", "chat")] string operation, [Values(0, 1, 2, 3, 4)] int order)
    {
        // The sum covers two calls, one of them below a span without usage.
        var whole = Span("a1", null, 300, operation);
        var call = Span("a2", "a1", 100, "chat");
        var tool = OtlpPayload.Span(Now, Id("a3"), [("gen_ai.operation.name", "execute_tool")]);
        tool["parentSpanId"] = Id("a1");
        var below = Span("a4", "a3", 200, "chat");
        JsonObject[][][] orders =
        [
            [[whole, call, tool, below]],
            [[call, tool, below], [whole]],
            [[whole], [call, tool, below]],
            [[call], [whole], [tool, below], [whole]],
            [[whole], [below, tool], [whole, call], [call]],
        ];

        foreach (var export in orders[order])
        {
            await TakeAsync(OtlpPayload.Traces, OtlpPayload.SpansOf([.. Resource, ("session.id", "s-2")], export));
        }

        await EnsureInputAsync(300);
    }

    [Test]
    public async Task Late_span_without_usage_joins_a_sum_to_earlier_calls()
    {
        var step = OtlpPayload.Span(Now, Id("d2"), [("gen_ai.operation.name", "execute_tool")]);
        step["parentSpanId"] = Id("d1");
        var whole = OtlpPayload.SpansOf([.. Resource, ("session.id", "s-5")], step, Span("d1", null, 100, ""));

        await TakeAsync(OtlpPayload.Traces, OtlpPayload.SpansOf([.. Resource, ("session.id", "s-5")], Span("d3", "d2", 100, "chat")));
        await TakeAsync(OtlpPayload.Traces, whole);
        await TakeAsync(OtlpPayload.Traces, whole);

        await EnsureInputAsync(100);
    }

    [Test]
    public async Task Call_first_reported_by_its_event_is_part_of_the_sum()
    {
        var call = Span("e2", "e1", 100, "chat");
        var asEvent = OtlpPayload.Event(Now, "gen_ai.client.inference.operation.details", [
            ("gen_ai.operation.name", "chat"), ("gen_ai.request.model", Claude), ("gen_ai.usage.input_tokens", 100L), ("gen_ai.usage.output_tokens", 0L)]);
        (asEvent["body"], asEvent["traceId"], asEvent["spanId"]) = (null, call["traceId"]!.DeepClone(), call["spanId"]!.DeepClone());
        (string, object)[] program = [("service.name", "my-agent"), ("entourage.agent_id", team.Agent), ("session.id", "s-6")];

        await TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf(program, asEvent).Replace("com.anthropic.claude_code.events", "other", StringComparison.Ordinal));
        await TakeAsync(OtlpPayload.Traces, OtlpPayload.SpansOf(program, call));
        await TakeAsync(OtlpPayload.Traces, OtlpPayload.SpansOf(program, Span("e1", null, 100, "")));

        await EnsureInputAsync(100);
    }

    [Test]
    public async Task Failed_span_keeps_the_tokens_of_its_call([Values] bool failureFirst)
    {
        var call = Span("f1", null, 100, "chat");
        var failed = OtlpPayload.Span(Now, Id("f1"), [("gen_ai.operation.name", "chat"), ("gen_ai.request.model", Claude)], error: "cut off");
        foreach (var span in failureFirst ? new[] { failed, call } : [call, failed])
        {
            await TakeAsync(OtlpPayload.Traces, OtlpPayload.SpansOf([.. Resource, ("session.id", "s-7")], span));
        }

        await EnsureInputAsync(100);
    }

    [Test]
    public async Task Span_is_counted_when_no_span_below_it_reports_usage()
    {
        var failed = Span("b2", "b1", 0, "chat");
        failed["status"] = new JsonObject { ["code"] = 2, ["message"] = "overloaded" };

        await TakeAsync(OtlpPayload.Traces, OtlpPayload.SpansOf([.. Resource, ("session.id", "s-3")], Span("b1", null, 300, "chat"), failed));

        await EnsureInputAsync(300);
    }

    [Test]
    public async Task Sums_at_several_levels_add_nothing_in_any_order([Values] bool fromTheTop)
    {
        JsonObject[] spans = [Span("c1", null, 100, ""), Span("c2", "c1", 100, "chat"), Span("c3", "c2", 100, "chat")];

        foreach (var span in fromTheTop ? spans : [.. spans.Reverse()])
        {
            await TakeAsync(OtlpPayload.Traces, OtlpPayload.SpansOf([.. Resource, ("session.id", "s-4")], span));
        }

        await EnsureInputAsync(100);
    }

    private (string, object)[] Resource => [("service.name", "claude-code"), ("entourage.agent_id", team.Agent)];

    // Makes ids unique to this test run.
    private string Id(string tail) => team.Agent.Replace("-", "", StringComparison.Ordinal)[^14..] + tail;

    private JsonObject Span(string id, string? parent, long input, string operation)
    {
        var span = OtlpPayload.Span(Now, Id(id), [
            .. operation.Length == 0 ? Array.Empty<(string, object)>() : [("gen_ai.operation.name", operation), ("gen_ai.request.model", Claude)],
            ("gen_ai.usage.input_tokens", input), ("gen_ai.usage.output_tokens", 0L)]);
        span["parentSpanId"] = parent is null ? "" : Id(parent);
        return span;
    }

    private JsonObject LlmRequest(DateTimeOffset at, int number, string? subAgent)
    {
        var span = OtlpPayload.Span(at, Id($"{number:x2}"), [
            ("session.id", "s-1"), ("gen_ai.conversation.id", subAgent ?? "s-1"), .. subAgent is null ? Array.Empty<(string, object)>() : [("agent_id", subAgent)],
            ("model", Claude), ("request_id", $"{team.Agent}-{number}"), ("input_tokens", 1000L), ("output_tokens", 200L),
            ("cache_read_tokens", 30000L), ("cache_creation_tokens", 400L)]);
        span["name"] = "claude_code.llm_request";
        return span;
    }

    private async Task EnsureInputAsync(long tokens)
    {
        Assert.That((await SessionsAsync()).Sum(session => session.Number("input_tokens")), Is.EqualTo(tokens));
        Assert.That((await team.BudgetAsync()).Usd("daily_spent_usd"), Is.EqualTo(tokens * 0.000005m), "priced by the model");
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    private async Task<IReadOnlyList<JsonNode>> SessionsAsync() =>
        [.. (await Api.GetAsync($"/agents/{team.Agent}/sessions")).Ok.AsArray().Select(session => session!)];

    private async Task TakeAsync(string signal, string json) => Assert.That((await Api.TakeAsync(signal, json)).Text, Is.EqualTo("{}"));
}
