using Entourage.Api.Startup;
using Entourage.Application.Otlp;

namespace Entourage.Api.Otlp;

/// <summary>Parses the items of a request one at a time, as they are enumerated.</summary>
internal sealed class OtlpItems(ReadOnlyMemory<byte> body, OtlpIndex index, IOtlpFormat format, ApiLimits limits)
{
    private int currentScope = -1;
    private int currentResource = -1;
    private TelemetryAttributes resource = TelemetryAttributes.None;
    private TelemetryOrigin origin = new(TelemetryAttributes.None, "");

    /// <summary>Returns the items as a batch, which can be enumerated once.</summary>
    public TelemetryBatch ToBatch(OtlpSignal signal) =>
        signal == OtlpSignal.Logs ? TelemetryBatch.Of(ReadEach((scope, log) => format.ReadRecord(log)?.ToLog(OriginOf(scope), limits)))
        : signal == OtlpSignal.Traces ? TelemetryBatch.Of(ReadEach((scope, span) => format.ReadSpan(span)?.ToSpan(OriginOf(scope), limits)))
        : TelemetryBatch.Of(ReadEach((metric, point) => ToPoint(index.Metrics[metric], point)));

    private TelemetryPoint? ToPoint(MetricHead metric, ReadOnlyMemory<byte> point)
    {
        // Histograms are not counted, so they are not read.
        var read = metric.Form == MetricForm.Histogram ? null : format.ReadPoint(point);
        return read is null && metric.Form != MetricForm.Histogram ? null : read.ToPoint(metric, OriginOf(metric.Scope), limits);
    }

    // Skips items that cannot be read.
    private IEnumerable<T> ReadEach<T>(Func<int, ReadOnlyMemory<byte>, T?> read)
        where T : class
    {
        foreach (var (parent, item) in index.Items)
        {
            if (read(parent, Of(item)) is { } result)
            {
                yield return result;
            }
        }
    }

    // Caches the last scope and resource, because their items are adjacent.
    private TelemetryOrigin OriginOf(int scope)
    {
        if (scope == currentScope)
        {
            return origin;
        }

        var (ofResource, description) = index.Scopes[scope];
        if (ofResource != currentResource)
        {
            var described = index.Resources[ofResource];
            resource = described.Length == 0 ? TelemetryAttributes.None : format.ReadResource(Of(described)).Attributes.ToAttributes(limits);
            currentResource = ofResource;
        }

        currentScope = scope;
        return origin = new(resource, description.Length == 0 ? "" : format.ReadScope(Of(description)));
    }

    private ReadOnlyMemory<byte> Of(Slice slice) => body.Slice(slice.Start, slice.Length);
}
