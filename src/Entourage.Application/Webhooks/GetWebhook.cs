using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Application.Paging;
using Entourage.Domain.Teams;
using FluentValidation;
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

/// <summary>Lists the webhooks of a team, or those of an organisation as a whole, oldest first.</summary>
/// <param name="Audience">The team or organisation.</param>
/// <param name="Page">The page to return.</param>
public sealed record ListWebhooksQuery(Audience Audience, PageRequest Page) : IQuery<Page<WebhookResponse>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Audience.RequiredPermission();
}

/// <summary>Lists the messages of a webhook, newest first.</summary>
/// <param name="WebhookId">The webhook.</param>
/// <param name="Page">The page to return.</param>
public sealed record ListDeliveriesQuery(Guid WebhookId, PageRequest Page) : IQuery<Page<DeliveryResponse>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Webhook(WebhookId));
}

internal sealed class ListWebhooksValidator : AbstractValidator<ListWebhooksQuery>
{
    public ListWebhooksValidator() => RuleFor(query => query.Page.Limit).PageLimit();
}

internal sealed class ListDeliveriesValidator : AbstractValidator<ListDeliveriesQuery>
{
    public ListDeliveriesValidator() => RuleFor(query => query.Page.Limit).PageLimit();
}

internal sealed class GetWebhookHandler(IEntourageDb db) : IRequestHandler<GetWebhookQuery, WebhookResponse>
{
    public async Task<WebhookResponse> Handle(GetWebhookQuery request, CancellationToken cancellationToken) =>
        WebhookResponse.From(await db.Webhooks.AsNoTracking().Where(webhook => webhook.Id == request.Id).GetAsync(request.Id, "webhook", cancellationToken));
}

internal sealed class ListWebhooksHandler(IEntourageDb db) : IRequestHandler<ListWebhooksQuery, Page<WebhookResponse>>
{
    public async Task<Page<WebhookResponse>> Handle(ListWebhooksQuery request, CancellationToken cancellationToken)
    {
        // By number, because the two stores order ids differently.
        var after = request.Page.AfterNumber;
        var (teamId, organisationId) = (request.Audience.TeamId, await db.FindOrganisationOfAsync(request.Audience, cancellationToken));
        var webhooks = await db.Webhooks.AsNoTracking()
            .Where(webhook => webhook.OrganisationId == organisationId && webhook.TeamId == teamId && (after == null || webhook.Sequence > after))
            .OrderBy(webhook => webhook.Sequence)
            .Take(request.Page.Limit + 1)
            .ToListAsync(cancellationToken);
        var page = request.Page.Of(webhooks, webhook => webhook.Sequence);
        return new([.. page.Items.Select(WebhookResponse.From)], page.NextCursor);
    }
}

internal sealed class ListDeliveriesHandler(IEntourageDb db) : IRequestHandler<ListDeliveriesQuery, Page<DeliveryResponse>>
{
    public async Task<Page<DeliveryResponse>> Handle(ListDeliveriesQuery request, CancellationToken cancellationToken)
    {
        var before = request.Page.AfterNumber;
        await db.Webhooks.AsNoTracking().Where(webhook => webhook.Id == request.WebhookId).GetAsync(request.WebhookId, "webhook", cancellationToken);
        var deliveries = await db.WebhookDeliveries.AsNoTracking()
            .Where(delivery => delivery.WebhookId == request.WebhookId && (before == null || delivery.Sequence < before))
            .OrderByDescending(delivery => delivery.Sequence)
            .Take(request.Page.Limit + 1)
            .ToListAsync(cancellationToken);
        var page = request.Page.Of(deliveries, delivery => delivery.Sequence);
        return new([.. page.Items.Select(DeliveryResponse.From)], page.NextCursor);
    }
}
