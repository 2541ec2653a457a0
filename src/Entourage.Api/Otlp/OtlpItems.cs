using Entourage.Api.Startup;
using Entourage.Application.Otlp;

namespace Entourage.Api.Otlp;

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
        signal == OtlpSignal.Logs ? TelemetryBatch.Of(Each((scope, log) => format.ReadRecord(log)?.ToLog(OriginOf(scope), limits)))
        : signal == OtlpSignal.Traces ? TelemetryBatch.Of(Each((scope, span) => format.ReadSpan(span)?.ToSpan(OriginOf(scope), limits)))
        : TelemetryBatch.Of(Each((metric, point) => ToPoint(index.Metrics[metric], point)));

    private TelemetryPoint? ToPoint(MetricHead metric, ReadOnlyMemory<byte> point)
    {
        // Nothing of a histogram is counted, so it is not read.
        var read = metric.Form == MetricForm.Histogram ? null : format.ReadPoint(point);
        return read is null && metric.Form != MetricForm.Histogram ? null : read.ToPoint(metric, OriginOf(metric.Scope), limits);
    }

    // Without those that cannot be read.
    private IEnumerable<T> Each<T>(Func<int, ReadOnlyMemory<byte>, T?> read)
        where T : class
    {
        foreach (var (parent, item) in index.Items)
        {
            if (read(parent, Of(item)) is { } whole)
            {
                yield return whole;
            }
        }
    }

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
