using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Application.Paging;
using Entourage.Domain.Alerts;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Alerts;

/// <summary>Lists a team's alerts, the newest first.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="Status">Only alerts with this status; null for all.</param>
/// <param name="Kind">Only alerts of this kind; null for all.</param>
/// <param name="Page">The page to return.</param>
public sealed record ListAlertsQuery(Guid TeamId, AlertStatus? Status, AlertKind? Kind, PageRequest Page) : IQuery<Page<AlertResponse>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Team(TeamId));
}

internal sealed class ListAlertsValidator : AbstractValidator<ListAlertsQuery>
{
    public ListAlertsValidator() => RuleFor(query => query.Page.Limit).PageLimit();
}

internal sealed class ListAlertsHandler(IEntourageDb db) : IRequestHandler<ListAlertsQuery, Page<AlertResponse>>
{
    public async Task<Page<AlertResponse>> Handle(ListAlertsQuery request, CancellationToken cancellationToken)
    {
        var before = request.Page.AfterNumber;
        await db.Teams.GetAsync(request.TeamId, "team", cancellationToken);
        var alerts = await db.Alerts.AsNoTracking()
            .Where(alert => alert.TeamId == request.TeamId)
            .Where(alert => request.Status == null || alert.Status == request.Status)
            .Where(alert => request.Kind == null || alert.Kind == request.Kind)
            .Where(alert => before == null || alert.Sequence < before)
            .OrderByDescending(alert => alert.Sequence)
            .Take(request.Page.Limit + 1)
            .ToListAsync(cancellationToken);
        var page = request.Page.Of(alerts, alert => alert.Sequence);
        return new([.. page.Items.Select(AlertResponse.From)], page.NextCursor);
    }
}
