using System.Diagnostics.Metrics;
using Entourage.Domain.Webhooks;

namespace Entourage.Infrastructure.Observability;

/// <summary>Metrics of webhook deliveries.</summary>
internal sealed class WebhookMetrics
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Entourage.Webhooks";

    private readonly CounterGrid attempts = new(("outcome", ["to_be_retried", "delivered", "given_up"]));
    private long waiting;

    public WebhookMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableCounter("entourage.webhook.attempts", attempts.Read, "{attempt}", "Attempts to deliver a webhook message.");
        meter.CreateObservableUpDownCounter(
            "entourage.webhook.waiting",
            () => Volatile.Read(ref waiting),
            "{message}",
            "Webhook messages waiting for delivery, counted every 10 seconds.");
    }

    /// <summary>Sets the number of deliveries that wait in the store.</summary>
    public long Waiting
    {
        set => Volatile.Write(ref waiting, value);
    }

    /// <summary>Counts an attempt.</summary>
    /// <param name="status">The status of the delivery after the attempt.</param>
    public void Tried(DeliveryStatus status) => attempts.Add(1, status switch
    {
        DeliveryStatus.Pending => 0,
        DeliveryStatus.Delivered => 1,
        _ => 2,
    });
}
