using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Gateway;

/// <summary>Calls through the gateway: what the provider gets, what the client gets, and what is recorded.</summary>
internal sealed class CallTests(Store store) : GatewayFixture(store)
{
    // 3 USD for a million input tokens, 15 USD for a million output tokens.
    private const decimal InputUsd = 0.000003m;
    private const decimal OutputUsd = 0.000015m;

    [Test]
    public async Task Call_is_passed_on_unchanged_with_the_key_of_the_provider_and_recorded_to_the_digit()
    {
        var (request, answer) = (Messages(more: ""","metadata":{"user_id":"é"},"unknown":[1,2.50]"""), Message(1_234, 567));
        Provider.Answer = (context, _) =>
        {
            context.Response.Headers["request-id"] = "req_1";
            context.Response.Headers["anthropic-ratelimit-tokens-remaining"] = "7";
            return FakeProvider.AnswerJsonAsync(context, answer);
        };

        var got = await CallAsync("anthropic/v1/messages?beta=true", request, ("anthropic-version", "2023-06-01"), ("anthropic-beta", "b1,b2"), ("x-api-key", "an Entourage key"));

        var call = Provider.Calls.Single();
        Assert.That((got.StatusCode, await got.Content.ReadAsStringAsync()), Is.EqualTo((HttpStatusCode.OK, answer)));
        Assert.That(got.Headers.GetValues("request-id").Single(), Is.EqualTo("req_1"));
        Assert.That(got.Headers.GetValues("anthropic-ratelimit-tokens-remaining").Single(), Is.EqualTo("7"));
        Assert.That((call.Target, Encoding.UTF8.GetString(call.Body)), Is.EqualTo(("/v1/messages?beta=true", request)));
        Assert.That((call.Headers["x-api-key"], call.Headers["anthropic-version"], call.Headers["anthropic-beta"]), Is.EqualTo((ProviderKey, "2023-06-01", "b1,b2")));
        Assert.That(call.Headers.Keys, Has.None.StartsWith("X-Entourage").IgnoreCase.And.None.EqualTo("traceparent").IgnoreCase);
        Assert.That(await BudgetAsync(), Is.EqualTo(((1_234 * InputUsd) + (567 * OutputUsd), 0m)));
    }

    [Test]
    public async Task Stream_arrives_byte_for_byte_and_is_recorded_to_the_digit()
    {
        var events = MessageEvents(1_000, 200).ToArray();
        Provider.Answer = (context, _) => FakeProvider.StreamAsync(context, events);

        var got = await CallAsync("anthropic/v1/messages", Messages(stream: true));

        Assert.That(await got.Content.ReadAsStringAsync(), Is.EqualTo(string.Concat(events)));
        Assert.That(await BudgetAsync(), Is.EqualTo(((1_000 * InputUsd) + (200 * OutputUsd), 0m)));
    }

    [Test]
    public async Task Output_limit_is_lowered_to_what_fits_and_refused_below_the_least()
    {
        Provider.Answer = (context, _) => FakeProvider.AnswerJsonAsync(context, Message(100, 10));
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 0.1m });

        _ = await CallAsync("anthropic/v1/messages", Messages(maxTokens: 100_000));
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 0.003m });
        var refused = await CallAsync("anthropic/v1/messages", Messages(maxTokens: 100_000));

        Assert.That(Provider.Calls.Single().Json["max_tokens"]!.GetValue<int>(), Is.InRange(6_000, 6_666));
        var error = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!;
        Assert.That(refused.Headers.GetValues("x-should-retry").Single(), Is.EqualTo("false"));
        Assert.That((error.Text("type"), error["error"]!.Text("type")), Is.EqualTo(("error", "billing_error")));
        Assert.That(error["error"]!.Text("message"), Does.Contain("team's daily budget of 0.003 USD").And.Contain("left").And.Contain("resets at"));
    }

    [TestCase(400)]
    [TestCase(429)]
    [TestCase(529)]
    public async Task Error_of_the_provider_is_passed_on_and_costs_nothing(int status)
    {
        const string Error = """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""";
        Provider.Answer = (context, _) => FakeProvider.AnswerJsonAsync(context, Error, status);

        var got = await CallAsync("anthropic/v1/messages", Messages());

        Assert.That(((int)got.StatusCode, await got.Content.ReadAsStringAsync()), Is.EqualTo((status, Error)));
        Assert.That(await BudgetAsync(), Is.EqualTo((0m, 0m)));
    }

    [Test]
    public async Task Stream_that_the_client_leaves_is_cancelled_and_charged_as_an_estimate()
    {
        var events = MessageEvents(1_000, 200).Take(2).ToArray();
        Provider.Answer = async (context, _) =>
        {
            await FakeProvider.StreamAsync(context, events);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };

        using (var request = RequestOf("anthropic/v1/messages", Messages(stream: true)))
        using (var got = await Host.Api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            var first = new byte[10];
            await (await got.Content.ReadAsStreamAsync()).ReadExactlyAsync(first);
        }

        await Patience.UntilAsync(async () => Provider.Aborted.Count == 1 && await BudgetAsync() is ( > 0, 0));
        var usage = (await Host.Api.GetAsync("/sessions/1/usage")).Ok.AsArray().Single()!;
        Assert.That((usage["estimated"]!.GetValue<bool>(), usage["input_tokens"]!.GetValue<long>()), Is.EqualTo((true, 1_000)));
        Assert.That(usage["output_tokens"]!.GetValue<long>(), Is.InRange(1, 20));
    }

    [TestCase("kill")]
    [TestCase("pause")]
    public async Task Stop_cuts_a_running_stream_and_refuses_the_next_call(string stop)
    {
        Provider.Answer = async (context, _) =>
        {
            await FakeProvider.StreamAsync(context, MessageEvents(1_000, 200).Take(2));
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };
        using var request = RequestOf("anthropic/v1/messages", Messages(stream: true));
        using var got = await Host.Api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await Patience.UntilAsync(() => Provider.Calls.Count == 1);

        _ = stop == "kill"
            ? (await Host.Api.PostAsync("/sessions/1/kill", new { reason = "It loops" })).Ok
            : (await Host.Api.PostAsync($"/agents/{Team.Agent}/pause", new { reason = "It loops" })).Ok;

        Assert.That(await got.Content.ReadAsStringAsync(), Does.Contain("event: error").And.Contain("It loops"));
        await Patience.UntilAsync(async () => Provider.Aborted.Count == 1 && await BudgetAsync() is ( > 0, 0));
        var next = await CallAsync("anthropic/v1/messages", Messages());
        Assert.That(next.Headers.GetValues("x-should-retry").Single(), Is.EqualTo("false"));
        Assert.That(Provider.Calls, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Usage_of_a_stream_is_asked_for_and_withheld_from_a_client_that_did_not_ask()
    {
        const string Chunk = "data: {\"id\":\"c1\",\"model\":\"gpt-4o-mini\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\n";
        const string Usage = "data: {\"id\":\"c1\",\"model\":\"gpt-4o-mini\",\"choices\":[],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":100,\"prompt_tokens_details\":{\"cached_tokens\":0}}}\n\n";
        const string Done = "data: [DONE]\n\n";
        Provider.Answer = (context, _) => FakeProvider.StreamAsync(context, Chunk, Usage, Done);

        var got = await CallAsync("openai/v1/chat/completions", """{"model":"gpt-4o-mini","max_tokens":500,"stream":true,"messages":[]}""");

        Assert.That(await got.Content.ReadAsStringAsync(), Is.EqualTo(Chunk + Done));
        Assert.That(Provider.Calls.Single().Json["stream_options"]!["include_usage"]!.GetValue<bool>(), Is.True);
        Assert.That(Provider.Calls.Single().Headers["Authorization"], Is.EqualTo($"Bearer {ProviderKey}"));
        Assert.That(await BudgetAsync(), Is.EqualTo(((1_000 * 0.00000015m) + (100 * 0.0000006m), 0m)));
    }

    [Test]
    public async Task Call_of_gemini_is_metered_and_its_key_in_the_query_is_not_passed_on()
    {
        Provider.Answer = (context, _) => FakeProvider.AnswerJsonAsync(
            context,
            """{"candidates":[{"content":{"parts":[{"text":"Hi"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1000,"candidatesTokenCount":50,"thoughtsTokenCount":50},"modelVersion":"gemini-2.5-flash"}""");

        var got = await CallAsync("gemini/v1beta/models/gemini-2.5-flash:generateContent?key=ent_x&alt=json", """{"contents":[],"generationConfig":{"maxOutputTokens":500}}""");

        Assert.That(got.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(Provider.Calls.Single().Target, Is.EqualTo("/v1beta/models/gemini-2.5-flash:generateContent?alt=json"));
        Assert.That(Provider.Calls.Single().Headers["x-goog-api-key"], Is.EqualTo(ProviderKey));
        Assert.That(await BudgetAsync(), Is.EqualTo(((1_000 * 0.0000003m) + (100 * 0.0000025m), 0m)));
    }

    [TestCase("anthropic/v1/messages/batches")]
    [TestCase("anthropic/v1/messages/")]
    [TestCase("anthropic//v1/messages")]
    [TestCase("anthropic/v1%2Fmessages")]
    [TestCase("anthropic/V1/messages")]
    [TestCase("openai/v1/realtime")]
    [TestCase("openai/v1/audio/speech")]
    [TestCase("gemini/v1beta/models/gemini-2.5-flash:batchGenerateContent")]
    [TestCase("unknown/v1/messages")]
    public async Task Path_that_cannot_be_metered_is_refused(string path)
    {
        var got = await CallAsync(path, Messages());

        Assert.That(got.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(JsonNode.Parse(await got.Content.ReadAsStringAsync())!["error"], Is.Not.Null);
        Assert.That(Provider.Calls, Is.Empty);
    }

    [Test]
    public async Task Conversations_and_sub_agents_of_a_client_are_sessions_of_their_own()
    {
        Provider.Answer = (context, _) => FakeProvider.AnswerJsonAsync(context, Message(100, 10));
        foreach (var (conversation, subAgent) in new (string?, string?)[] { ("c1", null), ("c1", "a1"), ("c2", null), ("c1", "a1"), (null, null), (null, null) })
        {
            (string, string)[] headers = [.. conversation is null ? [] : new[] { ("x-claude-code-session-id", conversation) }, .. subAgent is null ? [] : new[] { ("x-claude-code-agent-id", subAgent) }];
            Assert.That((await CallAsync("anthropic/v1/messages", Messages(), headers)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        }

        var sessions = new List<JsonNode>();
        for (var id = 1; (await Host.Api.GetAsync($"/sessions/{id}")) is { Status: HttpStatusCode.OK } found; id++)
        {
            sessions.Add(found.Ok);
        }

        Assert.That(sessions.Select(session => session["parent_session_id"]?.GetValue<long>()), Is.EqualTo(new long?[] { null, 1, null, null }));
        Assert.That(sessions.Select(session => session["output_tokens"]!.GetValue<long>()), Is.EqualTo(new[] { 10, 20, 10, 20 }));
    }

    [Test]
    public async Task Provider_that_is_away_costs_nothing()
    {
        await Provider.DisposeAsync();

        var got = await CallAsync("anthropic/v1/messages", Messages());

        Assert.That((int)got.StatusCode, Is.GreaterThanOrEqualTo(500));
        Assert.That(await BudgetAsync(), Is.EqualTo((0m, 0m)));
    }

    [Test]
    public async Task Agent_is_named_by_its_name_and_an_unknown_one_is_refused_without_repeating_what_was_sent()
    {
        var name = $"solo-{Guid.CreateVersion7():N}";
        _ = (await Host.Api.PostAsync($"/teams/{Team.Id}/agents", new { name, model = Model })).Created;
        Provider.Answer = (context, _) => FakeProvider.AnswerJsonAsync(context, Message(100, 10));

        var known = await CallAsync("anthropic/v1/messages", Messages(), ("X-Entourage-Agent", name));
        var unknown = await CallAsync("anthropic/v1/messages", Messages(), ("X-Entourage-Agent", "sk-ant-secret"));

        Assert.That((known.StatusCode, unknown.StatusCode), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.Unauthorized)));
        Assert.That(await unknown.Content.ReadAsStringAsync(), Does.Contain("X-Entourage-Agent").And.Not.Contain("sk-ant-secret"));
        Assert.That(Provider.Calls, Has.Count.EqualTo(1));
    }
}
