using System.Net.Http.Headers;
using System.Text;
using Entourage.Api.Tests.Otlp;

namespace Entourage.Api.Tests.Protection;

/// <summary>A request that is small, or within every size limit, and holds as many items as fit.</summary>
/// <param name="What">What it consists of.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path.</param>
/// <param name="MediaType">The media type of its body.</param>
/// <param name="Body">Creates the body.</param>
/// <param name="Statuses">The statuses that it may get.</param>
internal sealed record SmallRequest(string What, HttpMethod Method, string Path, string MediaType, Func<byte[]> Body, params int[] Statuses)
{
    public const string Protobuf = "application/x-protobuf";
    public const string Json = "application/json";

    private const int Mebibyte = 1_048_576;

    // Cached, because many senders use the same request.
    private byte[]? sent;

    private bool IsPacked { get; init; }

    /// <summary>Requests to every group of routes.</summary>
    /// <param name="team">A team's id.</param>
    /// <param name="agent">The id of an agent in it.</param>
    public static IEnumerable<SmallRequest> Of(string team, string agent) => [.. Telemetry(), .. Sessions(agent), .. Batches(), .. Bodies(team)];

    public HttpRequestMessage ToMessage()
    {
        sent ??= IsPacked ? OtlpPayload.Gzip(Body()) : Body();
        var content = new ByteArrayContent(sent);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(MediaType);
        if (IsPacked)
        {
            content.Headers.ContentEncoding.Add("gzip");
        }

        var request = new HttpRequestMessage(Method, Path) { Content = Method == HttpMethod.Get ? null : content };
        request.Headers.Accept.ParseAdd("application/json, text/event-stream");
        return request;
    }

    public override string ToString() => What;

    /// <summary>A message nested in another, in protobuf's wire format.</summary>
    public static byte[] Within(int field, byte[] message)
    {
        List<byte> header = [(byte)((field << 3) | 2)];
        for (var left = (uint)message.Length; ; left >>= 7)
        {
            header.Add((byte)(left < 0x80 ? left : (left & 0x7F) | 0x80));
            if (left < 0x80)
            {
                return [.. header, .. message];
            }
        }
    }

    /// <summary>A sequence of empty messages.</summary>
    public static byte[] EmptyMessages(int field, int count) => Repeat([(byte)((field << 3) | 2), 0], count);

    /// <summary>The items of a JSON array.</summary>
    public static string Items(string item, int count) => string.Join(',', Enumerable.Repeat(item, count));

    private static IEnumerable<SmallRequest> Telemetry()
    {
        (string Signal, string Resources, string Scopes, string Items)[] signals =
        [
            ("logs", "resourceLogs", "scopeLogs", "logRecords"),
            ("traces", "resourceSpans", "scopeSpans", "spans"),
            ("metrics", "resourceMetrics", "scopeMetrics", "metrics"),
        ];
        foreach (var (signal, resources, scopes, items) in signals)
        {
            var path = $"/v1/{signal}";
            yield return Compressed($"{signal}, protobuf: empty items", path, () => Within(1, Within(2, EmptyMessages(2, 4 * Mebibyte - 10))), 413);
            yield return Compressed($"{signal}, protobuf: empty resources", path, () => EmptyMessages(1, 4 * Mebibyte - 10), 413);
            yield return Compressed($"{signal}, protobuf: empty scopes", path, () => Within(1, EmptyMessages(2, 4 * Mebibyte - 10)), 413);
            yield return Compressed($"{signal}, protobuf: attributes of a resource", path, () => Within(1, Within(1, EmptyMessages(1, 4 * Mebibyte - 10))), 413);
            yield return Compressed($"{signal}, JSON: empty items", path, () => Text($$"""{"{{resources}}":[{"{{scopes}}":[{"{{items}}":[{{Items("{}", 2_700_000)}}]}]}]}"""), 413) with { MediaType = Json };
            yield return Compressed($"{signal}, JSON: empty resources", path, () => Text($$"""{"{{resources}}":[{{Items("{}", 2_700_000)}}]}"""), 413) with { MediaType = Json };
            yield return Compressed($"{signal}, JSON: a long array of unknown values", path, () => Text($$"""{"a":[{{Items("0", 4_000_000)}}]}"""), 413) with { MediaType = Json };
            yield return Plain($"{signal}, JSON: members that nobody knows", path, Json, () => Text($$"""{{{Items("\"a\":0", 1_300_000)}}}"""), 413);
            yield return Plain($"{signal}, JSON: nested deeply", path, Json, () => Text(new string('[', 8 * Mebibyte)), 400);
            yield return Plain($"{signal}, JSON: a long text", path, Json, () => Text($"\"{new string('a', 8 * Mebibyte - 2)}\""), 400);
        }

        foreach (var (signal, field) in new[] { ("logs", 6), ("traces", 9) })
        {
            yield return Compressed($"{signal}, protobuf: attributes of an item", $"/v1/{signal}", () => Within(1, Within(2, Within(2, EmptyMessages(field, 4 * Mebibyte - 10)))), 413);
        }

        yield return Compressed("metrics, protobuf: empty points", "/v1/metrics", () => Within(1, Within(2, Within(2, Within(7, EmptyMessages(1, 4 * Mebibyte - 20))))), 413);
        yield return Compressed("metrics, protobuf: points of a histogram", "/v1/metrics", () => Within(1, Within(2, Within(2, Within(9, EmptyMessages(1, 4 * Mebibyte - 20))))), 413);
        yield return Compressed("logs, protobuf: as many attributes as fit", "/v1/logs", () => Within(1, Within(2, Repeat(Within(2, Repeat(Within(6, Within(1, "a"u8.ToArray())), 1_000)), 1_600))), 200, 413);
        yield return Plain("logs, protobuf: a long attribute", "/v1/logs", Protobuf, () => Within(1, Within(2, Within(2, Within(6,
            [.. Within(1, "event.name"u8.ToArray()), .. Within(2, Within(1, Text(new string('a', 8 * Mebibyte - 100))))])))), 200);

        // The maximum number of items, each of which is refused.
        yield return Plain("logs, JSON: items that are refused", "/v1/logs", Json, () => Text(
            $$"""{"resourceLogs":[{"scopeLogs":[{"logRecords":[{{Items("""{"eventName":"claude_code.api_request"}""", 10_000)}}]}]}]}"""), 200);
        yield return Plain("traces, JSON: items that are refused", "/v1/traces", Json, () => Text(
            $$"""{"resourceSpans":[{"scopeSpans":[{"spans":[{{Items("""{"attributes":[{"key":"gen_ai.usage.input_tokens","value":{"stringValue":"x"}}]}""", 10_000)}}]}]}]}"""), 200);
        yield return Plain("metrics, JSON: items that are refused", "/v1/metrics", Json, () => Text(
            $$"""{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"claude_code.token.usage","sum":{"dataPoints":[{{Items("{}", 10_000)}}]} }]}]}]}"""), 200);
    }

    // Each item names its own session, which would have to be opened.
    private static IEnumerable<SmallRequest> Sessions(string agent)
    {
        const string Record = """{"eventName":"claude_code.api_request","attributes":[{"key":"cost_usd","value":{"doubleValue":0.01}},{"key":"session.id","value":{"stringValue":"s<i>"}}]}""";
        yield return Plain("logs, JSON: sessions", "/v1/logs", Json, () => Text(
            $$"""{"resourceLogs":[{"resource":{"attributes":[{"key":"entourage.agent_id","value":{"stringValue":"{{agent}}"} }]},"scopeLogs":[{"logRecords":[{{string.Join(',', Enumerable.Range(0, 10_000).Select(i => Record.Replace("<i>", $"{i}", StringComparison.Ordinal)))}}]}]}]}"""), 200, 503);
    }

    private static IEnumerable<SmallRequest> Batches()
    {
        yield return Batch("zeros", $$"""{"items":[{{Items("0", 2_000_000)}}]}""", 422);
        yield return Batch("objects", $$"""{"items":[{{Items("{}", 1_300_000)}}]}""", 422);
        yield return Batch("nulls", $$"""{"items":[{{Items("null", 800_000)}}]}""", 422);
        yield return Batch("an item that is a long array", $$"""{"items":[[{{Items("0", 2_000_000)}}]]}""", 413);
        yield return Batch("an item with a long text", $$"""{"items":[{"error":"{{new string('e', 4_000_000)}}"}]}""", 200);
        yield return Batch("wrong items", $$"""{"items":[{{Items("""{"input_tokens":"x"}""", 1_000)}}]}""", 200);
        yield return Batch("items with an unknown member", $$"""{"items":[{{Items("""{"colour":1}""", 1_000)}}]}""", 200);
        yield return Batch("items that are wrong in every way", $$"""{"items":[{{Items("""{"session_id":1,"input_tokens":-1,"output_tokens":-1,"cache_read_tokens":-1,"cache_write_tokens":-1,"cost_usd":-1,"model":"","error":"\u0000"}""", 1_000)}}]}""", 200);
        yield return Batch("items of sessions that there are not", $$"""{"items":[{{string.Join(',', Enumerable.Range(1, 1_000).Select(i => $$"""{"session_id":{{900_000 + i}},"input_tokens":1,"output_tokens":1}"""))}}]}""", 200);
    }

    private static IEnumerable<SmallRequest> Bodies(string team)
    {
        var zeros = Items("0", 500_000);
        yield return Tool("values", $$"""{"a":[{{zeros}}]}""", 413);
        yield return Tool("members", $$"""{{{string.Join(',', Enumerable.Range(0, 80_000).Select(i => $"\"m{i}\":0"))}}}""", 413);
        yield return Plain("MCP: a batch of messages", "/mcp", Json, () => Text($"[{Items("{}", 300_000)}]"), 413);
        yield return Plain("MCP: nested deeply", "/mcp", Json, () => Text(new string('[', Mebibyte)), 400);
        yield return Plain("tags", $"/api/v1/teams/{team}/tasks", Json, () => Text($$"""{"title":"t","tags":[{{Items("\"\"", 300_000)}}]}"""), 413);
        yield return Plain("dependencies", $"/api/v1/teams/{team}/tasks", Json, () => Text($$"""{"title":"t","depends_on":[{{zeros}}]}"""), 413);
        yield return Plain("thresholds", $"/api/v1/settings/teams/{team}", Json, () => Text($$"""{"alert_thresholds":[{{zeros}}]}"""), 413) with { Method = HttpMethod.Patch };
        yield return Plain("events of a webhook", $"/api/v1/teams/{team}/webhooks", Json, () => Text($$"""{"url":"http://x","events":[{{Items("\"usage\"", 120_000)}}]}"""), 413);
        yield return Plain("lines of an invoice", $"/api/v1/teams/{team}/costs/reconcile", Json, () => Text($$"""{"invoice":[{{Items("{}", 300_000)}}]}"""), 413);
        yield return Plain("lines of an invoice, as many as a body may hold", $"/api/v1/teams/{team}/costs/reconcile", Json, () => Text($$"""{"invoice":[{{Items("{}", 15_000)}}]}"""), 422);
        yield return Plain("wrong lines of an invoice", $"/api/v1/teams/{team}/costs/reconcile", Json, () => Text($$"""{"invoice":[{{Items("{}", 1_000)}}]}"""), 422);
        yield return Plain("a price", "/api/v1/prices/m", Json, () => Text($$"""{"long_context":{"a":[{{zeros}}]} }"""), 413) with { Method = HttpMethod.Put };
        yield return Plain("members", "/api/v1/orgs", Json, () => Text($$"""{{{string.Join(',', Enumerable.Range(0, 80_000).Select(i => $"\"m{i}\":0"))}}}"""), 413);
        yield return Plain("a long text", "/api/v1/orgs", Json, () => Text($$"""{"name":"{{new string('n', Mebibyte - 40)}}","slug":"s"}"""), 422);
        yield return Plain("a form", "/api/v1/orgs", "application/x-www-form-urlencoded", () => Text(string.Concat(Enumerable.Range(0, 100_000).Select(i => $"a{i}=&"))), 415);
        yield return Plain("a form with a file", "/api/v1/orgs", "multipart/form-data; boundary=b", () => Text(string.Concat(Enumerable.Repeat("--b\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n", 20_000))), 415);
        yield return Plain("a query", $"/api/v1/teams/{team}/costs?{string.Concat(Enumerable.Range(0, 1_200).Select(i => $"a{i}=&"))}", Json, () => [], 200) with { Method = HttpMethod.Get };
        yield return Plain("a table", $"/api/v1/teams/{team}/costs/export?{string.Concat(Enumerable.Repeat("from=x&", 1_000))}", Json, () => [], 400, 404, 422) with { Method = HttpMethod.Get };
    }

    private static SmallRequest Plain(string what, string path, string mediaType, Func<byte[]> body, params int[] statuses) =>
        new(what, HttpMethod.Post, path, mediaType, body, statuses);

    private static SmallRequest Compressed(string what, string path, Func<byte[]> body, params int[] statuses) =>
        Plain(what, path, Protobuf, body, statuses) with { IsPacked = true };

    private static SmallRequest Batch(string what, string body, int status) =>
        Plain($"batch: {what}", "/api/v1/sessions/usage/batch", Json, () => Text(body), status);

    private static SmallRequest Tool(string what, string arguments, int status) => Plain(
        $"MCP: {what}",
        "/mcp",
        Json,
        () => Text($$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"check_budget","arguments":{{{arguments}}} }}"""),
        status);

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Repeat(byte[] part, int count)
    {
        var whole = new byte[part.Length * count];
        for (var i = 0; i < count; i++)
        {
            part.CopyTo(whole, i * part.Length);
        }

        return whole;
    }
}
