using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Entourage.Api.Tests.Otlp;
using Entourage.Testing;

namespace Entourage.Api.Tests.Protection;

/// <summary>Limits on the content of bodies: where they are, what the answers say, and what they don't affect.</summary>
internal sealed class BodyLimitTests : HardeningFixture
{
    private const int MaxItems = 20;
    private const int MaxValues = 200;
    private const int Large = 262_144;

    private static readonly string[] Signals = [OtlpPayload.Logs, OtlpPayload.Traces, OtlpPayload.Metrics];

    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["Limits:TelemetryItems"] = $"{MaxItems}",
        ["Limits:TelemetryGroups"] = "6",
        ["Limits:TelemetryItemAttributes"] = "4",
        ["Limits:TelemetrySources"] = "3",
        ["Limits:TelemetryInflation"] = "20",
        ["Limits:JsonValues"] = $"{MaxValues}",
        ["Limits:BodyMemoryBytes"] = "2097152",
        ["Limits:LargeBodySeconds"] = "5",
    };

    [TestCase(MaxItems, HttpStatusCode.OK)]
    [TestCase(MaxItems + 1, HttpStatusCode.RequestEntityTooLarge)]
    public async Task Telemetry_items_are_limited_in_both_encodings(int count, HttpStatusCode status)
    {
        foreach (var signal in Signals)
        {
            var isMetrics = signal == OtlpPayload.Metrics;
            var items = SmallRequest.EmptyMessages(isMetrics ? 1 : 2, count);
            var json = $"[{SmallRequest.Items("{}", count)}]";
            var name = char.ToUpperInvariant(signal[0]) + signal[1..];
            var (resources, scopes) = signal == OtlpPayload.Traces ? ("resourceSpans", "scopeSpans") : ($"resource{name}", $"scope{name}");
            var content = isMetrics ? $$$"""{"metrics":[{"sum":{"dataPoints":{{{json}}} }}]}""" : $$"""{"{{(signal == OtlpPayload.Logs ? "logRecords" : "spans")}}":{{json}} }""";
            var message = SmallRequest.Within(1, SmallRequest.Within(2, isMetrics ? SmallRequest.Within(2, SmallRequest.Within(7, items)) : items));

            var asProtobuf = await SendAsync(signal, message, SmallRequest.Protobuf);
            var asJson = await SendAsync(signal, Encoding.UTF8.GetBytes($$"""{"{{resources}}":[{"{{scopes}}":[{{content}}]}]}"""), SmallRequest.Json);

            Assert.That((asProtobuf.Status, asJson.Status), Is.EqualTo((isMetrics && status == HttpStatusCode.OK ? HttpStatusCode.OK : status, status)), signal);
            if (status != HttpStatusCode.OK)
            {
                Assert.That(new[] { asProtobuf.Text, asJson.Text }, Is.All.Contain("Limits:TelemetryItems").And.All.Contain($"{MaxItems}"), signal);
            }
        }
    }

    [TestCase("groups", "Limits:TelemetryGroups")]
    [TestCase("attributes of a record", "Limits:TelemetryItemAttributes")]
    [TestCase("attributes of a resource", "Limits:TelemetryItemAttributes")]
    public async Task Other_parts_of_telemetry_are_limited(string what, string setting)
    {
        var attribute = """{"key":"a","value":{"stringValue":"b"}}""";
        var (protobuf, json) = what switch
        {
            "groups" => (SmallRequest.EmptyMessages(1, 7), $$"""{"resourceLogs":[{{SmallRequest.Items("{}", 7)}}]}"""),
            "attributes of a record" => (
                SmallRequest.Within(1, SmallRequest.Within(2, SmallRequest.Within(2, SmallRequest.EmptyMessages(6, 5)))),
                $$"""{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"attributes":[{{SmallRequest.Items(attribute, 5)}}]}]}]}]}"""),
            _ => (
                SmallRequest.Within(1, [.. SmallRequest.Within(1, SmallRequest.EmptyMessages(1, 5)), .. SmallRequest.Within(2, SmallRequest.EmptyMessages(2, 1))]),
                $$"""{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}],"resource":{"attributes":[{{SmallRequest.Items(attribute, 5)}}]} }]}"""),
        };
        foreach (var answer in new[]
        {
            await SendAsync(OtlpPayload.Logs, protobuf, SmallRequest.Protobuf), await SendAsync(OtlpPayload.Logs, Encoding.UTF8.GetBytes(json), SmallRequest.Json),
        })
        {
            Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge), answer.Text);
            Assert.That(answer.Text, Does.Contain(setting));
        }
    }

    [Test]
    public async Task Compression_ratio_beyond_that_of_telemetry_is_refused()
    {
        var random = new Random(1);
        var dense = Enumerable.Range(0, 400_000).Select(_ => (char)random.Next('a', 'q'));

        var bomb = await SendAsync(OtlpPayload.Logs, OtlpPayload.Gzip(Encoding.UTF8.GetBytes($$"""{"a":"{{new string('a', 2 * Large)}}"}""")), SmallRequest.Json, "gzip");
        var real = await SendAsync(OtlpPayload.Logs, OtlpPayload.Gzip(Encoding.UTF8.GetBytes($$"""{"a":"{{string.Concat(dense)}}"}""")), SmallRequest.Json, "gzip");

        Assert.That((bomb.Status, real.Status), Is.EqualTo((HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.OK)));
        Assert.That(bomb.Text, Does.Contain("20 times").And.Contain("Limits:TelemetryInflation"));
    }

    [Test]
    public async Task Sessions_beyond_the_limit_of_an_export_are_refused_and_the_others_recorded()
    {
        var team = await Api.CreateTeamAsync();
        var now = Host.Clock.GetUtcNow();

        var json = OtlpPayload.LogsOf([("entourage.agent_id", team.Agent)], [.. Enumerable.Range(0, 5).Select(i => new JsonObject
        {
            ["timeUnixNano"] = OtlpPayload.Nanoseconds(now),
            ["eventName"] = "claude_code.api_request",
            ["attributes"] = OtlpPayload.Attributes(("session.id", $"s-{i}"), ("request_id", $"r-{i}"), ("cost_usd", 1.0)),
        })]);
        var answer = (await Api.TakeAsync(OtlpPayload.Logs, json)).Ok;

        Assert.That(answer["partialSuccess"]!.Text("rejectedLogRecords"), Is.EqualTo("2"));
        Assert.That(answer["partialSuccess"]!.Text("errorMessage"), Does.Contain("Limits:TelemetrySources"));
        Assert.That((await team.CostsAsync()).Usd("total_cost_usd"), Is.EqualTo(3m));
    }

    [Test]
    public async Task Export_of_many_new_sessions_is_recorded_once_after_some_retries()
    {
        await using var host = await ApiHost.StartAsync(Store.Sqlite);
        var team = await host.Api.CreateTeamAsync();
        var now = host.Clock.GetUtcNow();
        var json = OtlpPayload.LogsOf([("entourage.agent_id", team.Agent)], [.. Enumerable.Range(0, 250).Select(i => new JsonObject
        {
            ["timeUnixNano"] = OtlpPayload.Nanoseconds(now),
            ["eventName"] = "claude_code.api_request",
            ["attributes"] = OtlpPayload.Attributes(("session.id", $"s-{i}"), ("request_id", $"r-{i}"), ("cost_usd", 1.0)),
        })]);

        var statuses = new List<HttpStatusCode>();
        do
        {
            statuses.Add((await host.Api.TakeAsync(OtlpPayload.Logs, json)).Status);
        }
        while (statuses[^1] == HttpStatusCode.ServiceUnavailable && statuses.Count < 10);

        Assert.That(statuses, Is.EqualTo(new[] { HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK }));
        Assert.That((await team.CostsAsync()).Usd("total_cost_usd"), Is.EqualTo(250m));
    }

    [TestCase(MaxValues - 5, HttpStatusCode.UnprocessableEntity, null)]
    [TestCase(MaxValues, HttpStatusCode.RequestEntityTooLarge, "Limits:JsonValues")]
    public async Task Values_of_a_body_are_limited(int count, HttpStatusCode status, string? setting)
    {
        var team = await Api.CreateTeamAsync();
        var body = $$"""{"title":"t","tags":[{{SmallRequest.Items("\"a\"", count)}}]}""";

        var direct = await Api.PostAsync($"/teams/{team.Id}/tasks", body);
        var chunked = await ChunkedAsync($"/teams/{team.Id}/tasks", "\uFEFF" + body);

        Assert.That((direct.Status, chunked.Status), Is.EqualTo((status, status)), direct.Text);
        if (setting is not null)
        {
            Assert.That(direct.Json.Text("detail"), Does.Contain(setting).And.Contain($"{MaxValues}"));
        }
    }

    [Test]
    public async Task Only_the_first_hundred_faults_of_a_batch_are_answered_in_full()
    {
        var body = $$"""{"items":[{{SmallRequest.Items("""{"session_id":1,"input_tokens":-1,"output_tokens":-1}""", 300)}},0,null]}""";

        var items = (await Api.PostAsync("/sessions/usage/batch", body)).Ok.Items("items");

        Assert.That(items, Has.Count.EqualTo(302));
        Assert.That(items.Select(item => item.Number("status")), Is.EqualTo(Enumerable.Repeat(422L, 300).Concat([400L, 400L])));
        Assert.That(items[99]["problem"]!["errors"]!.AsObject(), Has.Count.EqualTo(2));
        Assert.That(items[100]["problem"]!["errors"]!.AsObject(), Has.Count.EqualTo(1));
        Assert.That(items[301]["problem"]!.Text("detail"), Does.Contain("JSON object"));
    }

    [Test]
    public async Task Stalled_large_body_releases_its_memory()
    {
        using var stalled = await RawConnection.OpenAsync(Api.Http.BaseAddress!);
        await stalled.SendAsync(
            $"POST /api/v1/sessions/usage/batch HTTP/1.1\r\nHost: localhost\r\nX-Fault: none\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{new string(' ', 2 * Large)}");
        var answer = stalled.ReadAsync();
        while (!answer.IsCompleted)
        {
            Host.Clock.Advance(TimeSpan.FromSeconds(1));
            _ = (await Api.GetAsync("/guidelines")).Ok;
        }

        Assert.That(await answer, Does.StartWith("HTTP/1.1 503"));
        Assert.That((await Api.PostAsync("/sessions/usage/batch", "{\"items\":[0]}".PadRight(2 * Large))).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    private async Task<Answer> ChunkedAsync(string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1" + path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TransferEncodingChunked = true;
        return await Api.SendAsync(request);
    }

    private async Task<(HttpStatusCode Status, string Text)> SendAsync(string signal, byte[] body, string mediaType, string? encoding = null)
    {
        using var request = OtlpPayload.Request(signal, body, mediaType, encoding);
        using var response = await Api.Http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
