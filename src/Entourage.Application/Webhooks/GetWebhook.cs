using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Application.Paging;
using Entourage.Domain.Teams;
using Entourage.Domain.Webhooks;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Webhooks;

/// <summary>Reads a webhook.</summary>
/// <param name="Id">The webhook.</param>
public sealed record GetWebhookQuery(Guid Id) : IQuery<WebhookResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Webhook(Id));
}

/// <summary>Lists the webhooks of a team, or those of an organisation as a whole, oldest first. A search looks in URLs.</summary>
/// <param name="Audience">The team or organisation.</param>
/// <param name="Page">The page to return.</param>
public sealed record ListWebhooksQuery(Audience Audience, PageRequest Page) : IQuery<Page<WebhookResponse>>, IListQuery
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Audience.RequiredPermission();
}

/// <summary>Lists the messages of a webhook, newest first. A search looks in event types and errors.</summary>
/// <param name="WebhookId">The webhook.</param>
/// <param name="Page">The page to return.</param>
public sealed record ListDeliveriesQuery(Guid WebhookId, PageRequest Page) : IQuery<Page<DeliveryResponse>>, IListQuery
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Webhook(WebhookId));
}

internal sealed class ListWebhooksValidator : ListValidator<ListWebhooksQuery>;

internal sealed class ListDeliveriesValidator : ListValidator<ListDeliveriesQuery>;

internal sealed class GetWebhookHandler(IEntourageDb db) : IRequestHandler<GetWebhookQuery, WebhookResponse>
{
    public async Task<WebhookResponse> Handle(GetWebhookQuery request, CancellationToken cancellationToken) =>
        WebhookResponse.From(await db.Webhooks.AsNoTracking().Where(webhook => webhook.Id == request.Id).GetAsync(request.Id, "webhook", cancellationToken));
}

internal sealed class ListWebhooksHandler(IEntourageDb db) : IRequestHandler<ListWebhooksQuery, Page<WebhookResponse>>
{
    public async Task<Page<WebhookResponse>> Handle(ListWebhooksQuery request, CancellationToken cancellationToken)
    {
        var (teamId, organisationId) = (request.Audience.TeamId, await db.FindOrganisationOfAsync(request.Audience, cancellationToken));
        // By number, because the two stores order ids differently.
        var order = new ListOrder<Webhook, Webhook>(request.Page).By(webhook => webhook.Sequence, webhook => webhook.Sequence);
        var webhooks = db.Webhooks.AsNoTracking()
            .Where(webhook => webhook.OrganisationId == organisationId && webhook.TeamId == teamId)
            .Matching(request.Page, webhook => webhook.Url);
        var page = order.ToPage(await order.Read(webhooks).ToListAsync(cancellationToken));
        return new([.. page.Items.Select(WebhookResponse.From)], page.NextCursor);
    }
}

internal sealed class ListDeliveriesHandler(IEntourageDb db) : IRequestHandler<ListDeliveriesQuery, Page<DeliveryResponse>>
{
    public async Task<Page<DeliveryResponse>> Handle(ListDeliveriesQuery request, CancellationToken cancellationToken)
    {
        await db.Webhooks.AsNoTracking().Where(webhook => webhook.Id == request.WebhookId).GetAsync(request.WebhookId, "webhook", cancellationToken);
        var order = new ListOrder<WebhookDelivery, WebhookDelivery>(request.Page, ListDirection.Descending)
            .By(delivery => delivery.Sequence, delivery => delivery.Sequence);
        var deliveries = db.WebhookDeliveries.AsNoTracking()
            .Where(delivery => delivery.WebhookId == request.WebhookId)
            .Matching(request.Page, delivery => delivery.Type, delivery => delivery.LastError);
        var page = order.ToPage(await order.Read(deliveries).ToListAsync(cancellationToken));
        return new([.. page.Items.Select(DeliveryResponse.From)], page.NextCursor);
    }
}
