using System.Diagnostics.Metrics;

namespace Entourage.Infrastructure.Observability;

/// <summary>Counts the open event streams.</summary>
internal sealed class EventMetrics(IMeterFactory meters)
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Entourage.Events";

    private readonly Meter meter = meters.Create(MeterName);

    /// <summary>Publishes the number of open event streams.</summary>
    public void ObserveSubscribers(Func<int> count) =>
        meter.CreateObservableUpDownCounter("entourage.event.watchers", count, "{stream}", "Event streams that are open in this process.");
}
