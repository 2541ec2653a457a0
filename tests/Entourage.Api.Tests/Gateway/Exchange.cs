using System.IO.Compression;
using System.Text;

namespace Entourage.Api.Tests.Gateway;

/// <summary>A request of a client and the answer of a provider.</summary>
/// <param name="Upstream">The upstream.</param>
/// <param name="Method">The method.</param>
/// <param name="Target">The path and query below the upstream.</param>
/// <param name="Headers">The headers of the request. Several may have the same name.</param>
/// <param name="Body">The body of the request; null for none.</param>
/// <param name="Status">The status of the answer.</param>
/// <param name="AnswerHeaders">The headers of the answer.</param>
/// <param name="Content">The body of the answer.</param>
/// <param name="PieceBytes">The size of the pieces that the provider sends it in.</param>
/// <param name="HasLength">Whether the answer states its length.</param>
internal sealed record Exchange(
    string Upstream,
    string Method,
    string Target,
    IReadOnlyList<(string Name, string Value)> Headers,
    byte[]? Body,
    int Status,
    IReadOnlyList<(string Name, string Value)> AnswerHeaders,
    byte[] Content,
    int PieceBytes,
    bool HasLength)
{
    private const int MaxPieces = 30;

    // Where the usage of a chat stream is, if the request asks for it.
    private const string UsageMark = "<usage>";
    private const string UsageEvent = "data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3}}\n\n";

    private static readonly string[] LineEnds = ["\n", "\r\n", "\r"];

    // What a parser may read in several ways, and what nobody but the model reads.
    private static readonly string[] OddValues =
    [
        "1e2", "-0.0", "1E+400", "0.10", "123456789012345678901234567890", "\"\\u00e9\\ud83d\\ude00\"", "\"\\ud800\"", "\"\\/\"", "\"é 漢 😀\"", "[]", "{}", "[ null , true ]",
        "{\"a\":1,\"a\":2,\"A\":3}", "{ \"nested\" : [ [ 1.50 ] ] }", "\"\\u0000\"", "\"data: [DONE]\\n\\n\"",
    ];

    private static readonly (string Name, string Value)[] OddHeaders =
    [
        ("anthropic-version", "2023-06-01"), ("anthropic-beta", "a-1,b-2"), ("anthropic-beta", "c-3"), ("X-Stainless-Retry-Count", "0"), ("X-Empty", ""), ("Accept-Language", "de;q=0.5 ,*"),
        ("X-Twice", "one"), ("X-Twice", "two, \"three\""), ("User-Agent", "odd/1.0 (a; b) c/2"), ("Accept-Encoding", "gzip, br;q=0.5"), ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ("tracestate", "a=1"), ("OpenAI-Organization", "org-1"), ("Prefer", "wait"), ("X-Client-Request-Id", "1"), ("Accept", "*/*"), ("If-None-Match", "\"x\""), ("Via", "1.0 somewhere"), ("X-Forwarded-For", "10.0.0.1"),
    ];

    private static readonly (string Name, string Value)[] OddAnswerHeaders =
    [
        ("request-id", "req_1"), ("x-ratelimit-remaining-tokens", "7"), ("X-Twice", "one"), ("X-Twice", "two"), ("retry-after", "3"), ("Server", "provider"), ("ETag", "W/\"x\""), ("Via", "1.1 edge"),
        ("Cache-Control", "private, max-age=0"), ("Set-Cookie", "__cf=1; path=/"), ("Set-Cookie", "b=2"), ("X-Empty", ""), ("alt-svc", "h3=\":443\""), ("x-should-retry", "true"), ("Strict-Transport-Security", "max-age=1"),
    ];

    private static readonly (string Upstream, string Target)[] Calls =
    [
        ("anthropic", "v1/messages"), ("anthropic", "v1/messages?beta=true&x=%20%2F"), ("openai", "v1/chat/completions"), ("openai", "v1/responses"), ("openai", "v1/completions"), ("openai", "v1/embeddings"),
        ("gemini", "v1beta/models/gemini-2.5-flash:generateContent"), ("gemini", "v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse"), ("gemini", "v1beta/models/gemini-2.5-flash:embedContent"),
    ];

    private static readonly (string Method, string Upstream, string Target)[] FreeCalls =
    [
        ("POST", "anthropic", "v1/messages/count_tokens"), ("GET", "anthropic", "v1/models?limit=1000&after_id=%C3%A9"), ("HEAD", "anthropic", ""), ("GET", "openai", "v1/models"),
        ("POST", "gemini", "v1beta/models/gemini-2.5-flash:countTokens"), ("GET", "gemini", "v1beta/models?pageSize=50&pageToken=a%2Bb"),
    ];

    /// <summary>What the provider answers to a request for usage that only the gateway makes; null if it makes none.</summary>
    public byte[]? ContentWithUsage { get; private init; }

    /// <summary>Generates an exchange.</summary>
    public static Exchange Of(Random random)
    {
        if (random.Next(8) == 0)
        {
            var (method, free, path) = Pick(random, FreeCalls);
            return Of(random, free, method, path, method == "POST" ? "{\"model\":\"m\"}" : null, isStream: false, withholds: false);
        }

        var (upstream, target) = Pick(random, Calls);
        var isStream = random.Next(2) == 0 && !target.Contains("mbed", StringComparison.Ordinal);
        var isChat = target is "v1/chat/completions" or "v1/completions";
        var asks = isChat && isStream && random.Next(2) == 0;
        return Of(random, upstream, "POST", target, RequestOf(random, target, isStream, asks), isStream, withholds: isChat && isStream && !asks);
    }

    private static Exchange Of(Random random, string upstream, string method, string target, string? body, bool isStream, bool withholds)
    {
        (string Name, string Value)[] headers = [.. OddHeaders.Where(_ => random.Next(3) == 0)];
        List<(string Name, string Value)> answerHeaders = [.. OddAnswerHeaders.Where(_ => random.Next(3) == 0)];
        var status = Pick(random, 200, 200, 200, 200, 200, 201, 204, 301, 304, 307, 400, 401, 402, 403, 404, 413, 422, 429, 500, 502, 503, 529);
        var isBodiless = status is 204 or 304 || method == "HEAD";
        if (status is 301 or 307)
        {
            answerHeaders.Add(("Location", "https://elsewhere.example/v1?x=%20"));
        }

        var text = isBodiless || random.Next(20) == 0 ? ""
            : status != 200 ? ErrorOf(random, upstream)
            : isStream ? StreamOf(random, upstream, target)
            : AnswerOf(random);
        var content = Encoding.UTF8.GetBytes(text.Replace(UsageMark, "", StringComparison.Ordinal));
        if (!isBodiless)
        {
            answerHeaders.Add(("Content-Type", status == 200 && isStream ? "text/event-stream; charset=utf-8" : Pick(random, "application/json", "Application/JSON;charset=\"utf-8\"", "text/html", "x/y")));
        }

        if (content.Length > 0 && !withholds && headers.Any(header => header.Name == "Accept-Encoding"))
        {
            var encoding = Pick(random, "gzip", "br", "deflate");
            content = Encode(encoding, content);
            answerHeaders.Add(("Content-Encoding", encoding));
        }

        var hasLength = !isBodiless && !isStream && random.Next(2) == 0;
        var pieceBytes = Math.Max(Pick(random, 1, 7, 40, 1_000, 100_000), content.Length / MaxPieces);
        return new(upstream, method, target, headers, body is null ? null : Encoding.UTF8.GetBytes(body), status, answerHeaders, content, pieceBytes, hasLength)
        {
            ContentWithUsage = withholds ? Encoding.UTF8.GetBytes(text.Replace(UsageMark, UsageEvent, StringComparison.Ordinal)) : null,
        };
    }

    private static string RequestOf(Random random, string target, bool isStream, bool asks)
    {
        var model = target[2] == '/' ? "\"model\":\"gpt-4o-mini\"," : "";
        var space = Pick(random, "", " ", "\n\t", "\r\n  ");
        var text = Text(random);
        var image = random.Next(4) == 0 ? Convert.ToBase64String(Bytes(random, random.Next(100_000))) : null;
        var usage = asks ? $"\"stream_options\":{space}{{\"include_usage\":true}}," : "";
        var fields = target switch
        {
            _ when target.StartsWith("v1/messages", StringComparison.Ordinal) =>
                $$"""{{Tools(random, "input_schema")}}"max_tokens":300,{{space}}"messages":[{"role":"user","content":[{"type":"text","text":"{{text}}"}{{(image is null ? "" : $$$""",{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{image}}}"}}""")}}]}]""",
            "v1/chat/completions" => $$"""{{usage}}"max_completion_tokens":300,{{space}}"messages":[{"role":"user","content":[{"type":"text","text":"{{text}}"}{{(image is null ? "" : $$$""",{"type":"image_url","image_url":{"url":"data:image/png;base64,{{{image}}}"}}""")}}]}]""",
            "v1/completions" => $$"""{{usage}}"max_tokens":300,"prompt":"{{text}}" """,
            "v1/responses" => $$"""{{Tools(random, "parameters")}}"max_output_tokens":300,"store":false,{{space}}"input":[{"role":"user","content":"{{text}}"}]""",
            "v1/embeddings" => $"\"input\":[\"{text}\",\"{text}\"]",
            _ when target.Contains("mbed", StringComparison.Ordinal) => $$"""  "content":{"parts":[{"text":"{{text}}"}]}""",
            _ => $$"""  "contents":[{"role":"user","parts":[{"text":"{{text}}"}{{(image is null ? "" : $$$""",{"inlineData":{"mimeType":"image/png","data":"{{{image}}}"}}""")}}]}],"generationConfig":{"maxOutputTokens":300,"temperature":0.70}""",
        };
        var stream = model.Length > 0 && (isStream || random.Next(2) == 0) && !target.Contains("mbed", StringComparison.Ordinal) ? $"\"stream\":{(isStream ? "true" : "false")}{space}," : "";
        var odd = string.Concat(Enumerable.Range(0, random.Next(4)).Select(i => $"\"unknown_{i}\"{space}:{space}{Pick(random, OddValues)},"));
        return $"{space}{{{space}{model}{stream}{odd}{fields}{space}}}{Pick(random, "", "\n", " \r\n\t ")}";
    }

    private static string Tools(Random random, string schema) => random.Next(2) == 0 ? ""
        : $$$$$"""  "tools":[{"type":"{{{{{(schema == "parameters" ? "function" : "custom")}}}}}","name":"f","description":"{{{{{Text(random)}}}}}","{{{{{schema}}}}}":{"type":"object","properties":{"x":{"type":"number","minimum":1e0}}}}],""";

    private static string AnswerOf(Random random) =>
        $$$"""{{{Pick(random, "", "\n  ")}}}{"id":"x","unknown":{{{Pick(random, OddValues)}}},"content":"{{{Text(random)}}}","usage":{"input_tokens":5,"output_tokens":3},"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":3}}{{{Pick(random, "", "\n", "\r\n ")}}}""";

    private static string ErrorOf(Random random, string upstream) => Pick(
        random,
        $$$"""{"type":"error","error":{"type":"{{{upstream}}}_error","message":"{{{Text(random)}}}"},"request_id":null}""",
        $$$"""[{"error":{"code":429,"message":"{{{Text(random)}}}","status":"RESOURCE_EXHAUSTED"}}]""",
        "<html><body>502 Bad Gateway</body></html>\r\n",
        "upstream connect error",
        "{\"error\":",
        "\u0000\u0001");

    private static string StreamOf(Random random, string upstream, string target)
    {
        var (text, end) = (Text(random), Pick(random, LineEnds));
        string[] events = upstream switch
        {
            "anthropic" =>
            [
                """event: message_start|data: {"type":"message_start","message":{"id":"m","model":"m","usage":{"input_tokens":9,"output_tokens":1}}}""",
                $$$"""event: content_block_delta|data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"{{{text}}}"}}""",
                """event: message_delta|data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":15}}""",
                """event: message_stop|data: {"type":"message_stop"}""",
            ],
            "gemini" => [$$$"""data: {"candidates":[{"content":{"parts":[{"text":"{{{text}}}"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":9}}"""],
            _ when target == "v1/responses" =>
            [
                $$"""event: response.output_text.delta|data: {"type":"response.output_text.delta","delta":"{{text}}"}""",
                """event: response.completed|data: {"type":"response.completed","response":{"id":"r","usage":{"input_tokens":9,"output_tokens":3}}}""",
            ],
            _ => [$$"""data: {"id":"c","choices":[{"index":0,"delta":{"content":"{{text}}"},"finish_reason":null}]}""", """data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""", UsageMark, "data: [DONE]"],
        };
        var comment = random.Next(2) == 0 ? $": keep-alive{end}{end}" : "";
        return comment + string.Concat(events.Select(sent => sent == UsageMark ? sent : $"{sent.Replace("|", end, StringComparison.Ordinal)}{end}{end}"));
    }

    private static string Text(Random random) => string.Concat(Enumerable.Range(0, random.Next(1, 60)).Select(_ => Pick(random, "word ", "é", "漢", "😀", "\\n", "\\u00e9", "\\\"", "{}", "[1]", "data:")));

    private static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Encode(string encoding, byte[] content)
    {
        using var packed = new MemoryStream();
        using (Stream encoder = encoding switch
        {
            "gzip" => new GZipStream(packed, CompressionLevel.Fastest),
            "br" => new BrotliStream(packed, CompressionLevel.Fastest),
            _ => new ZLibStream(packed, CompressionLevel.Fastest),
        })
        {
            encoder.Write(content);
        }

        return packed.ToArray();
    }

    private static T Pick<T>(Random random, params IReadOnlyList<T> from) => from[random.Next(from.Count)];
}
