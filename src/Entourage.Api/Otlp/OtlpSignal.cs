namespace Entourage.Api.Otlp;

/// <summary>What a request of telemetry carries, and how the parts of it are called.</summary>
/// <param name="Resources">The member of its resources in JSON.</param>
/// <param name="Scopes">The member of the scopes of a resource.</param>
/// <param name="Items">The member of the items of a scope.</param>
/// <param name="AttributesField">The number of an item's attributes in protobuf.</param>
/// <param name="Refused">How refused items are called in an answer.</param>
internal sealed record OtlpSignal(string Resources, string Scopes, string Items, int AttributesField, string Refused)
{
    /// <summary>Log records.</summary>
    public static OtlpSignal Logs { get; } = new("resourceLogs", "scopeLogs", "logRecords", 6, "rejectedLogRecords");

    /// <summary>Spans.</summary>
    public static OtlpSignal Traces { get; } = new("resourceSpans", "scopeSpans", "spans", 9, "rejectedSpans");

    /// <summary>Metrics.</summary>
    public static OtlpSignal Metrics { get; } = new("resourceMetrics", "scopeMetrics", "metrics", 7, "rejectedDataPoints");
}
