using Entourage.Domain.Events;
using Entourage.Domain.Webhooks;

namespace Entourage.Application.Webhooks;

/// <summary>A webhook, as the audit trail records it.</summary>
/// <param name="Url">The URL up to the host, because the path is often a secret.</param>
/// <param name="Events">The kinds of event that it receives.</param>
/// <param name="Format">The format of its messages.</param>
internal sealed record AuditedWebhook(string Url, IReadOnlyList<EventKind> Events, WebhookFormat Format)
{
    public static AuditedWebhook Of(Webhook webhook) => new(new Uri(webhook.Url).GetLeftPart(UriPartial.Authority), webhook.Kinds, webhook.Format);
}
