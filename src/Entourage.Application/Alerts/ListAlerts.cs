using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Paging;
using Entourage.Domain.Alerts;
using Entourage.Domain.Teams;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Alerts;

/// <summary>Lists the alerts of a team or of all teams of an organisation, the newest first.</summary>
/// <param name="Audience">The team or organisation.</param>
/// <param name="Status">Only alerts with this status; null for all.</param>
/// <param name="Filter">Which of them.</param>
/// <param name="Page">The page to return.</param>
public sealed record ListAlertsQuery(Audience Audience, AlertStatus? Status, AlertFilter Filter, PageRequest Page) : IQuery<Page<AlertResponse>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Audience.RequiredPermission();
}

internal sealed class ListAlertsValidator : AbstractValidator<ListAlertsQuery>
{
    public ListAlertsValidator()
    {
        RuleFor(query => query.Page.Limit).PageLimit();
        RuleFor(query => query.Filter.Cause).Length(1, Alert.CauseLength).OverridePropertyName(nameof(AlertFilter.Cause));
    }
}

internal sealed class ListAlertsHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<ListAlertsQuery, Page<AlertResponse>>
{
    public async Task<Page<AlertResponse>> Handle(ListAlertsQuery request, CancellationToken cancellationToken)
    {
        await db.FindOrganisationOfAsync(request.Audience, cancellationToken);
        var (before, now) = (request.Page.AfterNumber, time.GetUtcNow());
        var alerts = await db.AlertsOf(request.Audience).AsNoTracking()
            .Matching(request.Filter)
            .WithStatus(request.Status, now)
            .Where(alert => before == null || alert.Sequence < before)
            .OrderByDescending(alert => alert.Sequence)
            .Take(request.Page.Limit + 1)
            .ToListAsync(cancellationToken);
        var page = request.Page.Of(alerts, alert => alert.Sequence);
        return new([.. page.Items.Select(alert => AlertResponse.From(alert, now))], page.NextCursor);
    }
}
