using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Domain.Webhooks;
using MediatR;

namespace Entourage.Application.Webhooks;

/// <summary>Sends a test message to a webhook, in the same way as every other message.</summary>
/// <param name="Id">The webhook.</param>
public sealed record TestWebhookCommand(Guid Id) : ICommand<DeliveryResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Webhook(Id));
}

internal sealed class TestWebhookHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<TestWebhookCommand, DeliveryResponse>
{
    public async Task<DeliveryResponse> Handle(TestWebhookCommand request, CancellationToken cancellationToken)
    {
        var webhook = await db.Webhooks.Where(webhook => webhook.Id == request.Id).GetAsync(request.Id, "webhook", cancellationToken);
        if (webhook.DisabledAt is not null)
        {
            throw new ConflictException("webhook-disabled", "The webhook is disabled because its receiver answered 410 Gone. Delete it and create another.");
        }

        var now = time.GetUtcNow();
        var eventId = Guid.CreateVersion7(now);
        var delivery = WebhookDelivery.Create(webhook.Id, eventId, WebhookBody.TestType, WebhookBody.OfTest(webhook, eventId, now), now);
        db.WebhookDeliveries.Add(delivery);
        await db.SaveChangesAsync(cancellationToken);
        return DeliveryResponse.From(delivery);
    }
}
