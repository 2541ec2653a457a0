using System.Text;
using Entourage.Domain;
using Entourage.Domain.Prices;
using Entourage.Gateway.Formats;

using static Entourage.Gateway.Tests.Formats.Requests;

namespace Entourage.Gateway.Tests.Formats;

internal sealed class MeterTests
{
    private static readonly ModelRequest SomeMessage = Message("""{"model":"m"}""");
    private static readonly ModelRequest SomeChat = Chat("""{"model":"m","stream":true,"stream_options":{"include_usage":true}}""");
    private static readonly ModelRequest SilentChat = Chat("""{"model":"m","stream":true}""");
    private static readonly ModelRequest SomeResponse = Response("""{"model":"m"}""");
    private static readonly ModelRequest SomeGeneration = Generation("{}");

    [Test]
    public void Message_stream_is_metered() => Assert.That(
        StateOf(Metered(Anthropic.Meter(SomeMessage, true), Recordings.AnthropicStream)),
        Is.EqualTo(State("claude-opus-4-5-20251101", "msg_01", null, new(new(0, 15, 4000, 300), 200), bytes: 18, searches: 2)));

    [Test]
    public void Message_is_metered() => Assert.That(
        StateOf(Metered(Anthropic.Meter(SomeMessage, false), Recordings.AnthropicMessage)),
        Is.EqualTo(State("claude-sonnet-4-5", "msg_02", null, new(new(10, 20), IsBatch: true), bytes: 48)));

    [Test]
    public void Message_stream_that_breaks_off_is_not_final()
    {
        var meter = Metered(Anthropic.Meter(SomeMessage, true), Recordings.AnthropicStream.Split("event: message_delta")[0]);
        Assert.That((meter.IsFinal, meter.Usage, meter.OutputBytes), Is.EqualTo((false, new BilledTokens(new(12, 1, 4000, 300), 200), 18)));
    }

    [Test]
    public void Error_within_a_message_stream_is_noticed()
    {
        var meter = Metered(Anthropic.Meter(SomeMessage, true), "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}\n\n");
        Assert.That((meter.IsError, meter.IsFinal, meter.Usage), Is.EqualTo((true, false, (BilledTokens?)null)));
    }

    [Test]
    public void Runs_of_a_compacted_message_are_added() => Assert.That(
        Metered(Anthropic.Meter(SomeMessage, false), """
            {"type":"message","usage":{"input_tokens":23000,"output_tokens":1000,"speed":"fast","service_tier":"standard","iterations":[
            {"type":"compaction","input_tokens":180000,"output_tokens":3500},{"type":"message","input_tokens":23000,"output_tokens":1000}]}}
            """) is { IsFinal: true, Tier: "fast", Usage.Counts: { Input: 203_000, Output: 4_500 } },
        Is.True);

    [Test]
    public void Chat_stream_is_metered() => Assert.That(
        StateOf(Metered(OpenAi.Meter(SomeChat, true), Recordings.ChatStream)),
        Is.EqualTo(State("gpt-5-2025-08-07", "chatcmpl-1", "standard", new(new(36, 30, 64)), bytes: 8)));

    [Test]
    public void Chat_is_metered() => Assert.That(
        StateOf(Metered(OpenAi.Meter(SomeChat, false), Recordings.ChatAnswer)),
        Is.EqualTo(State("gpt-4.1", "chatcmpl-2", "fast", new(new(19, 10)), bytes: 5)));

    [Test]
    public void Stream_that_asked_for_usage_passes_untouched() => Assert.That(
        Encoding.UTF8.GetString(PassAll(OpenAi.Meter(SomeChat, true), Encoding.UTF8.GetBytes(Recordings.ChatStream))),
        Is.EqualTo(Recordings.ChatStream));

    [Test]
    public void Usage_is_withheld_from_a_stream_that_did_not_ask()
    {
        var meter = OpenAi.Meter(SilentChat, true);
        var passed = Encoding.UTF8.GetString(PassAll(meter, Encoding.UTF8.GetBytes(Recordings.ChatStream)));
        var expected = string.Join("\n\n", Recordings.ChatStream.Split("\n\n").Where(part => !part.Contains("\"choices\":[]", StringComparison.Ordinal)));
        Assert.Multiple(() =>
        {
            Assert.That(passed, Is.EqualTo(expected));
            Assert.That(meter.Usage?.Counts, Is.EqualTo(new TokenCounts(36, 30, 64)));
        });
    }

    [Test]
    public void Event_without_choices_or_usage_is_passed()
    {
        const string Azure = "data: {\"choices\":[],\"prompt_filter_results\":[]}\n\n";
        Assert.That(PassAll(OpenAi.Meter(SilentChat, true), Encoding.UTF8.GetBytes(Azure)), Is.EqualTo(Encoding.UTF8.GetBytes(Azure)));
    }

    [Test]
    public void Usage_that_no_blank_line_ends_is_metered_and_withheld()
    {
        var meter = OpenAi.Meter(SilentChat, true);
        var passed = PassAll(meter, """data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}"""u8.ToArray());
        Assert.That((passed.Length, meter.Usage?.Counts), Is.EqualTo((0, new TokenCounts(1, 2))));
    }

    [Test]
    public void Response_stream_is_metered() => Assert.That(
        StateOf(Metered(OpenAi.Meter(SomeResponse, true), Recordings.ResponseStream)),
        Is.EqualTo(State("gpt-5", "resp_1", "flex", new(new(50, 40, 150)), bytes: 5, searches: 1)));

    [TestCase("incomplete", false)]
    [TestCase("failed", true)]
    public void Response_that_ends_otherwise_is_final(string end, bool isError)
    {
        var stream = Recordings.ResponseStream.Replace("response.completed", "response." + end, StringComparison.Ordinal);
        var meter = Metered(OpenAi.Meter(SomeResponse, true), stream);
        Assert.That((meter.IsFinal, meter.IsError), Is.EqualTo((true, isError)));
    }

    [Test]
    public void Response_is_metered() => Assert.That(
        Metered(OpenAi.Meter(SomeResponse, false), """
            {"id":"resp_2","model":"gpt-5","error":null,"output":[{"type":"message","content":[{"type":"output_text","text":"Hello"}]}],
            "usage":{"input_tokens":5,"output_tokens":6}}
            """) is { IsFinal: true, IsError: false, OutputBytes: 5, ResponseId: "resp_2", Usage.Counts: { Input: 5, Output: 6 } },
        Is.True);

    [Test]
    public void Large_embedding_is_metered_as_it_arrives()
    {
        var meter = OpenAi.Meter(Embedding("""{"model":"m","input":"x"}"""), false);
        var vector = Encoding.UTF8.GetBytes("0.123456789,".PadRight(1_200, '0'));
        meter.Pass("""{"object":"list","data":[{"embedding":["""u8.ToArray());
        for (var i = 0; i < 1_000; i++)
        {
            meter.Pass(vector);
            meter.Pass(","u8.ToArray());
        }

        meter.Pass("""0]}],"model":"text-embedding-3-small","usage":{"prompt_tokens":8,"total_tokens":8}}"""u8.ToArray());
        Assert.That((meter.IsFinal, meter.Usage?.Counts), Is.EqualTo((true, new TokenCounts(8, 0))));
    }

    [Test]
    public void Generation_stream_is_metered() => Assert.That(
        StateOf(Metered(Gemini.Meter(SomeGeneration, true), Recordings.GeminiStream)),
        Is.EqualTo(State("gemini-2.5-pro", "r1", null, new(new(35, 18, 20)), bytes: 13, searches: 2)));

    [Test]
    public void Generation_stream_in_an_array_is_metered() => Assert.That(
        Metered(Gemini.Meter(SomeGeneration, true), Recordings.GeminiArray) is
        { IsFinal: true, OutputBytes: 5, Usage.Counts: { Input: 50, Output: 2 } },
        Is.True);

    [Test]
    public void Blocked_prompt_is_final() => Assert.That(
        Metered(Gemini.Meter(SomeGeneration, true), "data: {\"promptFeedback\":{\"blockReason\":\"SAFETY\"},\"usageMetadata\":{\"promptTokenCount\":4}}\n\n")
            is { IsFinal: true, Usage.Counts: { Input: 4, Output: 0 } },
        Is.True);

    [TestCase("-5", 0)]
    [TestCase("12.0", 12)]
    [TestCase("1e3", 1000)]
    [TestCase("99999999999999999999999", TokenCounts.LargestInput)]
    [TestCase("1e999", TokenCounts.LargestInput)]
    public void Counts_are_limited_to_what_a_usage_may_state(string stated, long expected) => Assert.That(
        Metered(OpenAi.Meter(SomeChat, false), $$$"""{"usage":{"prompt_tokens":{{{stated}}},"completion_tokens":{{{stated}}}}}""").Usage?.Counts,
        Is.EqualTo(new TokenCounts(expected, expected)));

    [Test]
    public void Usage_that_is_null_is_missing() =>
        Assert.That(Metered(OpenAi.Meter(SomeChat, false), """{"id":"x","usage":null}""") is { Usage: null, IsFinal: false }, Is.True);

    [Test]
    public void Truncated_body_is_not_final() =>
        Assert.That(Metered(OpenAi.Meter(SomeChat, false), Recordings.ChatAnswer[..^3]).IsFinal, Is.False);

    private static string State(string model, string id, string? tier, BilledTokens usage, long bytes, long searches = 0) =>
        $"{model} {id} {tier} {usage} final=True bytes={bytes} error=False searches={searches}";
}
