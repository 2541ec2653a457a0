using Entourage.Api.Startup;
using Entourage.Application.Telemetry;

namespace Entourage.Api.Telemetry;

/// <summary>The items of a request, parsed one by one as they are asked for.</summary>
/// <param name="body">The body.</param>
/// <param name="index">Where they are in it.</param>
/// <param name="format">How they are written.</param>
/// <param name="limits">What each may hold.</param>
internal sealed class OtlpItems(ReadOnlyMemory<byte> body, OtlpIndex index, IOtlpFormat format, ApiLimits limits)
{
    private int scopeRead = -1;
    private int resourceRead = -1;
    private TelemetryAttributes resource = TelemetryAttributes.None;
    private TelemetryOrigin origin = new(TelemetryAttributes.None, "");

    /// <summary>The items in the words of the use case, to be read once.</summary>
    public TelemetryBatch ToBatch(OtlpSignal signal) =>
        signal == OtlpSignal.Logs ? TelemetryBatch.Of(index.Items.Select(log => format.ReadRecord(Of(log.Item)).ToLog(OriginOf(log.Parent), limits)))
        : signal == OtlpSignal.Traces ? TelemetryBatch.Of(index.Items.Select(span => format.ReadSpan(Of(span.Item)).ToSpan(OriginOf(span.Parent), limits)))
        : TelemetryBatch.Of(index.Items.Select(point => ToPoint(index.Metrics[point.Parent], point.Item)));

    private TelemetryPoint ToPoint(MetricHead metric, Slice point) =>
        (metric.Form == MetricForm.Histogram ? null : format.ReadPoint(Of(point))).ToPoint(metric, OriginOf(metric.Scope), limits);

    // The items of a scope follow one another, and so do the scopes of a resource.
    private TelemetryOrigin OriginOf(int scope)
    {
        if (scope == scopeRead)
        {
            return origin;
        }

        var (ofResource, description) = index.Scopes[scope];
        if (ofResource != resourceRead)
        {
            var described = index.Resources[ofResource];
            resource = described.Length == 0 ? TelemetryAttributes.None : format.ReadResource(Of(described)).Attributes.ToAttributes(limits);
            resourceRead = ofResource;
        }

        scopeRead = scope;
        return origin = new(resource, description.Length == 0 ? "" : format.ReadScope(Of(description)));
    }

    private ReadOnlyMemory<byte> Of(Slice slice) => body.Slice(slice.Start, slice.Length);
}
