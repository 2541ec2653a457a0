using Entourage.Domain.Events;
using Entourage.Domain.Webhooks;

namespace Entourage.Application.Webhooks;

/// <summary>What the trail tells of a webhook.</summary>
/// <param name="Url">Where its messages go, up to the host: the path of many a receiver is its secret.</param>
/// <param name="Events">What it is told of.</param>
/// <param name="Format">How its messages are written.</param>
internal sealed record AuditedWebhook(string Url, IReadOnlyList<EventKind> Events, WebhookFormat Format)
{
    /// <summary>A webhook.</summary>
    public static AuditedWebhook Of(Webhook webhook) => new(new Uri(webhook.Url).GetLeftPart(UriPartial.Authority), webhook.Kinds, webhook.Format);
}
