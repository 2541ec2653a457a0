using Entourage.Api.Telemetry.Wire;
using Entourage.Application.Telemetry;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Attribute = Entourage.Api.Telemetry.Wire.Attribute;

namespace Entourage.Api.Telemetry;

/// <summary>Telemetry as the protocol carries it, in the words of the use case.</summary>
internal static class OtlpMapping
{
    private const int ErrorStatus = 2;
    private const int Delta = 1;
    private const int Cumulative = 2;

    public static TelemetryBatch ToBatch(this LogsRequest request) => TelemetryBatch.Of(
        [.. from resource in request.Resources
            let attributes = ToAttributes(resource.Resource?.Attributes)
            from scope in resource.Scopes
            let origin = new TelemetryOrigin(attributes, scope.Scope?.Name ?? "")
            from record in scope.Records
            select new TelemetryLog(
                origin,
                record.EventName,
                record.Body?.Text ?? "",
                ToInstant(record.Time) ?? ToInstant(record.ObservedTime),
                ToId(record.TraceId, record.SpanId),
                ToAttributes(record.Attributes))]);

    public static TelemetryBatch ToBatch(this TracesRequest request) => TelemetryBatch.Of(
        [.. from resource in request.Resources
            let attributes = ToAttributes(resource.Resource?.Attributes)
            from scope in resource.Scopes
            let origin = new TelemetryOrigin(attributes, scope.Scope?.Name ?? "")
            from span in scope.Spans
            select new TelemetrySpan(
                origin,
                span.Name,
                ToInstant(span.EndTime),
                ToId(span.TraceId, span.SpanId),
                span.Status?.Code == ErrorStatus ? span.Status.Message : null,
                ToAttributes(span.Attributes))]);

    public static TelemetryBatch ToBatch(this MetricsRequest request) => TelemetryBatch.Of(
        [.. from resource in request.Resources
            let attributes = ToAttributes(resource.Resource?.Attributes)
            from scope in resource.Scopes
            let origin = new TelemetryOrigin(attributes, scope.Scope?.Name ?? "")
            from metric in scope.Metrics
            from point in ToPoints(metric, origin)
            select point]);

    private static IEnumerable<TelemetryPoint> ToPoints(Metric metric, TelemetryOrigin origin) => metric.DataCase switch
    {
        Metric.DataOneofCase.Sum => metric.Sum.Points.Select(point => ToPoint(metric.Name, KindOf(metric.Sum), point, origin)),
        Metric.DataOneofCase.Gauge => metric.Gauge.Points.Select(point => ToPoint(metric.Name, TelemetrySumKind.None, point, origin)),
        Metric.DataOneofCase.Histogram => metric.Histogram.Points.Select(_ =>
            new TelemetryPoint(origin, metric.Name, TelemetrySumKind.None, null, null, null, TelemetryAttributes.None)),
        _ => [],
    };

    private static TelemetryPoint ToPoint(string metric, TelemetrySumKind kind, Point point, TelemetryOrigin origin) => new(
        origin,
        metric,
        kind,
        ToInstant(point.StartTime),
        ToInstant(point.Time),
        point.ValueCase switch { Point.ValueOneofCase.Whole => point.Whole, Point.ValueOneofCase.Fraction => point.Fraction, _ => null },
        ToAttributes(point.Attributes));

    private static TelemetrySumKind KindOf(Sum sum) => sum switch
    {
        { IsMonotonic: true, Temporality: Delta } => TelemetrySumKind.Delta,
        { IsMonotonic: true, Temporality: Cumulative } => TelemetrySumKind.Cumulative,
        _ => TelemetrySumKind.None,
    };

    private static TelemetryAttributes ToAttributes(RepeatedField<Attribute>? attributes)
    {
        if (attributes is not { Count: > 0 })
        {
            return TelemetryAttributes.None;
        }

        var values = new Dictionary<string, object>(attributes.Count, StringComparer.Ordinal);
        foreach (var attribute in attributes)
        {
            if (ToValue(attribute.Value) is { } value)
            {
                values[attribute.Key] = value;
            }
        }

        return new(values);
    }

    private static object? ToValue(Value? value) => value?.KindCase switch
    {
        Value.KindOneofCase.Text => value.Text,
        Value.KindOneofCase.Whole => value.Whole,
        Value.KindOneofCase.Fraction => value.Fraction,
        Value.KindOneofCase.Truth => value.Truth,
        _ => null,
    };

    // Zero is how the protocol says that nobody knows. What no calendar has is refused like any time that is too far away.
    private static DateTimeOffset? ToInstant(ulong nanoseconds) =>
        nanoseconds == 0 ? null : DateTimeOffset.UnixEpoch.AddTicks((long)(nanoseconds / (ulong)TimeSpan.NanosecondsPerTick));

    private static string ToId(ByteString traceId, ByteString spanId) =>
        spanId.IsEmpty ? "" : $"{Convert.ToHexString(traceId.Span)} {Convert.ToHexString(spanId.Span)}";
}
