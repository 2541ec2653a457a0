namespace Entourage.Api.Otlp;

/// <summary>A signal of OTLP, with the names of the parts of a request.</summary>
/// <param name="Resources">The JSON member of the resources.</param>
/// <param name="Scopes">The JSON member of the scopes of a resource.</param>
/// <param name="Items">The JSON member of the items of a scope.</param>
/// <param name="AttributesField">The protobuf field number of an item's attributes.</param>
/// <param name="Rejected">The JSON member for the number of rejected items in an answer.</param>
internal sealed record OtlpSignal(string Resources, string Scopes, string Items, int AttributesField, string Rejected)
{
    public static OtlpSignal Logs { get; } = new("resourceLogs", "scopeLogs", "logRecords", 6, "rejectedLogRecords");

    public static OtlpSignal Traces { get; } = new("resourceSpans", "scopeSpans", "spans", 9, "rejectedSpans");

    public static OtlpSignal Metrics { get; } = new("resourceMetrics", "scopeMetrics", "metrics", 7, "rejectedDataPoints");
}
