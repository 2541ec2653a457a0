using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Entourage.Testing;

namespace Entourage.Api.Tests.Otlp;

/// <summary>Recordings of real programs lead to the same tokens and dollars as the provider's bill.</summary>
internal sealed partial class OtlpClientTests(Store store) : ApiFixture(store)
{
    [TestCase(OtlpPayload.Traces, "ai-sdk-6.0.326-traces-anthropic", 4776, 2076, 23334, 10038, "0.1154808")]
    [TestCase(OtlpPayload.Traces, "ai-sdk-6.0.326-traces-openai", 2858, 1667, 5177, 0, "0.021129875")]
    [TestCase(OtlpPayload.Traces, "opencode-1.18.33-traces", 3086, 1342, 15374, 6538, "0.0195059")]
    [TestCase(OtlpPayload.Traces, "traceloop-0.27.0-traces-anthropic", 3303, 1435, 15777, 6879, "0.0794624")]
    [TestCase(OtlpPayload.Logs, "codex-0.169.0-logs-sse_event-completed", 2774, 1589, 5951, 0, "0.020101375")]
    [TestCase(OtlpPayload.Logs, "gemini-cli-0.61.0-logs-api_response", 2810, 2352, 8027, 0, "0.028035875")]
    [TestCase(OtlpPayload.Logs, "claude-code-2.1.328-logs-api_request-1h-cache", 2257, 977, 9013, 4391, "0.0654896")]
    [TestCase(OtlpPayload.Logs, "claude-code-2.1.328-logs-api_request", 223, 115, 10057, 2039, "0.0153984")]
    [TestCase(OtlpPayload.Logs, "claude-code-2.1.328-logs-api_request-subagent", 335, 163, 10265, 2215, "0.017728")]
    [TestCase(OtlpPayload.Logs, "claude-code-2.1.328-logs-api_error", 0, 0, 0, 0, "0")]
    [TestCase(OtlpPayload.Traces, "claude-code-2.1.328-traces-llm_request", 290, 134, 5360, 1300, "0.011412")]
    [TestCase(OtlpPayload.Traces, "claude-code-2.1.328-traces-llm_request-subagent", 615, 283, 10785, 2655, "0.023552")]
    [TestCase(OtlpPayload.Metrics, "claude-code-2.1.328-metrics", 978, 458, 21102, 4914, "0.0418624")]
    [TestCase(OtlpPayload.Traces, "msft-extensions-ai-11.0.0-traces-streaming", 12630, 1843, 17545, 0, "0.090889")]
    public async Task Recorded_tokens_and_dollars_equal_the_providers_bill(
        string signal, string recording, long input, long output, long cacheRead, long cacheWrite, string usd)
    {
        var team = await Api.CreateTeamAsync();

        await SendAsync(team, signal, recording);
        await SendAsync(team, signal, recording);

        var sessions = (await Api.GetAsync($"/agents/{team.Agent}/sessions")).Ok.AsArray();
        var sums = new[] { "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens" }
            .Select(name => sessions.Sum(session => session!.Number(name)));
        Assert.Multiple(() =>
        {
            Assert.That(sums, Is.EqualTo(new[] { input, output, cacheRead, cacheWrite }));
            Assert.That(sessions.Sum(session => session!.Usd("cost_usd")), Is.EqualTo(decimal.Parse(usd, CultureInfo.InvariantCulture)));
        });
    }

    [TestCase("codex-0.169.0-logs-sse_event-completed", OtlpPayload.Traces, "codex-0.169.0-traces-handle_responses", "0.020101375")]
    [TestCase("gemini-cli-0.61.0-logs-api_response", OtlpPayload.Logs, "gemini-cli-0.61.0-logs-inference-details", "0.028035875")]
    [TestCase("gemini-cli-0.61.0-logs-api_response", OtlpPayload.Traces, "gemini-cli-0.61.0-traces-llm_call", "0.028035875")]
    public async Task Signal_that_repeats_counted_calls_adds_nothing(string counted, string signal, string repeating, string usd)
    {
        var team = await Api.CreateTeamAsync();

        await SendAsync(team, OtlpPayload.Logs, counted);
        await SendAsync(team, signal, repeating);

        var sessions = (await Api.GetAsync($"/agents/{team.Agent}/sessions")).Ok.AsArray();
        Assert.That(sessions.Sum(session => session!.Usd("cost_usd")), Is.EqualTo(decimal.Parse(usd, CultureInfo.InvariantCulture)));
    }

    [TestCase(OtlpPayload.Metrics, "codex-0.169.0-metrics", "codex.turn.token_usage")]
    [TestCase(OtlpPayload.Traces, "codex-0.169.0-traces-handle_responses", "handle_responses")]
    [TestCase(OtlpPayload.Metrics, "gemini-cli-0.61.0-metrics", "gemini_cli.token.usage")]
    public async Task Usage_in_an_unsupported_form_is_reported_unless_it_also_came_in_another(string signal, string recording, string named)
    {
        var team = await Api.CreateTeamAsync();

        var alone = await TakeAsync(team, signal, recording);
        await SendAsync(team, OtlpPayload.Logs, recording.StartsWith("codex", StringComparison.Ordinal) ? "codex-0.169.0-logs-sse_event-completed" : "gemini-cli-0.61.0-logs-api_response");
        await SendAsync(team, signal, recording);

        Assert.That(alone.Ok["partialSuccess"]!.Text("errorMessage"), Does.Contain(named).And.Contain("Send logs"));
    }

    [TestCase("LLM", 0.25)]
    [TestCase("AGENT", 0)]
    [TestCase("CHAIN", 0)]
    public async Task OpenInference_span_is_counted_when_it_is_a_call(string kind, decimal usd)
    {
        var team = await Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        var span = OtlpPayload.Span(Host.Clock.GetUtcNow(), "00f067aa0ba902b7", [
            ("openinference.span.kind", kind), ("llm.model_name", "gpt-5"), ("session.id", "s-1"), ("llm.token_count.prompt", 1000L),
            ("llm.token_count.completion", 200L), ("llm.token_count.prompt_details.cache_read", 700L), ("llm.cost.total", 0.25)]);

        await Api.TakeAsync(OtlpPayload.Traces, OtlpPayload.SpansOf([("entourage.agent_id", team.Agent)], span));

        var sessions = (await Api.GetAsync($"/agents/{team.Agent}/sessions")).Ok.AsArray();
        Assert.That(sessions.Sum(session => session!.Usd("cost_usd")), Is.EqualTo(usd));
        Assert.That(sessions.Sum(session => session!.Number("input_tokens")), Is.EqualTo(usd == 0 ? 0 : 300));
        Assert.That(sessions.Sum(session => session!.Number("cache_read_tokens")), Is.EqualTo(usd == 0 ? 0 : 700));
    }

    [TestCase("gen_ai.usage.cache_read_tokens", "gen_ai.usage.cache_write_tokens")]
    [TestCase("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_write.input_tokens")]
    [TestCase("gen_ai.usage.details.cache_read_tokens", "gen_ai.usage.details.cache_write_tokens")]
    [TestCase("gen_ai.usage.details.cache_read_input_tokens", "gen_ai.usage.details.cache_creation_input_tokens")]
    [TestCase("gen_ai.usage.input_tokens_details.cached_tokens", "gen_ai.usage.cache_creation_tokens")]
    [TestCase("ai.usage.cachedInputTokens", "ai.usage.inputTokenDetails.cacheWriteTokens")]
    public async Task Cached_tokens_are_read_in_every_spelling(string read, string write)
    {
        var team = await Api.CreateTeamAsync();
        var now = Host.Clock.GetUtcNow();
        await Api.TakeAsync(OtlpPayload.Traces, OtlpPayload.SpansOf(
            [("entourage.agent_id", team.Agent), ("session.id", "s-1")],
            OtlpPayload.Span(now, "00f067aa0ba902b7", Call(input: 1_000)),
            OtlpPayload.Span(now, "00f067aa0ba902b8", Call(input: 100))));

        var session = (await Api.GetAsync($"/agents/{team.Agent}/sessions")).Ok.AsArray().Single()!;

        // The first input includes the cached tokens. The second is too small to include them.
        Assert.That(
            (session.Number("input_tokens"), session.Number("cache_read_tokens"), session.Number("cache_write_tokens")),
            Is.EqualTo((400L + 100, 1_000L, 200L)));

        (string, object)[] Call(long input) => [
            ("gen_ai.operation.name", "chat"), ("gen_ai.request.model", "claude-sonnet-4"), ("gen_ai.usage.input_tokens", input),
            ("gen_ai.usage.output_tokens", 10L), (read, 500L), (write, 100L)];
    }

    // Moves the recording to the test's time and agent.
    private async Task SendAsync(TestTeam team, string signal, string recording) =>
        Assert.That((await TakeAsync(team, signal, recording)).Text, Is.EqualTo("{}"));

    private async Task<Answer> TakeAsync(TestTeam team, string signal, string recording)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Fixtures", "otlp", $"{recording}.json");
        var recorded = Instants.Replace(await File.ReadAllTextAsync(path), $"$1\"{OtlpPayload.Nanoseconds(Host.Clock.GetUtcNow())}\"");
        var agent = new JsonObject { ["key"] = "entourage.agent_id", ["value"] = new JsonObject { ["stringValue"] = team.Agent } };
        var json = ResourceAttributes.Replace(recorded, $"$&{agent.ToJsonString()},", count: 1);
        return await Api.TakeAsync(signal, json);
    }

    [GeneratedRegex(@"""attributes"":\s*\[")]
    private static partial Regex ResourceAttributes { get; }

    [GeneratedRegex(@"(""\w*UnixNano"":\s*)""\d+""")]
    private static partial Regex Instants { get; }
}
