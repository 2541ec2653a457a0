using Entourage.Application.Abstractions;
using Entourage.Application.Errors;
using Entourage.Domain.Budgets;
using Entourage.Domain.Teams;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Costs;

/// <summary>The team or organisation of a cost report, with the time zone of its days.</summary>
internal sealed record CostSubject(BudgetScope Scope, Guid Id, IReadOnlyList<Guid> Teams, string Timezone)
{
    /// <summary>The calendar of its days.</summary>
    public BudgetCalendar Calendar => BudgetCalendar.Of(Timezone);

    /// <summary>Reads a team or an organisation.</summary>
    /// <exception cref="NotFoundException">It does not exist.</exception>
    public static Task<CostSubject> OfAsync(IEntourageDb db, Audience subject, CancellationToken cancellationToken) =>
        subject.IsTeam ? OfTeamAsync(db, subject.Id, cancellationToken) : OfOrganisationAsync(db, subject.Id, cancellationToken);

    /// <summary>Reads a team.</summary>
    /// <exception cref="NotFoundException">The team does not exist.</exception>
    public static async Task<CostSubject> OfTeamAsync(IEntourageDb db, Guid id, CancellationToken cancellationToken)
    {
        var team = await db.Teams.AsNoTracking().Where(team => team.Id == id).GetAsync(id, "team", cancellationToken);
        return new(BudgetScope.Team, id, [id], team.Timezone);
    }

    /// <summary>Reads an organisation, which counts in UTC days.</summary>
    /// <exception cref="NotFoundException">The organisation does not exist.</exception>
    public static async Task<CostSubject> OfOrganisationAsync(IEntourageDb db, Guid id, CancellationToken cancellationToken)
    {
        await db.Organisations.GetAsync(id, "organisation", cancellationToken);
        var teams = await db.Teams.Where(team => team.OrganisationId == id).Select(team => team.Id).ToListAsync(cancellationToken);
        return new(BudgetScope.Organisation, id, teams, "UTC");
    }
}
