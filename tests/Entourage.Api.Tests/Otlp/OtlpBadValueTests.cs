using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Entourage.Testing;
using Google.Protobuf;

namespace Entourage.Api.Tests.Otlp;

/// <summary>An unreadable value costs at most the item that needs it, because exporters don't resend what is answered 400.</summary>
internal sealed class OtlpBadValueTests
{
    private const string Needed = "\"key\":\"input_tokens\",\"value\":";

    private ApiHost host = null!;
    private TestTeam team = null!;
    private int calls;

    [OneTimeSetUp]
    public async Task StartAsync() => host = await ApiHost.StartAsync(Store.Sqlite);

    [OneTimeTearDown]
    public async Task StopAsync() => await (host?.DisposeAsync() ?? default);

    [SetUp]
    public async Task CreateTeamAsync() => team = await host.Api.CreateTeamAsync(model: ApiClient.UnlistedModel);

    // Covers every place of an export where an unread value can be.
    [TestCase("""{"stringValue":"half an emoji: \ud83d"}""")]
    [TestCase("""{"stringValue":"\ude00 the other half"}""")]
    [TestCase("""{"stringValue":"\ud83d\ud83d\ude00"}""")]
    [TestCase("""{"stringValue":5}""")]
    [TestCase("""{"stringValue":{}}""")]
    [TestCase("""{"stringValue":null}""")]
    [TestCase("""{"intValue":"18446744073709551615"}""")]
    [TestCase("""{"intValue":18446744073709551615}""")]
    [TestCase("""{"intValue":1e999}""")]
    [TestCase("""{"intValue":"many"}""")]
    [TestCase("""{"intValue":1.5}""")]
    [TestCase("""{"intValue":true}""")]
    [TestCase("""{"intValue":""}""")]
    [TestCase("""{"doubleValue":"NaN"}""")]
    [TestCase("""{"doubleValue":"-Infinity"}""")]
    [TestCase("""{"doubleValue":"a lot"}""")]
    [TestCase("""{"doubleValue":1e999}""")]
    [TestCase("""{"doubleValue":[1]}""")]
    [TestCase("""{"boolValue":"true"}""")]
    [TestCase("""{"boolValue":1}""")]
    [TestCase("""{"bytesValue":"not base64!"}""")]
    [TestCase("""{"bytesValue":"_-8"}""")]
    [TestCase("""{"arrayValue":5}""")]
    [TestCase("""{"arrayValue":{"values":[{"stringValue":"\ud83d"}]}}""")]
    [TestCase("""{"kvlistValue":{"values":"none"}}""")]
    [TestCase("""{"\ud83d":1}""")]
    [TestCase("null")]
    [TestCase("5")]
    [TestCase("[]")]
    public async Task Unread_value_may_be_malformed(string value)
    {
        var attribute = $$"""{"key":"note","value":{{value}}},""";
        var first = Export(Call()).Replace("\"attributes\":[", "\"attributes\":[" + attribute, StringComparison.Ordinal);
        Assert.That(first.Split(attribute), Has.Length.EqualTo(3), "in the resource and in the record");

        Assert.That((await host.Api.TakeAsync(OtlpPayload.Logs, first)).Text, Is.EqualTo("{}"));
        Assert.That((await host.Api.TakeAsync(OtlpPayload.Logs, Export(Call()).Replace("{\"stringValue\":\"claude_code.api_request\"}", value, StringComparison.Ordinal))).Text, Is.EqualTo("{}"));
        Assert.That(await SpentAsync(), Is.EqualTo(2m));
    }

    [TestCase("\"attributes\":[", "\"attributes\":[5,null,\"a\",{},{\"key\":5},{\"key\":\"\\ud83d\",\"value\":{\"intValue\":1}},{\"\\ud83d\":1},")]
    [TestCase("\"name\":\"com.anthropic", "\"name\":\"\\ud83d\",\"name\":\"com.anthropic")]
    [TestCase("\"severityNumber\":9", "\"severityNumber\":\"SEVERITY_NUMBER_INFO\",\"flags\":\"x\",\"eventName\":null,\"traceId\":null")]
    [TestCase("\"severityNumber\":9", "\"traceId\":\"xyz\",\"spanId\":5,\"eventName\":7")]
    [TestCase("\"severityNumber\":9", "\"\\ud83d\":1,\"\\u0062ody\":5")]
    [TestCase("\"timeUnixNano\":", "\"timeUnixNano\":\"soon\",\"unused\":")]
    [TestCase("\"timeUnixNano\":", "\"timeUnixNano\":-1,\"unused\":")]
    [TestCase("\"timeUnixNano\":", "\"timeUnixNano\":null,\"unused\":")]
    [TestCase("\"version\":\"2.1.0\"", "\"version\":{},\"attributes\":7")]
    public async Task Unreadable_member_counts_as_absent(string found, string instead)
    {
        var json = Export(Call());
        Assert.That(json, Does.Contain(found));

        Assert.That((await host.Api.TakeAsync(OtlpPayload.Logs, json.Replace(found, instead, StringComparison.Ordinal))).Text, Is.EqualTo("{}"));
        Assert.That(await SpentAsync(), Is.EqualTo(1m));
    }

    [TestCase("""{"intValue":"1200"}""")]
    [TestCase("""{"intValue":1200}""")]
    [TestCase("""{"intValue":1200.0}""")]
    [TestCase("""{"intValue":"1200.000"}""")]
    [TestCase("""{"intValue":"1.2e3"}""")]
    [TestCase("""{"intValue":1.2E+3}""")]
    [TestCase("""{"intValue":"12000e-1"}""")]
    [TestCase("""{"stringValue":null,"intValue":1200}""")]
    [TestCase("""{"doubleValue":1200}""")]
    [TestCase("""{"doubleValue":"1.2e3"}""")]
    [TestCase("""{"stringValue":"1200"}""")]
    [TestCase("""{"\u0069ntValue":"1200"}""")]
    public async Task Number_is_read_in_every_notation(string value)
    {
        Assert.That((await host.Api.TakeAsync(OtlpPayload.Logs, Export(Call()).Replace($$"""{{Needed}}{"intValue":"1000"}""", Needed + value, StringComparison.Ordinal))).Text, Is.EqualTo("{}"));

        Assert.That((await SessionAsync()).Number("input_tokens"), Is.EqualTo(1200));
    }

    [TestCase("""{"intValue":"18446744073709551615"}""")]
    [TestCase("""{"intValue":"many"}""")]
    [TestCase("""{"intValue":1.5}""")]
    [TestCase("""{"doubleValue":"NaN"}""")]
    [TestCase("""{"doubleValue":"Infinity"}""")]
    [TestCase("""{"stringValue":"\ud83d"}""")]
    public async Task Malformed_value_that_an_item_needs_refuses_the_item_and_is_named(string value)
    {
        var json = Export(Call(), Call()).Replace($$"""{{Needed}}{"intValue":"1000"}""", Needed + value, StringComparison.Ordinal);
        json = Export(json, Call());

        var answer = (await host.Api.TakeAsync(OtlpPayload.Logs, json)).Ok["partialSuccess"]!;

        Assert.That((answer.Text("rejectedLogRecords"), answer.Text("errorMessage")), Is.EqualTo(("2", "'input_tokens' must be a number.")));
        Assert.That(await SpentAsync(), Is.EqualTo(1m));
    }

    [TestCase("5", "not a JSON object")]
    [TestCase("null", "not a JSON object")]
    [TestCase("[]", "not a JSON object")]
    [TestCase("\"\\ud83d\"", "not a JSON object")]
    [TestCase("{\"attributes\":5}", "'attributes' is not an array")]
    [TestCase("{\"attributes\":\"\\ud83d\"}", "'attributes' is not an array")]
    public async Task Malformed_item_is_refused_and_the_others_are_accepted(string item, string reason)
    {
        var json = Export(Call()).Replace("\"logRecords\":[", $"\"logRecords\":[{item},{item},", StringComparison.Ordinal);

        var answer = (await host.Api.TakeAsync(OtlpPayload.Logs, json)).Ok["partialSuccess"]!;

        Assert.That(answer.Text("rejectedLogRecords"), Is.EqualTo("2"));
        Assert.That(answer.Text("errorMessage"), Does.Contain(reason));
        Assert.That(await SpentAsync(), Is.EqualTo(1m));
    }

    [TestCase("\"resourceLogs\":[", "\"resourceLogs\":[5,", 1)]
    [TestCase("\"resourceLogs\":[", "\"resourceLogs\":[{\"scopeLogs\":5},{\"scopeLogs\":null},{\"resource\":5},", 1)]
    [TestCase("\"scopeLogs\":[", "\"scopeLogs\":[5,{\"logRecords\":{}},{\"scope\":[],\"logRecords\":null},", 2)]
    public async Task Malformed_group_is_refused_and_the_others_are_accepted(string found, string instead, int refused)
    {
        var answer = await host.Api.TakeAsync(OtlpPayload.Logs, Export(Call()).Replace(found, instead, StringComparison.Ordinal));

        Assert.That(answer.Ok["partialSuccess"]!.Text("rejectedLogRecords"), Is.EqualTo($"{refused}"));
        Assert.That(await SpentAsync(), Is.EqualTo(1m));
    }

    [Test]
    public async Task Enumerations_may_be_numbers_or_names_and_ids_hexadecimal_or_base64()
    {
        var now = host.Clock.GetUtcNow();
        (string, object)[] call = [("gen_ai.operation.name", "chat"), ("gen_ai.conversation.id", "s"), ("gen_ai.usage.input_tokens", 10L), ("gen_ai.usage.cost", 1.0)];
        var span = OtlpPayload.Span(now, "00f067aa0ba902b7", call, "broken");
        span["status"]!["code"] = "STATUS_CODE_ERROR";
        var again = span.DeepClone().AsObject();
        (again["traceId"], again["spanId"]) = ("W47/95gDgQPSabYzgT/GDA==", "APBnqgupArc=");
        var more = span.DeepClone().AsObject();
        (more["traceId"], more["spanId"]) = ("W47_95gDgQPSabYzgT_GDA", "APBnqgupArc");

        Assert.That((await host.Api.TakeAsync(OtlpPayload.Traces, OtlpPayload.SpansOf([("entourage.agent_id", team.Agent)], span, again, more))).Text, Is.EqualTo("{}"));

        Assert.That(await SpentAsync(), Is.EqualTo(1m), "it is the same span");
        var usage = (await host.Api.GetAsync($"/sessions/{(await SessionAsync()).Number("id")}/usage")).Ok.AsArray().Single()!;
        Assert.That(usage.Text("error"), Is.EqualTo("broken"));
    }

    [TestCase("AGGREGATION_TEMPORALITY_CUMULATIVE", 2)]
    [TestCase("AGGREGATION_TEMPORALITY_DELTA", 4)]
    [TestCase("2", 2)]
    [TestCase("1", 4)]
    public async Task Temporality_may_be_a_name(string temporality, int calls)
    {
        var now = host.Clock.GetUtcNow();
        foreach (var minutes in new[] { 2, 1 })
        {
            var counters = OtlpPayload.Counters(now.AddMinutes(-10), now.AddMinutes(-minutes), "s", 2, costUsd: 0.5m);
            foreach (var counter in counters)
            {
                counter["sum"]!["aggregationTemporality"] = temporality;
            }

            Assert.That((await host.Api.TakeAsync(OtlpPayload.Metrics, OtlpPayload.MetricsOf([("entourage.agent_id", team.Agent)], counters))).Text, Is.EqualTo("{}"));
        }

        Assert.That(await SpentAsync(), Is.EqualTo(calls * 0.5m));
    }

    [Test]
    public async Task Malformed_point_or_metric_is_refused_and_the_others_are_accepted()
    {
        var now = host.Clock.GetUtcNow();
        var json = OtlpPayload.MetricsOf([("entourage.agent_id", team.Agent)], OtlpPayload.Counters(now.AddMinutes(-10), now, "s", 2, costUsd: 0.5m))
            .Replace("\"metrics\":[", "\"metrics\":[5,{\"name\":5},{\"name\":\"\\ud83d\",\"sum\":5},", StringComparison.Ordinal)
            .Replace("\"dataPoints\":[", "\"dataPoints\":[5,{\"asInt\":\"1.5\",\"asDouble\":null,\"attributes\":5},", StringComparison.Ordinal);

        var answer = (await host.Api.TakeAsync(OtlpPayload.Metrics, json)).Ok["partialSuccess"]!;

        Assert.That(answer.Text("rejectedDataPoints"), Is.EqualTo("8"));
        Assert.That(await SpentAsync(), Is.EqualTo(1m));
    }

    [Test]
    public async Task Half_a_character_in_protobuf_is_harmless_everywhere()
    {
        // Cut off after three of the four bytes of an emoji.
        byte[] half = [0xF0, 0x9F, 0x98];
        var bad = Field(1, half);
        byte[] attribute = Field(6, [.. Field(1, Utf8("note")), .. Field(2, bad)]);
        byte[] badKey = Field(6, [.. Field(1, half), .. Field(2, Field(1, Utf8("x")))]);
        byte[] record = [.. Record(), .. Field(5, bad), .. Field(12, half), .. attribute, .. badKey];
        byte[] resource = Field(1, [.. Attribute(1, "service.name", Field(1, Utf8("claude-code"))), .. Attribute(1, "entourage.agent_id", Field(1, Utf8(team.Agent))), .. Field(1, [.. Field(1, Utf8("note")), .. Field(2, bad)])]);
        byte[] scope = Field(2, [.. Field(1, [.. Field(1, half), .. Field(2, half)]), .. Field(2, record)]);

        using var request = OtlpPayload.Request(OtlpPayload.Logs, Field(1, [.. resource, .. scope]), "application/x-protobuf");
        var answer = await host.Api.SendAsync(request);

        Assert.That((answer.Status, answer.Text), Is.EqualTo((HttpStatusCode.OK, "")));
        Assert.That(await SpentAsync(), Is.EqualTo(1m));
    }

    [Test]
    public async Task Malformed_item_in_protobuf_is_refused_and_the_others_are_accepted()
    {
        // A value that claims to be longer than its attribute.
        byte[] broken = [.. Record(), .. Field(6, [.. Field(1, Utf8("note")), 0x12, 0x7F])];
        byte[] resource = Field(1, Attribute(1, "entourage.agent_id", Field(1, Utf8(team.Agent))));
        byte[] scope = Field(2, [.. Field(2, broken), .. Field(2, Record())]);

        using var request = OtlpPayload.Request(OtlpPayload.Logs, Field(1, [.. resource, .. scope]), "application/x-protobuf");
        var answer = await host.Api.SendAsync(request);

        Assert.That((answer.Status, answer.Text), Is.EqualTo((HttpStatusCode.OK, answer.Text)));
        Assert.That(answer.Text, Does.Contain("A LogRecord is not valid protobuf"));
        Assert.That(await SpentAsync(), Is.EqualTo(1m));
    }

    [Test]
    public async Task Export_of_malformed_items_only_is_answered_quickly()
    {
        var json = Export().Replace("\"logRecords\":[", "\"logRecords\":[" + string.Join(',', Enumerable.Repeat("{\"attributes\":5,\"\\ud83d\":\"\\ud83d\"}", 10_000)), StringComparison.Ordinal);
        byte[] resource = Field(1, Field(2, [.. Enumerable.Repeat(Field(2, Field(6, [0x12, 0x7F])), 10_000).SelectMany(record => record)]));
        using var request = OtlpPayload.Request(OtlpPayload.Logs, resource, "application/x-protobuf");

        Assert.That((await host.Api.TakeAsync(OtlpPayload.Logs, json)).Ok["partialSuccess"]!.Text("rejectedLogRecords"), Is.EqualTo("10000"));
        Assert.That((await host.Api.SendAsync(request)).Status, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    // A protobuf record of a call of Claude Code that cost a dollar.
    private byte[] Record() =>
    [
        .. Attribute(6, "event.name", Field(1, Utf8("api_request"))),
        .. Attribute(6, "session.id", Field(1, Utf8("s-1"))),
        .. Attribute(6, "request_id", Field(1, Utf8($"r-{calls++}"))),
        .. Attribute(6, "input_tokens", [0x18, 0x0A]),
        .. Attribute(6, "cost_usd", Field(1, Utf8("1"))),
        .. Field(5, Field(1, Utf8("claude_code.api_request"))),
    ];

    private static byte[] Attribute(int field, string key, byte[] value) => Field(field, [.. Field(1, Utf8(key)), .. Field(2, value)]);

    private static byte[] Field(int number, byte[] content)
    {
        using var written = new MemoryStream();
        using (var output = new CodedOutputStream(written, leaveOpen: true))
        {
            output.WriteTag(number, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(content));
        }

        return written.ToArray();
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private JsonObject Call() => OtlpPayload.ApiRequest(host.Clock.GetUtcNow(), "s-1", $"r-{calls++}", 1m);

    private string Export(params JsonObject[] records) => OtlpPayload.LogsOf([("entourage.agent_id", team.Agent)], records);

    // An export with a further call in a second resource.
    private string Export(string json, JsonObject record) => json.Replace(
        "{\"resourceLogs\":[", "{\"resourceLogs\":[" + Export(record)["{\"resourceLogs\":[".Length..^"]}".Length] + ",", StringComparison.Ordinal);

    private async Task<decimal?> SpentAsync() => (await host.Api.GetAsync($"/agents/{team.Agent}/sessions")).Ok.AsArray().Sum(session => session!.Usd("cost_usd"));

    private async Task<JsonNode> SessionAsync() => (await host.Api.GetAsync($"/agents/{team.Agent}/sessions")).Ok.AsArray().Single()!;
}
