using Entourage.Domain.Events;
using Entourage.Domain.Webhooks;

namespace Entourage.Application.Webhooks;

/// <summary>A webhook, as the audit trail records it.</summary>
/// <param name="Url">The URL up to the host, because the path is often a secret; for e-mail, with the address.</param>
/// <param name="Events">The kinds of event that it receives.</param>
/// <param name="Format">The format of its messages.</param>
/// <param name="Digest">How often it receives a digest.</param>
internal sealed record AuditedWebhook(string Url, IReadOnlyList<EventKind> Events, WebhookFormat Format, DigestPeriod Digest)
{
    public static AuditedWebhook Of(Webhook webhook) => new(
        webhook.Format == WebhookFormat.Email ? webhook.Url : new Uri(webhook.Url).GetLeftPart(UriPartial.Authority), webhook.Kinds, webhook.Format, webhook.Digest);
}
