using System.Diagnostics.Metrics;
using Entourage.Domain.Webhooks;

namespace Entourage.Infrastructure.Observability;

/// <summary>How messages to webhooks fare.</summary>
internal sealed class WebhookMetrics
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Entourage.Webhooks";

    private readonly CounterGrid attempts = new(("outcome", ["to_be_retried", "delivered", "given_up"]));
    private long waiting;

    public WebhookMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableCounter("entourage.webhook.attempts", attempts.Read, "{attempt}", "Tries to deliver a message.");
        meter.CreateObservableUpDownCounter(
            "entourage.webhook.waiting",
            () => Volatile.Read(ref waiting),
            "{message}",
            "Messages in the store that are to be delivered, counted every 10 seconds.");
    }

    /// <summary>How many messages the store has that are to be delivered.</summary>
    public long Waiting
    {
        set => Volatile.Write(ref waiting, value);
    }

    /// <summary>A try has ended.</summary>
    /// <param name="status">What has become of the message by it.</param>
    public void Tried(DeliveryStatus status) => attempts.Add(1, status switch
    {
        DeliveryStatus.Pending => 0,
        DeliveryStatus.Delivered => 1,
        _ => 2,
    });
}
