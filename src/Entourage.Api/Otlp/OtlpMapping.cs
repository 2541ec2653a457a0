using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Entourage.Api.Errors;
using Entourage.Api.Otlp.Wire;
using Entourage.Api.Startup;
using Entourage.Application.Otlp;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Attribute = Entourage.Api.Otlp.Wire.Attribute;

namespace Entourage.Api.Otlp;

/// <summary>Converts OTLP messages to the application's telemetry types.</summary>
internal static class OtlpMapping
{
    private const int ErrorStatus = 2;
    private const int Delta = 1;
    private const int Cumulative = 2;
    private const int MaxTextLength = 4_096;

    public static TelemetryLog ToLog(this LogRecord record, TelemetryOrigin origin, ApiLimits limits) => new(
        origin,
        ToText(record.EventName),
        ToText(record.Body?.Text ?? ByteString.Empty),
        ToInstant(record.Time) ?? ToInstant(record.ObservedTime),
        ToId(record.TraceId, record.SpanId),
        record.Attributes.ToAttributes(limits));

    public static TelemetrySpan ToSpan(this Span span, TelemetryOrigin origin, ApiLimits limits) => new(
        origin,
        ToText(span.Name),
        ToInstant(span.EndTime),
        ToId(span.TraceId, span.SpanId),
        ToId(span.TraceId, span.ParentSpanId),
        span.Status?.Code == ErrorStatus ? ToText(span.Status.Message) : null,
        span.Attributes.ToAttributes(limits));

    /// <summary>Converts a data point; null for a point of a histogram, which is not counted.</summary>
    public static TelemetryPoint ToPoint(this Point? point, MetricHead metric, TelemetryOrigin origin, ApiLimits limits) => new(
        origin,
        Shorten(metric.Name),
        KindOf(metric),
        point is null ? null : ToInstant(point.StartTime),
        point is null ? null : ToInstant(point.Time),
        point?.ValueCase switch { Point.ValueOneofCase.Whole => point.Whole, Point.ValueOneofCase.Fraction => point.Fraction, _ => null },
        point?.Attributes.ToAttributes(limits) ?? TelemetryAttributes.None);

    /// <exception cref="BodyLimitException">There are too many attributes.</exception>
    public static TelemetryAttributes ToAttributes(this RepeatedField<Attribute> attributes, ApiLimits limits)
    {
        if (attributes.Count == 0)
        {
            return TelemetryAttributes.None;
        }

        OtlpIndex.CheckAttributeCount(attributes.Count, limits);
        var values = new Dictionary<string, object>(attributes.Count, StringComparer.Ordinal);
        foreach (var attribute in attributes)
        {
            if (ToValue(attribute.Value) is { } value && OtlpText.Read(attribute.Key.Span) is { } key)
            {
                values[Shorten(key)] = value;
            }
        }

        return new(values);
    }

    private static TelemetrySumKind KindOf(MetricHead metric) => metric switch
    {
        { Form: not MetricForm.Sum } => TelemetrySumKind.None,
        { IsMonotonic: true, Temporality: Delta } => TelemetrySumKind.Delta,
        { IsMonotonic: true, Temporality: Cumulative } => TelemetrySumKind.Cumulative,
        _ => TelemetrySumKind.None,
    };

    private static object? ToValue(Value? value) => value?.KindCase switch
    {
        Value.KindOneofCase.Text => ToText(value.Text),
        Value.KindOneofCase.Whole => value.Whole,
        Value.KindOneofCase.Fraction => value.Fraction,
        Value.KindOneofCase.Truth => value.Truth,
        _ => null,
    };

    // An unreadable string becomes empty: it is not a number, and an empty string counts as absent.
    private static string ToText(ByteString utf8) => Shorten(OtlpText.Read(utf8.Span) ?? "");

    // No feature uses longer strings. The hash keeps different strings different.
    private static string Shorten(string text) => text.Length <= MaxTextLength
        ? text
        : $"{text.AsSpan(0, MaxTextLength)}#{Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(text.AsSpan())))}";

    // Zero means unknown in OTLP. Times outside the accepted range are rejected later.
    private static DateTimeOffset? ToInstant(ulong nanoseconds) =>
        nanoseconds == 0 ? null : DateTimeOffset.UnixEpoch.AddTicks((long)(nanoseconds / (ulong)TimeSpan.NanosecondsPerTick));

    private static string ToId(ByteString traceId, ByteString spanId) =>
        spanId.IsEmpty ? "" : $"{Convert.ToHexString(traceId.Span)} {Convert.ToHexString(spanId.Span)}";
}
