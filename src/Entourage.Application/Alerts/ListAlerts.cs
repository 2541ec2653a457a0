using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Paging;
using Entourage.Domain.Alerts;
using Entourage.Domain.Teams;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Alerts;

/// <summary>Lists the alerts of a team or of all teams of an organisation, the newest first. A search looks in messages and causes.</summary>
/// <param name="Audience">The team or organisation.</param>
/// <param name="Status">Only alerts with this status; null for all.</param>
/// <param name="Filter">Which of them.</param>
/// <param name="Page">The page to return.</param>
public sealed record ListAlertsQuery(Audience Audience, AlertStatus? Status, AlertFilter Filter, PageRequest Page) : IQuery<Page<AlertResponse>>, IListQuery
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Audience.RequiredPermission();
}

internal sealed class ListAlertsValidator : ListValidator<ListAlertsQuery>
{
    public ListAlertsValidator()
    {
        RuleFor(query => query.Filter.Cause).Length(1, Alert.CauseLength).OverridePropertyName(nameof(AlertFilter.Cause));
    }
}

internal sealed class ListAlertsHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<ListAlertsQuery, Page<AlertResponse>>
{
    public async Task<Page<AlertResponse>> Handle(ListAlertsQuery request, CancellationToken cancellationToken)
    {
        await db.FindOrganisationOfAsync(request.Audience, cancellationToken);
        var now = time.GetUtcNow();
        var order = new ListOrder<Alert, Alert>(request.Page, ListDirection.Descending).By(alert => alert.Sequence, alert => alert.Sequence);
        var alerts = db.AlertsOf(request.Audience).AsNoTracking()
            .Matching(request.Filter)
            .WithStatus(request.Status, now)
            .Matching(request.Page, alert => alert.Message, alert => alert.Cause);
        var page = order.ToPage(await order.Read(alerts).ToListAsync(cancellationToken));
        return new([.. page.Items.Select(alert => AlertResponse.From(alert, now))], page.NextCursor);
    }
}
