using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Errors;
using Entourage.Domain.Audit;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Webhooks;

/// <summary>Deletes a webhook with its messages. A message that is being sent at that moment may still arrive.</summary>
/// <param name="Id">The webhook.</param>
public sealed record DeleteWebhookCommand(Guid Id) : ICommand<Unit>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Webhook(Id));
}

internal sealed class DeleteWebhookHandler(IEntourageDb db, AuditTrail audit) : IRequestHandler<DeleteWebhookCommand, Unit>
{
    public async Task<Unit> Handle(DeleteWebhookCommand request, CancellationToken cancellationToken)
    {
        // Locks the webhook, as the job that creates messages does, so that none is added between the two deletions.
        var found = await db.Webhooks
            .Where(webhook => webhook.Id == request.Id)
            .ExecuteUpdateAsync(row => row.SetProperty(webhook => webhook.EventPosition, webhook => webhook.EventPosition), cancellationToken);
        if (found == 0)
        {
            throw new NotFoundException("webhook", request.Id);
        }

        var webhook = await db.Webhooks.AsNoTracking().SingleAsync(webhook => webhook.Id == request.Id, cancellationToken);
        audit.Add(
            AuditAction.WebhookDeleted,
            AuditSubject.Of(AuditSubjectKind.Webhook, webhook.Id, webhook.OrganisationId, webhook.TeamId),
            AuditedWebhook.Of(webhook),
            after: null);
        await db.SaveChangesAsync(cancellationToken);
        await db.WebhookDeliveries.Where(delivery => delivery.WebhookId == request.Id).ExecuteDeleteAsync(cancellationToken);
        await db.Webhooks.Where(webhook => webhook.Id == request.Id).ExecuteDeleteAsync(cancellationToken);
        return Unit.Value;
    }
}
