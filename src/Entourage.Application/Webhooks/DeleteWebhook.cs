using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Webhooks;

/// <summary>Removes a webhook with its messages: none is sent any more, save one that is on its way.</summary>
/// <param name="Id">Which.</param>
public sealed record DeleteWebhookCommand(Guid Id) : ICommand<Unit>
{
    /// <inheritdoc/>
    public Need Needs() => Need.Lead(Resource.Webhook(Id));
}

internal sealed class DeleteWebhookHandler(IEntourageDb db) : IRequestHandler<DeleteWebhookCommand, Unit>
{
    public async Task<Unit> Handle(DeleteWebhookCommand request, CancellationToken cancellationToken)
    {
        // Whoever makes messages for it writes to it first, too: none is added between the two deletions.
        var found = await db.Webhooks
            .Where(webhook => webhook.Id == request.Id)
            .ExecuteUpdateAsync(row => row.SetProperty(webhook => webhook.EventPosition, webhook => webhook.EventPosition), cancellationToken);
        if (found == 0)
        {
            throw new NotFoundException("webhook", request.Id);
        }

        await db.WebhookDeliveries.Where(delivery => delivery.WebhookId == request.Id).ExecuteDeleteAsync(cancellationToken);
        await db.Webhooks.Where(webhook => webhook.Id == request.Id).ExecuteDeleteAsync(cancellationToken);
        return Unit.Value;
    }
}
