using System.Text;
using CsCheck;
using Entourage.Gateway.Formats;

using static Entourage.Gateway.Tests.Formats.Requests;

namespace Entourage.Gateway.Tests.Formats;

/// <summary>However an answer is cut into pieces, it is metered and passed on in the same way.</summary>
internal sealed class CutTests
{
    private static readonly (string Name, Func<UsageMeter> Meter, string Answer)[] Answers =
    [
        ("message stream", () => Anthropic.Meter(Message("""{"model":"m"}"""), true), Recordings.AnthropicStream),
        ("message", () => Anthropic.Meter(Message("""{"model":"m"}"""), false), Recordings.AnthropicMessage),
        ("chat stream", () => OpenAi.Meter(Chat("""{"model":"m","stream":true}"""), true), Recordings.ChatStream),
        ("chat", () => OpenAi.Meter(Chat("""{"model":"m"}"""), false), Recordings.ChatAnswer),
        ("response stream", () => OpenAi.Meter(Response("""{"model":"m","stream":true}"""), true), Recordings.ResponseStream),
        ("generation stream", () => Gemini.Meter(Generation("{}"), true), Recordings.GeminiStream),
        ("generation array", () => Gemini.Meter(Generation("{}"), true), Recordings.GeminiArray),
    ];

    private static readonly string[] LineEnds = ["\n", "\r\n", "\r"];

    private static IEnumerable<TestCaseData> Cases =>
        from answer in Answers
        from end in LineEnds
        select new TestCaseData(answer.Meter, Encoding.UTF8.GetBytes(answer.Answer.ReplaceLineEndings(end)))
            .SetArgDisplayNames(answer.Name, end.Replace("\r", "CR", StringComparison.Ordinal).Replace("\n", "LF", StringComparison.Ordinal));

    [TestCaseSource(nameof(Cases))]
    public void Any_two_pieces_give_the_same_result(Func<UsageMeter> create, byte[] answer)
    {
        var whole = Result(create(), answer);
        var cuts = Enumerable.Range(1, answer.Length - 1).Where(cut => cut % 11 == 0 || IsLineEnd(answer[cut - 1]) || IsLineEnd(answer[cut]));
        Assert.That(cuts.Where(cut => Result(create(), answer, cut) != whole), Is.Empty);

        static bool IsLineEnd(byte value) => value is (byte)'\r' or (byte)'\n';
    }

    [TestCaseSource(nameof(Cases))]
    public void Single_bytes_give_the_same_result(Func<UsageMeter> create, byte[] answer) =>
        Assert.That(Result(create(), answer, Enumerable.Range(1, answer.Length - 1)), Is.EqualTo(Result(create(), answer)));

    [TestCaseSource(nameof(Cases))]
    public void Any_pieces_give_the_same_result(Func<UsageMeter> create, byte[] answer)
    {
        var whole = Result(create(), answer);
        Gen.Int[0, answer.Length].Array[0, 40].Sample(cuts => Result(create(), answer, cuts) == whole, iter: 30);
    }

    [Test]
    public void Metering_without_withholding_passes_every_byte() => Gen.Byte.Array[0, 300].Sample(
        bytes => Answers.Where(answer => answer.Name != "chat stream").All(answer => PassAll(answer.Meter(), bytes, bytes.Length / 2).SequenceEqual(bytes)));

    [Test]
    public void Garbage_never_fails()
    {
        var pieces = Gen.OneOf(
            Gen.Byte.Array[0, 20],
            Gen.OneOf("data: ", "\n", "\r", "\r\n\r\n", "{", "}", "[", "]", "\"", "\\u", ":", ",", "usage", "{\"usage\":{", "\"prompt_tokens\":", "1e9", "null")
                .Select(Encoding.UTF8.GetBytes));
        pieces.Array[0, 40].Sample(parts =>
        {
            foreach (var answer in Answers)
            {
                var meter = answer.Meter();
                foreach (var part in parts)
                {
                    meter.Pass(part);
                }

                meter.End();
            }
        });
    }

    [Test]
    public void Damaged_answer_never_fails_and_never_exceeds_limits() =>
        Gen.Select(Gen.Int[0, Answers.Length - 1], Gen.Int[0, 2_000], Gen.Byte).Sample((which, place, value) =>
        {
            var answer = Encoding.UTF8.GetBytes(Answers[which].Answer);
            answer[place % answer.Length] = value;
            var meter = Answers[which].Meter();
            PassAll(meter, answer, place % answer.Length);
            return meter.Usage is not { Counts: var counts } || counts is { Input: >= 0, Output: >= 0, CacheRead: >= 0, CacheWrite: >= 0 };
        });

    [Test]
    public void Damaged_request_is_read_or_refused() => Gen.Select(Gen.Int[0, 200], Gen.Byte, Gen.Byte).Sample((place, first, second) =>
    {
        var body = Encoding.UTF8.GetBytes(
            """{"model":"m","max_tokens":100,"stream":true,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"url"}}]}],"tools":[{"type":"x"}]}""");
        (body[place % body.Length], body[place * 7 % body.Length]) = (first, second);
        foreach (var (format, path) in new (IProviderFormat, string)[]
        {
            (Anthropic, "v1/messages"), (OpenAi, "v1/chat/completions"), (OpenAi, "v1/responses"), (OpenAi, "v1/completions"),
            (Gemini, "v1beta/models/m:generateContent"),
        })
        {
            try
            {
                var request = format.Read(format.FindRoute("POST", path)!, body);
                format.Rewrite(request, new("n", 50));
            }
            catch (UnreadableRequestException)
            {
                // Expected.
            }
        }
    });

    private static string Result(UsageMeter meter, byte[] answer, params IEnumerable<int> cuts)
    {
        var passed = PassAll(meter, answer, cuts);
        return StateOf(meter) + Encoding.Latin1.GetString(passed);
    }
}
