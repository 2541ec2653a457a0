using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Errors;
using Entourage.Domain.Audit;
using Entourage.Domain.Events;
using Entourage.Domain.Teams;
using Entourage.Domain.Webhooks;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Webhooks;

/// <summary>Creates a webhook that receives the events of a team, or of all teams of an organisation, from now on.</summary>
/// <param name="Audience">The team or organisation.</param>
/// <param name="Url">The URL to send messages to; null for PagerDuty's own.</param>
/// <param name="Events">The kinds of event to send.</param>
/// <param name="Format">The format of the messages.</param>
/// <param name="RoutingKey">PagerDuty's integration key; null for other formats.</param>
/// <param name="Digest">How often to send a digest.</param>
/// <param name="IdempotencyKey">The idempotency key, if any.</param>
public sealed record CreateWebhookCommand(
    Audience Audience,
    string? Url,
    IReadOnlyList<EventKind>? Events,
    WebhookFormat Format = WebhookFormat.Json,
    string? RoutingKey = null,
    DigestPeriod Digest = DigestPeriod.None,
    string? IdempotencyKey = null) : ICommand<NewWebhookResponse>, IIdempotentCommand
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Audience.RequiredPermission();

    /// <inheritdoc/>
    public string IdempotencyScope => Audience.TeamId is { } teamId ? $"teams/{teamId}/webhooks" : $"orgs/{Audience.Id}/webhooks";
}

internal sealed class CreateWebhookHandler(IEntourageDb db, AuditTrail audit, TimeProvider time) : IRequestHandler<CreateWebhookCommand, NewWebhookResponse>
{
    public async Task<NewWebhookResponse> Handle(CreateWebhookCommand request, CancellationToken cancellationToken)
    {
        var team = request.Audience.TeamId is { } teamId ? await db.Teams.GetAsync(teamId, "team", cancellationToken) : null;
        var organisationId = team?.OrganisationId ?? await db.FindOrganisationOfAsync(request.Audience, cancellationToken);

        // Transactions in progress have ended after this, so no event can later appear before the position.
        await db.LockOrganisationAsync(organisationId, cancellationToken);
        var position = new EventPosition(
            await db.UsageRecords.MaxAsync(record => (long?)record.Sequence, cancellationToken) ?? 0,
            await db.Events.MaxAsync(teamEvent => (long?)teamEvent.Sequence, cancellationToken) ?? 0);
        var target = new WebhookTarget(
            request.Url ?? Webhook.PagerdutyUrl, request.Events ?? [], request.Format, request.RoutingKey, request.Digest);
        var webhook = Webhook.Create(organisationId, team, target, position, time.GetUtcNow());
        db.Webhooks.Add(webhook);
        audit.Add(
            AuditAction.WebhookCreated,
            AuditSubject.Of(AuditSubjectKind.Webhook, webhook.Id, organisationId, team?.Id),
            before: null,
            AuditedWebhook.Of(webhook));
        await db.SaveChangesAsync(cancellationToken);
        return new(WebhookResponse.From(webhook), webhook.Secret);
    }
}
