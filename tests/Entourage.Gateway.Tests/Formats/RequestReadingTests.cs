using Entourage.Gateway.Formats;

using static Entourage.Gateway.Tests.Formats.Requests;

namespace Entourage.Gateway.Tests.Formats;

internal sealed class RequestReadingTests
{
    [Test]
    public void Message_states_its_limit_and_stream()
    {
        var request = Message("""{"model":"claude-opus-4-5","max_tokens":1024,"stream":true,"messages":[]}""");
        Assert.That(
            (request.Model, request.MaxOutputTokens, request.Choices, request.HasOutput, request.Streams),
            Is.EqualTo(("claude-opus-4-5", 1024L, 1, true, true)));
    }

    [Test]
    public void Limit_that_is_absent_is_unknown() => Assert.That(
        new[] { Message("""{"model":"m"}"""), Chat("""{"model":"m","max_tokens":null}"""), Response("""{"model":"m"}"""), Generation("{}") }
            .Select(request => request.MaxOutputTokens),
        Is.All.Null);

    [Test]
    public void Thinking_budget_bounds_how_far_the_limit_can_be_lowered() => Assert.That(
        (Message("""{"model":"m","max_tokens":8000,"thinking":{"type":"enabled","budget_tokens":4000}}""").LeastOutputTokens,
            Message("""{"model":"m","max_tokens":3000,"thinking":{"type":"enabled","budget_tokens":4000}}""").LeastOutputTokens,
            Message("""{"model":"m","max_tokens":3000,"thinking":{"type":"disabled"}}""").LeastOutputTokens),
        Is.EqualTo((4001L, 3000L, (long?)null)));

    [Test]
    public void Tier_is_read_under_the_name_that_prices_use() => Assert.That(
        new[]
        {
            Message("""{"model":"m","speed":"fast","service_tier":"auto"}""").Tier,
            Message("""{"model":"m","speed":"standard"}""").Tier,
            Message("""{"model":"m","service_tier":"standard_only"}""").Tier,
            Chat("""{"model":"m","service_tier":"priority"}""").Tier,
            Response("""{"model":"m","service_tier":"fast"}""").Tier,
            Response("""{"model":"m","service_tier":"flex"}""").Tier,
            Response("""{"model":"m","service_tier":"auto"}""").Tier,
            Response("""{"model":"m","service_tier":"ultrafast"}""").Tier,
            Generation("""{"serviceTier":"SERVICE_TIER_FLEX"}""").Tier,
            Generation("""{"service_tier":"priority"}""").Tier,
            Generation("""{"serviceTier":"SERVICE_TIER_UNSPECIFIED"}""").Tier,
        },
        Is.EqualTo(new[] { "fast", "standard", null, "fast", "fast", "flex", "standard", "ultrafast", "flex", "priority", "standard" }));

    [Test]
    public void Escaped_names_are_read() =>
        Assert.That(Message("""{"\u006dodel":"\u006d","max\u005ftokens":7}""") is { Model: "m", MaxOutputTokens: 7 }, Is.True);

    [TestCase("""{"max_tokens":100}""", 100)]
    [TestCase("""{"max_completion_tokens":100}""", 100)]
    [TestCase("""{"max_tokens":300,"max_completion_tokens":100}""", 300)]
    [TestCase("""{"max_tokens":100,"max_completion_tokens":300}""", 300)]
    [TestCase("""{"max_tokens":null,"max_completion_tokens":300}""", 300)]
    public void Larger_limit_of_a_chat_counts(string body, long expected) =>
        Assert.That(Chat($$"""{"model":"m",{{body[1..]}}""").MaxOutputTokens, Is.EqualTo(expected));

    [TestCase("""{"prompt":"a"}""", 1)]
    [TestCase("""{"prompt":"a","n":2,"best_of":5}""", 5)]
    [TestCase("""{"prompt":["a","b","c"],"n":2}""", 6)]
    [TestCase("""{"prompt":[1,2,3]}""", 1)]
    [TestCase("""{"prompt":[[1,2],[3]],"best_of":2}""", 4)]
    public void Answers_of_a_completion_are_counted_for_each_prompt(string body, int expected)
    {
        var request = Completion($$"""{"model":"m",{{body[1..]}}""");
        Assert.That((request.Choices, request.MaxOutputTokens), Is.EqualTo((expected, 16L)));
    }

    [Test]
    public void Embedding_has_no_output() => Assert.That(
        new[] { Embedding("""{"model":"m","input":"text"}"""), Generation("""{"content":{"parts":[{"text":"text"}]}}""", "embedContent") }
            .Select(request => (request.HasOutput, request.Streams, request.MaxOutputTokens)),
        Is.All.EqualTo((false, false, 0L)));

    [TestCase("generationConfig", "maxOutputTokens", "candidateCount")]
    [TestCase("generation_config", "max_output_tokens", "candidate_count")]
    public void Generation_is_read_in_both_spellings(string config, string limit, string count)
    {
        var request = Generation($$$"""{"{{{config}}}":{"{{{limit}}}":100,"{{{count}}}":2}}""", "streamGenerateContent");
        Assert.That((request.Model, request.MaxOutputTokens, request.Choices, request.Streams), Is.EqualTo(("gemini-2.5-pro", 100L, 2, true)));
    }

    [TestCase("""[]""")]
    [TestCase("""{"model":"m"}x""")]
    [TestCase("""{"model":"m"}{}""")]
    [TestCase("""{"model":"m",}""")]
    [TestCase("""{"model":"m"/**/}""")]
    [TestCase("""{"model":"m","x":[[[[""")]
    [TestCase("")]
    [TestCase("""{}""")]
    [TestCase("""{"model":""}""")]
    [TestCase("""{"model":1}""")]
    [TestCase("""{"model":null}""")]
    [TestCase("""{"model":"a\nb"}""")]
    [TestCase("""{"model":"a\ud800b"}""")]
    [TestCase("""{"model":"m","model":"n"}""")]
    [TestCase("""{"model":"m","mod\u0065l":"n"}""")]
    [TestCase("""{"model":"m","Model":"n"}""")]
    [TestCase("""{"model":"m","max_tokens":1,"max_tokens":2}""")]
    [TestCase("""{"model":"m","MAX_TOKENS":2}""")]
    [TestCase("""{"model":"m","max_tokens":"2"}""")]
    [TestCase("""{"model":"m","max_tokens":-1}""")]
    [TestCase("""{"model":"m","max_tokens":1.5}""")]
    [TestCase("""{"model":"m","max_tokens":1e3}""")]
    [TestCase("""{"model":"m","max_tokens":1000000001}""")]
    [TestCase("""{"model":"m","max_tokens":99999999999999999999}""")]
    [TestCase("""{"model":"m","max_tokens":{}}""")]
    [TestCase("""{"model":"m","stream":"true"}""")]
    [TestCase("""{"model":"m","\ud800":1}""")]
    public void Body_that_is_not_clear_is_refused(string body) => Assert.Multiple(() =>
    {
        Assert.That(() => Message(body), Throws.TypeOf<UnreadableRequestException>());
        Assert.That(() => Chat(body), Throws.TypeOf<UnreadableRequestException>());
    });

    [TestCase("""{"model":"m","max_tokens":0}""")]
    [TestCase("""{"model":"m","n":0}""")]
    [TestCase("""{"model":"m","n":100000}""")]
    [TestCase("""{"model":"m","stream":true,"stream_options":[]}""")]
    [TestCase("""{"model":"m","stream":true,"stream_options":{"include_usage":1}}""")]
    [TestCase("""{"model":"m","stream":true,"stream_options":{"include_usage":true,"include_usage":false}}""")]
    [TestCase("""{"model":"m","tools":[{"type":"function","type":"web_search"}]}""")]
    [TestCase("""{"model":"m","tools":[{"Type":"web_search"}]}""")]
    [TestCase("""{"model":"m","modalities":["text","audio"],"audio":{"voice":"alloy","format":"wav"}}""")]
    [TestCase("""{"model":"m","messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}}]}]}""")]
    [TestCase("""{"model":"m","messages":[{"role":"user","content":[{"type":"text","type":"file","file":{"file_id":"f"}}]}]}""")]
    public void Chat_that_cannot_be_bounded_is_refused(string body) => Assert.That(() => Chat(body), Throws.TypeOf<UnreadableRequestException>());

    [TestCase("""{"model":"m","background":true}""", "background")]
    [TestCase("""{"model":"m","previous_response_id":"resp_1","input":"x"}""", "previous_response_id")]
    [TestCase("""{"model":"m","conversation":{"id":"conv_1"},"input":"x"}""", "conversation")]
    [TestCase("""{"model":"m","prompt":{"id":"pmpt_1"}}""", "prompt")]
    [TestCase("""{"model":"m","input":[{"type":"item_reference","id":"msg_1"}]}""", "input")]
    [TestCase("""{"model":"m","input":[{"id":"msg_1"}]}""", "input")]
    public void Response_whose_input_is_kept_by_the_provider_is_refused(string body, string member) =>
        Assert.That(() => Response(body), Throws.TypeOf<UnreadableRequestException>().With.Message.Contains($"'{member}'"));

    [Test]
    public void Response_as_Codex_sends_it_is_read() => Assert.That(
        Response("""
            {"model":"gpt-5-codex","instructions":"You are","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}],
            "tools":[{"type":"function","name":"shell","parameters":{}},{"type":"web_search"},{"type":"local_shell"}],"store":false,"stream":true,
            "previous_response_id":null,"background":false,"include":["reasoning.encrypted_content"]}
            """) is { Streams: true, ServerToolUses: 5, MaySearch: true, WithholdsUsage: false },
        Is.True);

    [TestCase("""{"cachedContent":"cachedContents/1"}""")]
    [TestCase("""{"cached_content":"cachedContents/1"}""")]
    [TestCase("""{"generationConfig":{},"generation_config":{}}""")]
    [TestCase("""{"generationConfig":{"maxOutputTokens":1,"max_output_tokens":2}}""")]
    [TestCase("""{"generationConfig":{"maxOutputTokens":0}}""")]
    [TestCase("""{"generationConfig":{"maxOutputTokens":"100"}}""")]
    [TestCase("""{"generationConfig":{"candidateCount":0}}""")]
    [TestCase("""{"generationConfig":{"responseModalities":["TEXT","IMAGE"]}}""")]
    [TestCase("""{"generationConfig":[]}""")]
    public void Generation_that_cannot_be_bounded_is_refused(string body) =>
        Assert.That(() => Generation(body), Throws.TypeOf<UnreadableRequestException>());

    [Test]
    public void Body_that_is_nested_too_deeply_is_refused() => Assert.That(
        () => Message($$$"""{"model":"m","x":{{{new string('[', 64)}}}{{{new string(']', 64)}}}}"""), Throws.TypeOf<UnreadableRequestException>());

    [Test]
    public void Body_with_too_many_members_is_refused() => Assert.That(
        () => Message($$$"""{"model":"m",{{{string.Join(',', Enumerable.Range(0, 300).Select(i => $"\"m{i}\":1"))}}}}"""),
        Throws.TypeOf<UnreadableRequestException>());

    [Test]
    public void Each_server_tool_may_be_used_five_times_unless_the_request_says_how_often() => Assert.That(
        new[]
        {
            Message("""{"model":"m","tools":[{"name":"a","input_schema":{}},{"type":"custom"},{"type":"bash_20250124"},{"type":"web_search_20250305"}]}"""),
            Message("""{"model":"m","mcp_servers":[{"type":"url","url":"https://x"}]}"""),
            Message("""{"model":"m","context_management":{"edits":[{"type":"compact_20260112"},{"type":"clear_tool_uses_20250919"}]}}"""),
            Chat("""{"model":"m","tools":[{"type":"function"}],"web_search_options":{}}"""),
            Chat("""{"model":"gpt-4o-search-preview"}"""),
            Response("""{"model":"m","tools":[{"type":"code_interpreter","container":{"type":"auto"}},{"type":"custom"}]}"""),
            Generation("""{"tools":[{"functionDeclarations":[]},{"google_search":{}}]}"""),
        }.Select(request => request.ServerToolUses),
        Is.All.EqualTo(5));

    [TestCase(0, 0)]
    [TestCase(8, 160_000)]
    [TestCase(1_000_000, 20_000_000)]
    public void Each_use_of_a_server_tool_adds_to_the_bound(int uses, long tokens)
    {
        var requests = new[]
        {
            (Message("""{"model":"m","tools":[{"type":"web_search_20250305","max_uses":0}]}"""), Message($$"""{"model":"m","tools":[{"type":"web_search_20250305","max_uses":{{uses}}}]}""")),
            (Response("""{"model":"m","tools":[{"type":"web_search"}],"max_tool_calls":0}"""), Response($$"""{"model":"m","tools":[{"type":"web_search"}],"max_tool_calls":{{uses}}}""")),
        };
        Assert.That(requests.Select(pair => pair.Item2.InputTokens - pair.Item1.InputTokens), Is.All.InRange(tokens, tokens + 6));
    }

    [Test]
    public void Only_searches_of_the_web_have_a_fee() => Assert.That(
        new[]
        {
            Message("""{"model":"m","tools":[{"type":"web_search_20250305"}]}"""), Message("""{"model":"m","tools":[{"type":"web_fetch_20250910"}]}"""),
            Response("""{"model":"m","tools":[{"type":"web_search_preview"}]}"""), Response("""{"model":"m","tools":[{"type":"file_search"}]}"""),
            Chat("""{"model":"m","web_search_options":{}}"""), Chat("""{"model":"m"}"""),
            Generation("""{"tools":[{"googleSearch":{}}]}"""), Generation("""{"tools":[{"codeExecution":{}}]}"""),
        }.Select(request => request.MaySearch),
        Is.EqualTo(new[] { true, false, true, false, true, false, true, false }));

    [Test]
    public void Generated_images_are_refused() => Assert.That(
        () => Response("""{"model":"m","tools":[{"type":"image_generation"}]}"""), Throws.TypeOf<UnreadableRequestException>());

    [Test]
    public void Usage_is_withheld_only_from_a_stream_that_did_not_ask() => Assert.That(
        new[]
        {
            """{"model":"m","stream":true}""", """{"model":"m","stream":true,"stream_options":{"include_usage":false}}""",
            """{"model":"m","stream":true,"stream_options":{"include_usage":true}}""", """{"model":"m"}""",
        }.Select(body => (Chat(body).WithholdsUsage, Completion(body).WithholdsUsage)),
        Is.EqualTo(new[] { (true, true), (true, true), (false, false), (false, false) }));
}
