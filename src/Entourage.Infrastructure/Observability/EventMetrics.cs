using System.Diagnostics.Metrics;

namespace Entourage.Infrastructure.Observability;

/// <summary>Who watches events.</summary>
internal sealed class EventMetrics(IMeterFactory meters)
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Entourage.Events";

    private readonly Meter meter = meters.Create(MeterName);

    /// <summary>Shows how many streams of events are open.</summary>
    public void ShowWatchers(Func<int> watchers) =>
        meter.CreateObservableUpDownCounter("entourage.event.watchers", watchers, "{stream}", "Streams of events that are open at this process.");
}
