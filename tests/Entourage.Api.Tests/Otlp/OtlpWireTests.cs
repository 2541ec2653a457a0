using System.Net;
using System.Text;
using CsCheck;
using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Entourage.Api.Tests.Otlp;

/// <summary>Every request gets an answer in the protocol's form that tells an exporter whether to retry.</summary>
internal sealed class OtlpWireTests
{
    private const string Protobuf = "application/x-protobuf";
    private static readonly string[] Signals = [OtlpPayload.Logs, OtlpPayload.Traces, OtlpPayload.Metrics];

    private ApiHost host = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => host = await ApiHost.StartAsync(Store.Sqlite);

    [OneTimeTearDown]
    public async Task StopAsync() => await (host?.DisposeAsync() ?? default);

    [Test]
    public async Task Empty_export_is_answered_with_an_empty_message([ValueSource(nameof(Signals))] string signal)
    {
        var (status, type, body) = await SendAsync(signal, [], Protobuf);

        Assert.That((status, type, body), Is.EqualTo((HttpStatusCode.OK, Protobuf, Array.Empty<byte>())));
        Assert.That((await host.Api.TakeAsync(signal, "{}")).Text, Is.EqualTo("{}"));
    }

    [Test]
    public async Task Gzip_is_decompressed_up_to_a_limit([ValueSource(nameof(Signals))] string signal)
    {
        var packed = await SendAsync(signal, OtlpPayload.Gzip(Encoding.UTF8.GetBytes("{\"unknown\": [1, {\"a\": null}]}")), "application/json", "gzip");
        var bomb = await SendAsync(signal, OtlpPayload.Gzip(new byte[64 * 1024 * 1024]), Protobuf, "gzip");
        var broken = await SendAsync(signal, [1, 2, 3, 4], Protobuf, "gzip");
        var unknown = await SendAsync(signal, [1, 2, 3, 4], Protobuf, "zstd");

        Assert.That(
            new[] { packed.Status, bomb.Status, broken.Status, unknown.Status },
            Is.EqualTo(new[] { HttpStatusCode.OK, HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.BadRequest, HttpStatusCode.UnsupportedMediaType }));
        Assert.That(bomb.Type, Is.EqualTo(Protobuf));
        Assert.That(Encoding.UTF8.GetString(bomb.Body), Does.Contain("larger"));
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("[]")]
    [TestCase("5")]
    [TestCase("{} {}")]
    [TestCase("""{"resourceLogs": {}, "resourceSpans": {}, "resourceMetrics": {}}""")]
    [TestCase("""{"resourceLogs": 5, "resourceSpans": 5, "resourceMetrics": 5}""")]
    public async Task Malformed_export_is_answered_400_with_the_reason(string json)
    {
        foreach (var signal in Signals)
        {
            var answer = await host.Api.TakeAsync(signal, json);
            Assert.That((answer.Status, answer.MediaType), Is.EqualTo((HttpStatusCode.BadRequest, "application/json")), $"{signal}: {answer.Text}");
            Assert.That((answer.Json.Number("code"), answer.Json.Text("message")), Is.EqualTo((3L, answer.Json.Text("message"))));
            Assert.That(answer.Json.Text("message"), Does.StartWith("The body is not valid OTLP"));
        }
    }

    [TestCase("text/plain")]
    [TestCase("application/xml")]
    public async Task Other_media_type_is_answered_415(string mediaType) =>
        Assert.That((await SendAsync(OtlpPayload.Logs, [1], mediaType)).Status, Is.EqualTo(HttpStatusCode.UnsupportedMediaType));

    [Test]
    public async Task Unavailable_store_is_answered_503_with_when_to_retry()
    {
        await using var away = await ApiHost.StartAsync(Store.Sqlite, replace: services => services.Replace(ServiceDescriptor.Singleton<IBudgetLedger, NoLedger>()));
        var team = await away.Api.CreateTeamAsync();
        var json = OtlpPayload.LogsOf([("entourage.agent_id", team.Agent)], OtlpPayload.ApiRequest(away.Clock.GetUtcNow(), "s", "r", 1m));

        var answer = await away.Api.TakeAsync(OtlpPayload.Logs, json);

        Assert.That((answer.Status, answer.Header("Retry-After"), answer.Json.Number("code")), Is.EqualTo((HttpStatusCode.ServiceUnavailable, "1", 14L)));
    }

    [Test]
    public async Task Truncated_or_changed_bytes_cause_no_server_error()
    {
        var recorded = OtlpRecording.Create();
        Assert.That(recorded, Has.Count.EqualTo(3));
        var damage = Gen.Select(Gen.Int[0, recorded.Count - 1].Select(i => recorded[i]), Gen.Double[0, 1], Gen.Int[1, 255].Array[0, 3], Gen.Double[0, 1].Array[3], Gen.Bool);

        await damage.SampleAsync(
            async change =>
            {
                var (whole, cut, flips, places, cuts) = change;
                var body = cuts ? whole.Body[..(int)(cut * whole.Body.Length)] : [.. whole.Body];
                for (var i = 0; i < flips.Length && body.Length > 0; i++)
                {
                    body[(int)(places[i] * (body.Length - 1))] ^= (byte)flips[i];
                }

                var (status, type, _) = await SendAsync(whole.Signal, body, Protobuf);
                Assert.That((status, type), Is.AnyOf((HttpStatusCode.OK, Protobuf), (HttpStatusCode.BadRequest, Protobuf)));
            },
            iter: 400,
            threads: 2);
        Assert.That((await host.VerifyAsync()).Differences, Is.Empty);
    }

    private async Task<(HttpStatusCode Status, string? Type, byte[] Body)> SendAsync(string signal, byte[] body, string mediaType, string? encoding = null)
    {
        using var request = OtlpPayload.Request(signal, body, mediaType, encoding);
        using var response = await host.Api.Http.SendAsync(request);
        return (response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsByteArrayAsync());
    }

    private sealed class NoLedger : IBudgetLedger
    {
        public Task<LedgerAnswer<T>> WriteAsync<T>(LedgerEntry<T> entry, CancellationToken cancellationToken) => throw new StoreUnavailableException("Away.");

        public Task<IReadOnlyList<LedgerOutcome>> WriteAsync(IReadOnlyList<LedgerEntry> entries, CancellationToken cancellationToken) =>
            throw new StoreUnavailableException("Away.");

        public Task<BudgetStanding> ReadAsync(BudgetSubject subject, DateTimeOffset now, CancellationToken cancellationToken) =>
            throw new StoreUnavailableException("Away.");
    }
}
