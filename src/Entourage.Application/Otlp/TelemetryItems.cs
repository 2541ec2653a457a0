namespace Entourage.Application.Otlp;

/// <summary>
/// The content of one request of an exporter: log records, spans or points of metrics. Each sequence is enumerated once, so that only one item has to
/// be in memory.
/// </summary>
/// <param name="Logs">The log records.</param>
/// <param name="Spans">The spans.</param>
/// <param name="Points">The points.</param>
public sealed record TelemetryBatch(IEnumerable<TelemetryLog> Logs, IEnumerable<TelemetrySpan> Spans, IEnumerable<TelemetryPoint> Points)
{
    /// <summary>A batch of log records.</summary>
    public static TelemetryBatch Of(IEnumerable<TelemetryLog> logs) => new(logs, [], []);

    /// <summary>A batch of spans.</summary>
    public static TelemetryBatch Of(IEnumerable<TelemetrySpan> spans) => new([], spans, []);

    /// <summary>A batch of points.</summary>
    public static TelemetryBatch Of(IEnumerable<TelemetryPoint> points) => new([], [], points);
}

/// <summary>The resource and instrumentation scope of an item.</summary>
/// <param name="Resource">The attributes of the sending program.</param>
/// <param name="Scope">The name of the instrumentation scope.</param>
public sealed record TelemetryOrigin(TelemetryAttributes Resource, string Scope);

/// <summary>A log record.</summary>
/// <param name="Origin">The resource and scope.</param>
/// <param name="EventName">The name of the event; empty for none.</param>
/// <param name="Body">The body, if it is text; empty otherwise.</param>
/// <param name="At">When it happened (UTC); null if not stated.</param>
/// <param name="SpanId">The trace id and span id; empty for none.</param>
/// <param name="Attributes">The attributes.</param>
public sealed record TelemetryLog(
    TelemetryOrigin Origin, string EventName, string Body, DateTimeOffset? At, string SpanId, TelemetryAttributes Attributes);

/// <summary>A span.</summary>
/// <param name="Origin">The resource and scope.</param>
/// <param name="Name">Its name.</param>
/// <param name="EndedAt">When it ended (UTC); null if not stated.</param>
/// <param name="SpanId">The trace id and span id.</param>
/// <param name="ParentId">The trace id and the id of the parent span; empty for none.</param>
/// <param name="Error">The error message, possibly empty; null if the span did not fail.</param>
/// <param name="Attributes">The attributes.</param>
public sealed record TelemetrySpan(
    TelemetryOrigin Origin, string Name, DateTimeOffset? EndedAt, string SpanId, string ParentId, string? Error, TelemetryAttributes Attributes);

/// <summary>The temporality of a metric.</summary>
public enum TelemetrySumKind
{
    /// <summary>The points are no sum.</summary>
    None,

    /// <summary>Each point counts from the one before.</summary>
    Delta,

    /// <summary>Each point counts from the start.</summary>
    Cumulative,
}

/// <summary>A point of a metric.</summary>
/// <param name="Origin">The resource and scope.</param>
/// <param name="Metric">The name of the metric.</param>
/// <param name="Kind">The temporality.</param>
/// <param name="StartedAt">The start of the counted time (UTC); null if not stated.</param>
/// <param name="At">The time of the point (UTC); null if not stated.</param>
/// <param name="Value">The value: a <see cref="long"/> or a <see cref="double"/>; null for none.</param>
/// <param name="Attributes">The attributes.</param>
public sealed record TelemetryPoint(
    TelemetryOrigin Origin, string Metric, TelemetrySumKind Kind, DateTimeOffset? StartedAt, DateTimeOffset? At, object? Value, TelemetryAttributes Attributes);
