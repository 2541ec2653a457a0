using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Entourage.Api.Protection;
using Entourage.Api.Startup;
using Entourage.Api.Telemetry.Wire;
using Google.Protobuf;
using Attribute = Entourage.Api.Telemetry.Wire.Attribute;

namespace Entourage.Api.Telemetry;

/// <summary>
/// Reads the protocol's JSON, which has rules of its own: names in lowerCamelCase, ids in hexadecimal, 64-bit numbers as text (or as numbers,
/// which receivers take as well), enumerations as numbers. Unknown members are skipped. Only single items are parsed.
/// </summary>
/// <param name="limits">What a request may hold.</param>
/// <param name="cancellationToken">Gives up.</param>
internal sealed class OtlpJson(ApiLimits limits, CancellationToken cancellationToken) : IOtlpFormat
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = JsonScan.GreatestDepth };
    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = JsonScan.GreatestDepth };

    private delegate void ElementReader<in TState>(ref Utf8JsonReader reader, TState state);

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
            Read(body, json =>
            {
                IndexWhole(json.Span, signal, index);
                return true;
            });
        }
    }

    public Resource ReadResource(ReadOnlyMemory<byte> body) => ReadElement(body, resource => new Resource { Attributes = { ToAttributes(resource) } });

    public string ReadScope(ReadOnlyMemory<byte> body) => ReadElement(body, scope => Text(scope, "name"));

    public LogRecord ReadRecord(ReadOnlyMemory<byte> body) => ReadElement(body, ToRecord);

    public Span ReadSpan(ReadOnlyMemory<byte> body) => ReadElement(body, ToSpan);

    public Point ReadPoint(ReadOnlyMemory<byte> body) => ReadElement(body, ToPoint);

    private static T ReadElement<T>(ReadOnlyMemory<byte> body, Func<JsonElement, T> read) => Read(body, json =>
    {
        using var document = JsonDocument.Parse(json, Options);
        return read(document.RootElement);
    });

    private static T Read<T>(ReadOnlyMemory<byte> body, Func<ReadOnlyMemory<byte>, T> read)
    {
        try
        {
            return read(body);
        }
        catch (Exception fault) when (fault is InvalidOperationException or FormatException or OverflowException)
        {
            // A value of another type than its name asks for.
            throw new JsonException(fault.Message, fault);
        }
    }

    private static void IndexWhole(ReadOnlySpan<byte> json, OtlpSignal signal, OtlpIndex index)
    {
        var reader = new Utf8JsonReader(json, ReaderOptions);
        reader.Read();
        EnsureObject(ref reader);
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals(signal.Resources))
            {
                EachItem(ref reader, (signal, index), static (ref Utf8JsonReader resource, (OtlpSignal Signal, OtlpIndex Index) to) =>
                    IndexResource(ref resource, to.Signal, to.Index));
            }
            else
            {
                SkipMember(ref reader);
            }
        }

        // What comes after it is no JSON.
        reader.Read();
    }

    private static void IndexResource(ref Utf8JsonReader reader, OtlpSignal signal, OtlpIndex index)
    {
        var resource = index.AddResource();
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("resource"))
            {
                index.Describe(resource, ReadSlice(ref reader));
            }
            else if (reader.ValueTextEquals(signal.Scopes))
            {
                EachItem(ref reader, (resource, signal, index), static (ref Utf8JsonReader scope, (int Resource, OtlpSignal Signal, OtlpIndex Index) to) =>
                    IndexScope(ref scope, to.Resource, to.Signal, to.Index));
            }
            else
            {
                SkipMember(ref reader);
            }
        }
    }

    private static void IndexScope(ref Utf8JsonReader reader, int resource, OtlpSignal signal, OtlpIndex index)
    {
        var scope = index.AddScope(resource);
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("scope"))
            {
                index.DescribeScope(scope, ReadSlice(ref reader));
            }
            else if (!reader.ValueTextEquals(signal.Items))
            {
                SkipMember(ref reader);
            }
            else if (signal == OtlpSignal.Metrics)
            {
                EachItem(ref reader, (scope, index), static (ref Utf8JsonReader metric, (int Scope, OtlpIndex Index) to) =>
                    IndexMetric(ref metric, to.Scope, to.Index));
            }
            else
            {
                IndexItems(ref reader, scope, index);
            }
        }
    }

    private static void IndexMetric(ref Utf8JsonReader reader, int scope, OtlpIndex index)
    {
        var first = index.Metrics.Count;
        var name = "";
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("name"))
            {
                reader.Read();
                name = reader.GetString() ?? "";
            }
            else if (reader.ValueTextEquals("sum"))
            {
                IndexPoints(ref reader, scope, MetricForm.Sum, index);
            }
            else if (reader.ValueTextEquals("gauge"))
            {
                IndexPoints(ref reader, scope, MetricForm.Gauge, index);
            }
            else if (reader.ValueTextEquals("histogram"))
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
            index.Metrics[i].Name = name;
        }
    }

    private static void IndexPoints(ref Utf8JsonReader reader, int scope, MetricForm form, OtlpIndex index)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        EnsureObject(ref reader);
        var metric = index.AddMetric(scope, form);
        var head = index.Metrics[metric];
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("dataPoints"))
            {
                IndexItems(ref reader, metric, index);
            }
            else if (reader.ValueTextEquals("aggregationTemporality"))
            {
                reader.Read();
                head.Temporality = reader.TokenType == JsonTokenType.Null ? 0 : reader.GetInt32();
            }
            else if (reader.ValueTextEquals("isMonotonic"))
            {
                reader.Read();
                head.IsMonotonic = reader.TokenType != JsonTokenType.Null && reader.GetBoolean();
            }
            else
            {
                SkipMember(ref reader);
            }
        }
    }

    private static void IndexItems(ref Utf8JsonReader reader, int parent, OtlpIndex index) =>
        EachItem(ref reader, (parent, index), static (ref Utf8JsonReader item, (int Parent, OtlpIndex Index) to) => to.Index.AddItem(to.Parent, SliceOf(ref item)));

    // The items of the array that is the value of the present member, each an object; null is none.
    private static void EachItem<TState>(ref Utf8JsonReader reader, TState state, ElementReader<TState> read)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("A JSON array is expected.");
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            EnsureObject(ref reader);
            read(ref reader, state);
        }
    }

    private static bool NextMember(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    private static void SkipMember(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
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

    private static void EnsureObject(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("A JSON object is expected.");
        }
    }

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
        ParentSpanId = Id(span, "parentSpanId"),
        Name = Text(span, "name"),
        EndTime = Nanoseconds(span, "endTimeUnixNano"),
        Attributes = { ToAttributes(span) },
        Status = Member(span, "status") is { } status ? new() { Message = Text(status, "message"), Code = Number(status, "code") } : null,
    };

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
