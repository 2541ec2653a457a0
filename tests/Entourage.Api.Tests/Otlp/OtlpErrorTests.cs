using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Entourage.Api.Tests.Protection;
using Entourage.Testing;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Api.Tests.Otlp;

/// <summary>Every refusal of an export is the protocol's <c>Status</c> in the encoding of the request, and is counted and logged.</summary>
[NonParallelizable] // The metrics of all servers of a process are collected together.
internal sealed class OtlpErrorTests : HardeningFixture
{
    private const string Json = "application/json";
    private const string Protobuf = "application/x-protobuf";

    private readonly LogRecorder logs = new();

    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>(ApiHost.WithKeys)
    {
        ["Limits:TelemetryBodyBytes"] = "1024",
        ["Limits:RequestSeconds"] = "5",
        ["Proxy:KnownAddresses"] = "127.0.0.1; ::1",
        ["Limits:AddressPerMinute"] = "1",
        ["Limits:AddressBurst"] = "1",
        ["Limits:FailedKeysPerMinute"] = "1",
    };

    [OneTimeTearDown]
    public void Close() => logs.Dispose();

    protected override void Prepare(IServiceCollection services)
    {
        base.Prepare(services);
        logs.AddTo(services);
    }

    // What is sent, and the status codes of HTTP and google.rpc.
    private static readonly (string Name, Func<HttpRequestMessage, HttpRequestMessage> Change, HttpStatusCode Status, int Code)[] Faults =
    [
        ("no OTLP", request => With(request, body: "{"), HttpStatusCode.BadRequest, 3),
        ("no key", request => Header(request, KeyHeader, null), HttpStatusCode.Unauthorized, 16),
        ("wrong key", request => Header(request, KeyHeader, "wrong"), HttpStatusCode.Unauthorized, 16),
        ("a page of another site", request => Header(request, "Sec-Fetch-Site", "cross-site"), HttpStatusCode.Forbidden, 7),
        ("an unknown path", request => To(request, "/v1/profiles"), HttpStatusCode.NotFound, 5),
        ("another method", request => By(request, HttpMethod.Get), HttpStatusCode.MethodNotAllowed, 12),
        ("too large", request => With(request, new string(' ', 2_000)), HttpStatusCode.RequestEntityTooLarge, 3),
        ("too large without a length", request => Chunked(With(request, new string(' ', 2_000))), HttpStatusCode.RequestEntityTooLarge, 3),
        ("another compression", request => Compressed(request, "zstd"), HttpStatusCode.UnsupportedMediaType, 3),
        ("no gzip", request => Compressed(request, "gzip"), HttpStatusCode.BadRequest, 3),
        ("too long", request => Header(request, FaultHeader, "hang"), HttpStatusCode.ServiceUnavailable, 14),
        ("a mistake of the server", request => Header(request, FaultHeader, "throw"), HttpStatusCode.InternalServerError, 2),
        ("a status without a body", request => Header(request, FaultHeader, "unknown key"), HttpStatusCode.Unauthorized, 16),
    ];

    private static IEnumerable<string> Names => Faults.Select(fault => fault.Name);

    [Test]
    public async Task Every_refusal_is_a_status_in_the_encoding_of_the_request([ValueSource(nameof(Names))] string name, [Values(Json, Protobuf)] string mediaType)
    {
        var (_, change, status, code) = Faults.Single(fault => fault.Name == name);
        using var request = change(NewRequest(mediaType));

        await CheckAsync(request, mediaType, status, code);
    }

    [TestCase("text/plain")]
    [TestCase("application/vnd.unknown+json")]
    [TestCase(null)]
    public async Task Unknown_media_type_is_answered_in_JSON(string? mediaType)
    {
        using var request = NewRequest(Json);
        request.Content!.Headers.ContentType = mediaType is null ? null : MediaTypeHeaderValue.Parse(mediaType);

        await CheckAsync(request, Json, HttpStatusCode.UnsupportedMediaType, 3);
    }

    [Test]
    public async Task Too_many_requests_are_answered_with_when_to_retry([Values(Json, Protobuf)] string mediaType, [Values("address", "key")] string of)
    {
        var address = NewAddress();
        using var first = From(address);
        (await Api.Http.SendAsync(first)).Dispose();
        using var second = From(address);

        var answer = await CheckAsync(second, mediaType, HttpStatusCode.TooManyRequests, 8);

        Assert.That(answer.Headers.RetryAfter, Is.Not.Null);

        HttpRequestMessage From(string address) =>
            Header(Header(NewRequest(mediaType), Forwarded, address), KeyHeader, of == "key" ? $"wrong {Guid.NewGuid()}" : null);
    }

    [Test]
    public async Task Refusals_are_counted_by_signal_and_reason_and_logged_once_a_minute()
    {
        var before = await Scrape.OfAsync(Api.Http);
        for (var i = 0; i < 20; i++)
        {
            using var malformed = To(With(NewRequest(Json), "{"), "/v1/traces");
            using var answer = await Api.Http.SendAsync(malformed);
        }

        var partial = await Api.TakeAsync(OtlpPayload.Traces, OtlpPayload.SpansOf([], OtlpPayload.Span(Host.Clock.GetUtcNow(), "00f067aa0ba902b7", [("gen_ai.operation.name", "chat"), ("gen_ai.usage.input_tokens", 1L)])));
        Assert.That(partial.Ok["partialSuccess"], Is.Not.Null);
        var after = before;
        await Patience.UntilAsync(async () =>
        {
            after = await Scrape.OfAsync(Api.Http);
            return Rise("partial") == 1;
        });

        Assert.That(Rise("malformed"), Is.EqualTo(20));
        Assert.That(logs.With(["Exports of traces"]).Count(line => line.Contains("Reason: malformed", StringComparison.Ordinal)), Is.EqualTo(1));

        double? Rise(string reason)
        {
            string[] labels = ["signal=\"traces\"", $"reason=\"{reason}\""];
            return after.Find("entourage_otlp_refusals_total", labels) - (before.Find("entourage_otlp_refusals_total", labels) ?? 0);
        }
    }

    [Test]
    public async Task Aborted_export_is_counted_and_is_no_server_error([Values] bool reset)
    {
        var before = await AbortedAsync();
        using var connection = await RawConnection.OpenAsync(Api.Http.BaseAddress!);

        await connection.SendAndLeaveAsync(
            Encoding.ASCII.GetBytes($"POST /v1/metrics HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {ApiHost.WithKeys["Auth:BootstrapKey"]}\r\nContent-Type: {Json}\r\nContent-Length: 500\r\n\r\n{{"),
            reset);

        await Patience.UntilAsync(async () => await AbortedAsync() == before + 1);
        Assert.That(logs.With([" failed with 5"]).Where(line => !line.Contains(Inside, StringComparison.Ordinal)), Is.Empty);

        async Task<double> AbortedAsync() =>
            (await Scrape.OfAsync(Api.Http)).Find("entourage_otlp_refusals_total", "signal=\"metrics\"", "reason=\"aborted\"") ?? 0;
    }

    [Test]
    public async Task Aborted_usage_is_no_server_error([Values] bool reset)
    {
        string[] answered = ["http_route=\"api/v1/sessions/{id:long}/usage\"", "http_response_status_code=\"499\""];
        var before = await AnsweredAsync();
        using var connection = await RawConnection.OpenAsync(Api.Http.BaseAddress!);

        await connection.SendAndLeaveAsync(
            Encoding.ASCII.GetBytes($"POST /api/v1/sessions/1/usage HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {ApiHost.WithKeys["Auth:BootstrapKey"]}\r\nContent-Type: {Json}\r\nContent-Length: 500\r\n\r\n{{"),
            reset);

        await Patience.UntilAsync(async () => await AnsweredAsync() == before + 1);
        Assert.That(logs.With([" failed with 5"]).Where(line => !line.Contains(Inside, StringComparison.Ordinal)), Is.Empty);

        async Task<double> AnsweredAsync() => (await Scrape.OfAsync(Api.Http)).Find("http_server_request_duration_seconds_count", answered) ?? 0;
    }

    // Uses a fresh address and a valid key.
    private static HttpRequestMessage NewRequest(string mediaType) => Header(
        Header(OtlpPayload.Request(OtlpPayload.Logs, mediaType == Json ? "{}"u8.ToArray() : [], mediaType), Forwarded, NewAddress()), KeyHeader, ApiHost.WithKeys["Auth:BootstrapKey"]);

    private static HttpRequestMessage Header(HttpRequestMessage request, string name, string? value)
    {
        request.Headers.Remove(name);
        if (value is not null)
        {
            request.Headers.Add(name, value);
        }

        return request;
    }

    private static HttpRequestMessage To(HttpRequestMessage request, string path)
    {
        request.RequestUri = new Uri(path, UriKind.Relative);
        return request;
    }

    private static HttpRequestMessage By(HttpRequestMessage request, HttpMethod method)
    {
        request.Method = method;
        return request;
    }

    private static HttpRequestMessage With(HttpRequestMessage request, string body)
    {
        var type = request.Content!.Headers.ContentType;
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        request.Content.Headers.ContentType = type;
        return request;
    }

    private static HttpRequestMessage Chunked(HttpRequestMessage request)
    {
        request.Headers.TransferEncodingChunked = true;
        return request;
    }

    private static HttpRequestMessage Compressed(HttpRequestMessage request, string encoding)
    {
        With(request, "abc").Content!.Headers.ContentEncoding.Add(encoding);
        return request;
    }

    private async Task<HttpResponseMessage> CheckAsync(HttpRequestMessage request, string mediaType, HttpStatusCode status, int code)
    {
        using var client = new HttpClient { BaseAddress = Api.Http.BaseAddress, Timeout = Patience.Limit };
        var answer = await client.SendAsync(request);
        var body = await answer.Content.ReadAsByteArrayAsync();
        Assert.That((answer.StatusCode, answer.Content.Headers.ContentType?.MediaType), Is.EqualTo((status, mediaType)), Encoding.UTF8.GetString(body));
        var refusal = mediaType == Json ? OfJson(body) : OfProtobuf(body);
        Assert.That(refusal.Code, Is.EqualTo(code));
        Assert.That(refusal.Message, Is.Not.Empty);
        CheckRevealsNoInternals(refusal.Message!);
        return answer;
    }

    private static (long? Code, string? Message) OfJson(byte[] body)
    {
        var status = JsonNode.Parse(body)!;
        return (status.Number("code"), status.Text("message"));
    }

    private static (long? Code, string? Message) OfProtobuf(byte[] body)
    {
        using var status = new CodedInputStream(body);
        Assert.That(status.ReadTag(), Is.EqualTo(WireFormat.MakeTag(1, WireFormat.WireType.Varint)));
        var code = status.ReadInt32();
        Assert.That(status.ReadTag(), Is.EqualTo(WireFormat.MakeTag(2, WireFormat.WireType.LengthDelimited)));
        return (code, status.ReadString());
    }
}
