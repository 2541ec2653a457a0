using System.Globalization;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Otlp;

/// <summary>Builds telemetry in the shapes that programs document.</summary>
internal static class OtlpPayload
{
    public const string Logs = "logs";
    public const string Traces = "traces";
    public const string Metrics = "metrics";

    public static async Task<Answer> TakeAsync(this ApiClient api, string signal, string json)
    {
        using var request = Request(signal, Encoding.UTF8.GetBytes(json), "application/json");
        return await api.SendAsync(request);
    }

    public static HttpRequestMessage Request(string signal, byte[] body, string mediaType, string? encoding = null)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        if (encoding is not null)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        return new(HttpMethod.Post, $"/v1/{signal}") { Content = content };
    }

    public static byte[] Gzip(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(plain);
        }

        return packed.ToArray();
    }

    /// <summary>An export request with log records of one program.</summary>
    public static string LogsOf((string Key, object Value)[] resource, params JsonObject[] records) =>
        Export(resource, "resourceLogs", "scopeLogs", "logRecords", "com.anthropic.claude_code.events", records);

    /// <summary>An export request with spans of one program.</summary>
    public static string SpansOf((string Key, object Value)[] resource, params JsonObject[] spans) =>
        Export(resource, "resourceSpans", "scopeSpans", "spans", "my.llm.library", spans);

    /// <summary>An export request with metrics of one program.</summary>
    public static string MetricsOf((string Key, object Value)[] resource, params JsonObject[] metrics) =>
        Export(resource, "resourceMetrics", "scopeMetrics", "metrics", "com.anthropic.claude_code", metrics);

    /// <summary>Claude Code's event for a call. Some versions write numbers as text.</summary>
    public static JsonObject ApiRequest(DateTimeOffset at, string session, string? request, decimal costUsd, bool asText = false, string model = "claude-sonnet-4-20250514") =>
        Event(at, "api_request", [
            ("session.id", session),
            .. request is null ? Array.Empty<(string, object)>() : [("request_id", request)],
            ("model", model),
            ("cost_usd", asText ? costUsd.ToString(CultureInfo.InvariantCulture) : (double)costUsd),
            ("duration_ms", asText ? "5123" : 5123L),
            ("input_tokens", asText ? "1000" : 1000L),
            ("output_tokens", asText ? "200" : 200L),
            ("cache_read_tokens", asText ? "30000" : 30000L),
            ("cache_creation_tokens", asText ? "400" : 400L),
        ]);

    /// <summary>Claude Code's event for a failed call.</summary>
    public static JsonObject ApiError(DateTimeOffset at, string session, long sequence) =>
        Event(at, "api_error", [
            ("session.id", session), ("event.sequence", sequence), ("model", "claude-sonnet-4-20250514"), ("error", "Overloaded"), ("status_code", "529"),
            ("duration_ms", 310L), ("attempt", 1L),
        ]);

    public static JsonObject Event(DateTimeOffset at, string name, (string Key, object Value)[] attributes) => new()
    {
        ["timeUnixNano"] = Nanoseconds(at),
        ["observedTimeUnixNano"] = Nanoseconds(at),
        ["severityNumber"] = 9,
        ["body"] = new JsonObject { ["stringValue"] = $"claude_code.{name}" },
        ["attributes"] = Attributes([("event.name", name), ("user.id", "u-1"), ("terminal.type", "vscode"), .. attributes]),
        ["droppedAttributesCount"] = 0,
    };

    public static JsonObject Span(DateTimeOffset endedAt, string id, (string Key, object Value)[] attributes, string? error = null) => new()
    {
        ["traceId"] = "5b8efff798038103d269b633813fc60c",
        ["spanId"] = id,
        ["parentSpanId"] = "",
        ["name"] = "chat some-model",
        ["kind"] = 3,
        ["startTimeUnixNano"] = Nanoseconds(endedAt.AddSeconds(-2)),
        ["endTimeUnixNano"] = Nanoseconds(endedAt),
        ["attributes"] = Attributes(attributes),
        ["status"] = error is null ? new JsonObject() : new JsonObject { ["code"] = 2, ["message"] = error },
    };

    /// <summary>Claude Code's counters for one call.</summary>
    public static JsonObject[] Counters(
        DateTimeOffset from, DateTimeOffset at, string session, long calls, bool cumulative = false, decimal? costUsd = 0.05m, string model = "claude-sonnet-4-20250514")
    {
        (string Type, long Count)[] tokens = [("input", 1000), ("output", 200), ("cacheRead", 30000), ("cacheCreation", 400)];
        var ofTokens = Counter("claude_code.token.usage", cumulative, [.. tokens.Select(type =>
            Point(from, at, new JsonObject { ["asInt"] = $"{calls * type.Count}" }, ("type", type.Type), ("model", model), ("session.id", session)))]);
        return costUsd is null
            ? [ofTokens]
            : [ofTokens, Counter("claude_code.cost.usage", cumulative, [
                Point(from, at, new JsonObject { ["asDouble"] = (double)(calls * costUsd.Value) }, ("model", model), ("session.id", session))])];
    }

    public static JsonObject Counter(string name, bool cumulative, JsonObject[] points) => new()
    {
        ["name"] = name,
        ["unit"] = "",
        ["sum"] = new JsonObject { ["dataPoints"] = new JsonArray([.. points]), ["aggregationTemporality"] = cumulative ? 2 : 1, ["isMonotonic"] = true },
    };

    public static JsonArray Attributes(params IEnumerable<(string Key, object Value)> attributes) => new([.. attributes.Select(attribute => new JsonObject
    {
        ["key"] = attribute.Key,
        ["value"] = attribute.Value switch
        {
            string text => new JsonObject { ["stringValue"] = text },
            double fraction => new JsonObject { ["doubleValue"] = fraction },
            bool truth => new JsonObject { ["boolValue"] = truth },
            _ => new JsonObject { ["intValue"] = Convert.ToString(attribute.Value, CultureInfo.InvariantCulture) },
        },
    })]);

    public static string Nanoseconds(DateTimeOffset at) => $"{(at - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick}";

    private static JsonObject Point(DateTimeOffset from, DateTimeOffset at, JsonObject point, params (string Key, object Value)[] attributes)
    {
        point["startTimeUnixNano"] = Nanoseconds(from);
        point["timeUnixNano"] = Nanoseconds(at);
        point["attributes"] = Attributes(attributes);
        return point;
    }

    private static string Export((string Key, object Value)[] resource, string resources, string scopes, string items, string scope, JsonObject[] all) => new JsonObject
    {
        [resources] = new JsonArray(new JsonObject
        {
            ["resource"] = new JsonObject { ["attributes"] = Attributes(resource), ["droppedAttributesCount"] = 0 },
            [scopes] = new JsonArray(new JsonObject
            {
                ["scope"] = new JsonObject { ["name"] = scope, ["version"] = "2.1.0" },
                [items] = new JsonArray([.. all.Select(item => item.DeepClone())]),
            }),
        }),
    }.ToJsonString();
}
