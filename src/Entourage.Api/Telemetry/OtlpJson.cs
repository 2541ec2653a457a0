using System.Globalization;
using System.Text.Json;
using Entourage.Api.Telemetry.Wire;
using Google.Protobuf;
using Attribute = Entourage.Api.Telemetry.Wire.Attribute;

namespace Entourage.Api.Telemetry;

/// <summary>
/// Reads the protocol's JSON, which has rules of its own: names in lowerCamelCase, ids in hexadecimal, 64-bit numbers as text (or as numbers,
/// which receivers take as well), enumerations as numbers. Unknown members are skipped.
/// </summary>
internal static class OtlpJson
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64 };

    public static LogsRequest ReadLogs(ReadOnlyMemory<byte> body) => Read(body, root => new LogsRequest
    {
        Resources =
        {
            Items(root, "resourceLogs").Select(resource => new ResourceLogs
            {
                Resource = ToResource(resource),
                Scopes =
                {
                    Items(resource, "scopeLogs").Select(scope => new ScopeLogs { Scope = ToScope(scope), Records = { Items(scope, "logRecords").Select(ToRecord) } }),
                },
            }),
        },
    });

    public static TracesRequest ReadTraces(ReadOnlyMemory<byte> body) => Read(body, root => new TracesRequest
    {
        Resources =
        {
            Items(root, "resourceSpans").Select(resource => new ResourceSpans
            {
                Resource = ToResource(resource),
                Scopes = { Items(resource, "scopeSpans").Select(scope => new ScopeSpans { Scope = ToScope(scope), Spans = { Items(scope, "spans").Select(ToSpan) } }) },
            }),
        },
    });

    public static MetricsRequest ReadMetrics(ReadOnlyMemory<byte> body) => Read(body, root => new MetricsRequest
    {
        Resources =
        {
            Items(root, "resourceMetrics").Select(resource => new ResourceMetrics
            {
                Resource = ToResource(resource),
                Scopes =
                {
                    Items(resource, "scopeMetrics").Select(scope => new ScopeMetrics { Scope = ToScope(scope), Metrics = { Items(scope, "metrics").Select(ToMetric) } }),
                },
            }),
        },
    });

    private static T Read<T>(ReadOnlyMemory<byte> body, Func<JsonElement, T> read)
    {
        using var document = JsonDocument.Parse(body, Options);
        try
        {
            return document.RootElement.ValueKind == JsonValueKind.Object ? read(document.RootElement) : throw new JsonException("A JSON object is expected.");
        }
        catch (Exception fault) when (fault is InvalidOperationException or FormatException or OverflowException)
        {
            // A value of another type than its name asks for.
            throw new JsonException(fault.Message, fault);
        }
    }

    private static Resource? ToResource(JsonElement parent) =>
        Member(parent, "resource") is { } resource ? new() { Attributes = { ToAttributes(resource) } } : null;

    private static Scope? ToScope(JsonElement parent) => Member(parent, "scope") is { } scope ? new() { Name = Text(scope, "name") } : null;

    private static LogRecord ToRecord(JsonElement record) => new()
    {
        Time = Nanoseconds(record, "timeUnixNano"),
        ObservedTime = Nanoseconds(record, "observedTimeUnixNano"),
        EventName = Text(record, "eventName"),
        Body = Member(record, "body") is { } body ? ToValue(body) : null,
        Attributes = { ToAttributes(record) },
        TraceId = Id(record, "traceId"),
        SpanId = Id(record, "spanId"),
    };

    private static Span ToSpan(JsonElement span) => new()
    {
        TraceId = Id(span, "traceId"),
        SpanId = Id(span, "spanId"),
        Name = Text(span, "name"),
        EndTime = Nanoseconds(span, "endTimeUnixNano"),
        Attributes = { ToAttributes(span) },
        Status = Member(span, "status") is { } status ? new() { Message = Text(status, "message"), Code = Number(status, "code") } : null,
    };

    private static Metric ToMetric(JsonElement metric)
    {
        var read = new Metric { Name = Text(metric, "name") };
        if (Member(metric, "sum") is { } sum)
        {
            read.Sum = new()
            {
                Temporality = Number(sum, "aggregationTemporality"),
                IsMonotonic = Member(sum, "isMonotonic")?.GetBoolean() ?? false,
                Points = { Items(sum, "dataPoints").Select(ToPoint) },
            };
        }
        else if (Member(metric, "gauge") is { } gauge)
        {
            read.Gauge = new() { Points = { Items(gauge, "dataPoints").Select(ToPoint) } };
        }
        else if (Member(metric, "histogram") is { } histogram)
        {
            read.Histogram = new() { Points = { Items(histogram, "dataPoints").Select(_ => new HistogramPoint()) } };
        }

        return read;
    }

    private static Point ToPoint(JsonElement point)
    {
        var read = new Point
        {
            StartTime = Nanoseconds(point, "startTimeUnixNano"),
            Time = Nanoseconds(point, "timeUnixNano"),
            Attributes = { ToAttributes(point) },
        };
        if (Member(point, "asInt") is { } whole)
        {
            read.Whole = Whole(whole);
        }
        else if (Member(point, "asDouble") is { } fraction)
        {
            read.Fraction = Fraction(fraction);
        }

        return read;
    }

    private static IEnumerable<Attribute> ToAttributes(JsonElement parent) =>
        from attribute in Items(parent, "attributes")
        select new Attribute { Key = Text(attribute, "key"), Value = Member(attribute, "value") is { } value ? ToValue(value) : null };

    private static Value? ToValue(JsonElement value)
    {
        if (Member(value, "stringValue") is { } text)
        {
            return new() { Text = text.GetString() };
        }

        if (Member(value, "intValue") is { } whole)
        {
            return new() { Whole = Whole(whole) };
        }

        if (Member(value, "doubleValue") is { } fraction)
        {
            return new() { Fraction = Fraction(fraction) };
        }

        return Member(value, "boolValue") is { } truth ? new() { Truth = truth.GetBoolean() } : null;
    }

    private static JsonElement[] Items(JsonElement parent, string name) => Member(parent, name) is { } list ? [.. list.EnumerateArray()] : [];

    private static JsonElement? Member(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;

    private static string Text(JsonElement parent, string name) => Member(parent, name)?.GetString() ?? "";

    private static int Number(JsonElement parent, string name) => Member(parent, name)?.GetInt32() ?? 0;

    private static ulong Nanoseconds(JsonElement parent, string name) => Member(parent, name) switch
    {
        null => 0,
        { ValueKind: JsonValueKind.String } text => ulong.Parse(text.GetString()!, NumberStyles.None, CultureInfo.InvariantCulture),
        { } number => number.GetUInt64(),
    };

    private static long Whole(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? long.Parse(value.GetString()!, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : value.GetInt64();

    private static double Fraction(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? double.Parse(value.GetString()!, NumberStyles.Float, CultureInfo.InvariantCulture) : value.GetDouble();

    private static ByteString Id(JsonElement parent, string name) =>
        Member(parent, name) is { } id ? ByteString.CopyFrom(Convert.FromHexString(id.GetString()!)) : ByteString.Empty;
}
