using System.Buffers;
using System.Text;
using System.Text.Json;
using Entourage.Api.Errors;
using Entourage.Api.Otlp.Wire;
using Entourage.Api.Protection;
using Entourage.Api.Startup;

using static Entourage.Api.Otlp.OtlpJsonValues;
using Attribute = Entourage.Api.Otlp.Wire.Attribute;

namespace Entourage.Api.Otlp;

/// <summary>
/// OTLP in JSON, which has special rules: names in lowerCamelCase, ids in hexadecimal, 64-bit numbers as strings (receivers accept numbers
/// too), enums as numbers. Unknown members are skipped. Items are parsed one at a time, and a value that cannot be read counts as absent
/// instead of throwing.
/// </summary>
internal sealed class OtlpJson(ApiLimits limits, CancellationToken cancellationToken) : IOtlpFormat
{
    // The names of enum members, by value.
    private static readonly string[] Temporalities =
        ["AGGREGATION_TEMPORALITY_UNSPECIFIED", "AGGREGATION_TEMPORALITY_DELTA", "AGGREGATION_TEMPORALITY_CUMULATIVE"];

    private static readonly string[] Codes = ["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"];

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = JsonScan.MaxDepth };
    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = JsonScan.MaxDepth };

    private delegate void ElementReader<in TState>(ref Utf8JsonReader reader, TState state);

    public OtlpItemErrors Errors { get; } = new();

    public void Index(ReadOnlyMemory<byte> body, bool isWhole, OtlpSignal signal, OtlpIndex index)
    {
        switch (JsonScan.Find(new ReadOnlySequence<byte>(body), isWhole, limits.TelemetryValues, limits.TelemetryItems, JsonScan.AnyDepth, cancellationToken))
        {
            case JsonExcess.Values:
                throw OtlpIndex.TooManyValues(limits);
            case JsonExcess.Items:
                throw OtlpIndex.TooManyItems(limits);
        }

        if (isWhole)
        {
            IndexWhole(body.Span, signal, index);
        }
    }

    public Resource ReadResource(ReadOnlyMemory<byte> body) =>
        Read(body, resource => ToAttributes(resource) is { } attributes ? new Resource { Attributes = { attributes } } : new Resource());

    public string ReadScope(ReadOnlyMemory<byte> body) => Read(body, scope => OtlpText.Read(Text(scope, "name"u8).Span) ?? "");

    public LogRecord? ReadRecord(ReadOnlyMemory<byte> body) => Read(body, ToRecord);

    public Span? ReadSpan(ReadOnlyMemory<byte> body) => Read(body, ToSpan);

    public Point? ReadPoint(ReadOnlyMemory<byte> body) => Read(body, ToPoint);

    private static T Read<T>(ReadOnlyMemory<byte> body, Func<JsonElement, T> read)
    {
        using var document = JsonDocument.Parse(body, Options);
        return read(document.RootElement);
    }

    private void IndexWhole(ReadOnlySpan<byte> json, OtlpSignal signal, OtlpIndex index)
    {
        var reader = new Utf8JsonReader(json, ReaderOptions);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException(InvalidBodies.ObjectExpected);
        }

        while (NextMember(ref reader))
        {
            if (Is(ref reader, signal.Resources))
            {
                var array = reader;
                array.Read();
                if (array.TokenType is not (JsonTokenType.StartArray or JsonTokenType.Null))
                {
                    throw new JsonException($"'{signal.Resources}' is not an array.");
                }

                ReadItems(ref reader, signal.Resources, (ref Utf8JsonReader resource, OtlpIndex to) => IndexResource(ref resource, signal, to), index);
            }
            else
            {
                SkipMember(ref reader);
            }
        }

        // Throws if the object is followed by anything else.
        reader.Read();
    }

    private void IndexResource(ref Utf8JsonReader reader, OtlpSignal signal, OtlpIndex index)
    {
        var resource = index.AddResource();
        while (NextMember(ref reader))
        {
            if (Is(ref reader, "resource"))
            {
                index.DescribeResource(resource, ReadSlice(ref reader));
            }
            else if (Is(ref reader, signal.Scopes))
            {
                ReadItems(ref reader, signal.Scopes, (ref Utf8JsonReader scope, OtlpIndex to) => IndexScope(ref scope, resource, signal, to), index);
            }
            else
            {
                SkipMember(ref reader);
            }
        }
    }

    private void IndexScope(ref Utf8JsonReader reader, int resource, OtlpSignal signal, OtlpIndex index)
    {
        var scope = index.AddScope(resource);
        while (NextMember(ref reader))
        {
            if (Is(ref reader, "scope"))
            {
                index.DescribeScope(scope, ReadSlice(ref reader));
            }
            else if (!Is(ref reader, signal.Items))
            {
                SkipMember(ref reader);
            }
            else if (signal == OtlpSignal.Metrics)
            {
                ReadItems(ref reader, signal.Items, (ref Utf8JsonReader metric, OtlpIndex to) => IndexMetric(ref metric, scope, to), index);
            }
            else
            {
                IndexItems(ref reader, signal.Items, scope, index);
            }
        }
    }

    private void IndexMetric(ref Utf8JsonReader reader, int scope, OtlpIndex index)
    {
        var first = index.Metrics.Count;
        var name = "";
        while (NextMember(ref reader))
        {
            if (Is(ref reader, "name"))
            {
                reader.Read();
                name = reader.TokenType == JsonTokenType.String ? OtlpText.Read(OtlpText.Unescape(reader.ValueSpan).Span) : null;
                if (name is null)
                {
                    Errors.Add("The 'name' of a metric is not a string.");
                    reader.Skip();
                }
            }
            else if (Is(ref reader, "sum"))
            {
                IndexPoints(ref reader, scope, MetricForm.Sum, index);
            }
            else if (Is(ref reader, "gauge"))
            {
                IndexPoints(ref reader, scope, MetricForm.Gauge, index);
            }
            else if (Is(ref reader, "histogram"))
            {
                IndexPoints(ref reader, scope, MetricForm.Histogram, index);
            }
            else
            {
                SkipMember(ref reader);
            }
        }

        for (var i = first; i < index.Metrics.Count; i++)
        {
            index.Metrics[i].Name = name ?? "";
        }
    }

    private void IndexPoints(ref Utf8JsonReader reader, int scope, MetricForm form, OtlpIndex index)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            if (reader.TokenType != JsonTokenType.Null)
            {
                Errors.Add("The data of a metric is not a JSON object.");
            }

            reader.Skip();
            return;
        }

        var metric = index.AddMetric(scope, form);
        var head = index.Metrics[metric];
        while (NextMember(ref reader))
        {
            if (Is(ref reader, "dataPoints"))
            {
                IndexItems(ref reader, "dataPoints", metric, index);
            }
            else if (Is(ref reader, "aggregationTemporality"))
            {
                using var temporality = ReadValue(ref reader);
                head.Temporality = EnumValue(temporality.RootElement, Temporalities);
            }
            else if (Is(ref reader, "isMonotonic"))
            {
                reader.Read();
                head.IsMonotonic = reader.TokenType == JsonTokenType.True;
                reader.Skip();
            }
            else
            {
                SkipMember(ref reader);
            }
        }
    }

    private void IndexItems(ref Utf8JsonReader reader, string name, int parent, OtlpIndex index) =>
        ReadItems(ref reader, name, (ref Utf8JsonReader item, OtlpIndex to) => to.AddItem(parent, SliceOf(ref item)), index);

    // Reads the items of the array in the current member. Each must be an object. Null counts as an empty array.
    private void ReadItems(ref Utf8JsonReader reader, string name, ElementReader<OtlpIndex> read, OtlpIndex index)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            if (reader.TokenType != JsonTokenType.Null)
            {
                Errors.Add($"'{name}' is not an array.");
            }

            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                read(ref reader, index);
            }
            else
            {
                Errors.Add($"An item of '{name}' is not a JSON object.");
                reader.Skip();
            }
        }
    }

    private static bool NextMember(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    // The reader would throw for a name that is not valid Unicode.
    private static bool Is(ref Utf8JsonReader reader, string name) =>
        reader.ValueIsEscaped ? OtlpText.Is(reader.ValueSpan, Encoding.UTF8.GetBytes(name)) : reader.ValueTextEquals(name);

    private static void SkipMember(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    private static JsonDocument ReadValue(ref Utf8JsonReader reader)
    {
        reader.Read();
        return JsonDocument.ParseValue(ref reader);
    }

    private static Slice ReadSlice(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Null ? default : SliceOf(ref reader);
    }

    private static Slice SliceOf(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return new(start, (int)reader.BytesConsumed - start);
    }

    private LogRecord? ToRecord(JsonElement record) => ToAttributes(record) is not { } attributes ? null : new()
    {
        Time = Nanoseconds(record, "timeUnixNano"u8),
        ObservedTime = Nanoseconds(record, "observedTimeUnixNano"u8),
        EventName = Text(record, "eventName"u8),
        Body = Member(record, "body"u8) is { } body ? ToValue(body) : null,
        Attributes = { attributes },
        TraceId = Id(record, "traceId"u8),
        SpanId = Id(record, "spanId"u8),
    };

    private Span? ToSpan(JsonElement span) => ToAttributes(span) is not { } attributes ? null : new()
    {
        TraceId = Id(span, "traceId"u8),
        SpanId = Id(span, "spanId"u8),
        ParentSpanId = Id(span, "parentSpanId"u8),
        Name = Text(span, "name"u8),
        EndTime = Nanoseconds(span, "endTimeUnixNano"u8),
        Attributes = { attributes },
        Status = Member(span, "status"u8) is { } status
            ? new() { Message = Text(status, "message"u8), Code = Member(status, "code"u8) is { } code ? EnumValue(code, Codes) : 0 }
            : null,
    };

    private Point? ToPoint(JsonElement point)
    {
        if (ToAttributes(point) is not { } attributes)
        {
            return null;
        }

        var read = new Point
        {
            StartTime = Nanoseconds(point, "startTimeUnixNano"u8),
            Time = Nanoseconds(point, "timeUnixNano"u8),
            Attributes = { attributes },
        };
        if (Member(point, "asInt"u8) is { } asInt)
        {
            if (Whole(asInt) is { } whole)
            {
                read.Whole = whole;
            }
        }
        else if (Member(point, "asDouble"u8) is { } asDouble && Fraction(asDouble) is { } fraction)
        {
            read.Fraction = fraction;
        }

        return read;
    }

    // Null if they are not an array: the item cannot be identified then.
    private List<Attribute>? ToAttributes(JsonElement parent)
    {
        if (parent.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        if (Member(parent, "attributes"u8) is not { } list)
        {
            return [];
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            Errors.Add("'attributes' is not an array.");
            return null;
        }

        OtlpIndex.CheckAttributeCount(list.GetArrayLength(), limits);
        var attributes = new List<Attribute>(list.GetArrayLength());
        foreach (var attribute in list.EnumerateArray())
        {
            if (attribute.ValueKind == JsonValueKind.Object)
            {
                attributes.Add(new() { Key = Text(attribute, "key"u8), Value = Member(attribute, "value"u8) is { } value ? ToValue(value) : null });
            }
        }

        return attributes;
    }
}
