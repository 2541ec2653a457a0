namespace Entourage.Application.Otlp;

/// <summary>
/// What one request of an exporter holds: log records, spans or points of metrics. They are read once, one after another, so that no more
/// than one of them needs to be in memory.
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

/// <summary>Where something comes from.</summary>
/// <param name="Resource">What is said of the program that sends it.</param>
/// <param name="Scope">The part of the program.</param>
public sealed record TelemetryOrigin(TelemetryAttributes Resource, string Scope);

/// <summary>A log record.</summary>
/// <param name="Origin">Where it comes from.</param>
/// <param name="EventName">The name of the event; empty for none.</param>
/// <param name="Body">The body, where it is a text; else empty.</param>
/// <param name="At">When it happened (UTC); null when it does not say.</param>
/// <param name="SpanId">The trace and the span that it belongs to; empty for none.</param>
/// <param name="Attributes">What is said of it.</param>
public sealed record TelemetryLog(
    TelemetryOrigin Origin, string EventName, string Body, DateTimeOffset? At, string SpanId, TelemetryAttributes Attributes);

/// <summary>A span.</summary>
/// <param name="Origin">Where it comes from.</param>
/// <param name="Name">Its name.</param>
/// <param name="EndedAt">When it ended (UTC); null when it does not say.</param>
/// <param name="SpanId">Its trace and its own id.</param>
/// <param name="ParentId">Its trace and the id of the span that it is in; empty for none.</param>
/// <param name="Error">The message of an error, perhaps empty; null when there was none.</param>
/// <param name="Attributes">What is said of it.</param>
public sealed record TelemetrySpan(
    TelemetryOrigin Origin, string Name, DateTimeOffset? EndedAt, string SpanId, string ParentId, string? Error, TelemetryAttributes Attributes);

/// <summary>How the points of a metric add up.</summary>
public enum TelemetrySumKind
{
    /// <summary>They do not.</summary>
    None,

    /// <summary>Each counts what came since the one before it.</summary>
    Delta,

    /// <summary>Each counts all since the start.</summary>
    Cumulative,
}

/// <summary>A point of a metric.</summary>
/// <param name="Origin">Where it comes from.</param>
/// <param name="Metric">The metric.</param>
/// <param name="Kind">How its points add up.</param>
/// <param name="StartedAt">From when on it counts (UTC); null when it does not say.</param>
/// <param name="At">When it was taken (UTC); null when it does not say.</param>
/// <param name="Value">What it says: a <see cref="long"/> or a <see cref="double"/>; null for none.</param>
/// <param name="Attributes">What is said of it.</param>
public sealed record TelemetryPoint(
    TelemetryOrigin Origin, string Metric, TelemetrySumKind Kind, DateTimeOffset? StartedAt, DateTimeOffset? At, object? Value, TelemetryAttributes Attributes);
