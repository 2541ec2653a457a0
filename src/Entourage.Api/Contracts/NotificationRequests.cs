using Entourage.Application.Alerts;
using Entourage.Application.Webhooks;
using Entourage.Domain.Alerts;
using Entourage.Domain.Events;
using Entourage.Domain.Teams;
using Entourage.Domain.Webhooks;

namespace Entourage.Api.Contracts;

/// <summary>A new webhook.</summary>
/// <param name="Url">Required, except for pagerduty. The address for messages: an absolute http or https address, on the public internet unless the operator allows others. For the format email, mailto: and an address.</param>
/// <param name="Events">Required without a digest. The kinds of events to send: any of usage, session, budget, alert, stop and settings.</param>
/// <param name="Format">The format of messages; json if absent.</param>
/// <param name="RoutingKey">Required for pagerduty, and only there: the integration key of the service. It is not shown again.</param>
/// <param name="Digest">How often to send a digest; none if absent.</param>
public sealed record CreateWebhookRequest(
    string? Url = null, IReadOnlyList<EventKind>? Events = null, WebhookFormat? Format = null, string? RoutingKey = null, DigestPeriod? Digest = null)
{
    internal CreateWebhookCommand For(Audience audience, string? idempotencyKey) =>
        new(audience, Url, Events, Format ?? WebhookFormat.Json, RoutingKey, Digest ?? DigestPeriod.None, idempotencyKey);

    /// <summary>Hides the address from logs, because anyone who knows it can post to the channel behind it.</summary>
    public override string ToString() => nameof(CreateWebhookRequest);
}

/// <summary>Which open alerts to acknowledge. Without a condition, all of them.</summary>
/// <param name="Kind">Only alerts of this kind.</param>
/// <param name="Cause">Only alerts with exactly this cause.</param>
/// <param name="AgentId">Only alerts about this agent.</param>
/// <param name="SessionId">Only alerts about this session.</param>
/// <param name="Until">Only alerts that were raised until this instant, so that none is acknowledged unseen.</param>
public sealed record AcknowledgeAlertsRequest(
    AlertKind? Kind = null, string? Cause = null, Guid? AgentId = null, long? SessionId = null, DateTimeOffset? Until = null)
{
    internal AcknowledgeAlertsCommand For(Audience audience) => new(audience, new(Kind, Cause, AgentId, SessionId), Until);
}
