using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Domain.Budgets;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Overviews;

/// <summary>Reads the current figures of an organisation and all of its teams.</summary>
/// <param name="OrganisationId">The organisation.</param>
public sealed record GetOrganisationOverviewQuery(Guid OrganisationId) : IQuery<OrganisationOverviewResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Admin();
}

/// <summary>Reads the current figures of a team and its spending today.</summary>
/// <param name="TeamId">The team.</param>
public sealed record GetTeamOverviewQuery(Guid TeamId) : IQuery<TeamOverviewResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Team(TeamId));
}

internal sealed class GetOverviewHandler(IEntourageDb db, TimeProvider time)
    : IRequestHandler<GetOrganisationOverviewQuery, OrganisationOverviewResponse>, IRequestHandler<GetTeamOverviewQuery, TeamOverviewResponse>
{
    public async Task<OrganisationOverviewResponse> Handle(GetOrganisationOverviewQuery request, CancellationToken cancellationToken)
    {
        var organisation = await db.Organisations.AsNoTracking()
            .Where(organisation => organisation.Id == request.OrganisationId)
            .GetAsync(request.OrganisationId, "organisation", cancellationToken);
        var teams = await db.Teams.AsNoTracking()
            .Where(team => team.OrganisationId == organisation.Id)
            .OrderBy(team => team.Slug)
            .ToListAsync(cancellationToken);
        var reader = new OverviewReader(db, time.GetUtcNow());
        var overview = await reader.ReadAsync(organisation, await reader.ReadAsync(organisation, teams, cancellationToken), cancellationToken);

        // What archived teams have spent is in the organisation's own figures.
        var archived = teams.Where(team => team.ArchivedAt is not null).Select(team => team.Id).ToHashSet();
        return overview with { Teams = [.. overview.Teams.Where(team => !archived.Contains(team.Id))] };
    }

    public async Task<TeamOverviewResponse> Handle(GetTeamOverviewQuery request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var team = await db.Teams.AsNoTracking().Where(team => team.Id == request.TeamId).GetAsync(request.TeamId, "team", cancellationToken);
        var organisation = await db.Organisations.AsNoTracking().SingleAsync(organisation => organisation.Id == team.OrganisationId, cancellationToken);
        var reader = new OverviewReader(db, now);
        var figures = (await reader.ReadAsync(organisation, [team], cancellationToken))[0];
        var calendar = BudgetCalendar.Of(team.Timezone);
        var (begins, ends) = (calendar.StartsAt(BudgetPeriod.Day, now)!.Value, calendar.ResetsAt(BudgetPeriod.Day, now)!.Value);
        return new(figures, organisation.Name, (begins, ends), await reader.ReadCurveAsync(team.Id, begins, ends, cancellationToken), now);
    }
}
