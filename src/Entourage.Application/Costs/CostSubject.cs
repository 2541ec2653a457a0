using Entourage.Application.Abstractions;
using Entourage.Application.Errors;
using Entourage.Domain.Budgets;
using Entourage.Domain.Teams;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Costs;

/// <summary>The team or organisation of a cost report, with the time zone of its days.</summary>
internal sealed record CostSubject(BudgetScope Scope, Guid Id, Guid OrganisationId, IReadOnlyList<Guid> Teams, string Timezone)
{
    /// <summary>The calendar of its days.</summary>
    public BudgetCalendar Calendar => BudgetCalendar.Of(Timezone);

    /// <summary>Reads the names of agents, by their ids: of all that are in the teams, and of others that spent in them before they moved to another team.</summary>
    public async Task<Dictionary<Guid, string>> AgentNamesAsync(IEntourageDb db, IEnumerable<Guid> others, CancellationToken cancellationToken)
    {
        var teams = Teams;
        var names = await db.Agents.Where(agent => teams.Contains(agent.TeamId)).ToDictionaryAsync(agent => agent.Id, agent => agent.Name, cancellationToken);

        // Below the parameter limit of a statement.
        foreach (var ids in others.Where(id => !names.ContainsKey(id)).ToArray().Chunk(1_000))
        {
            foreach (var agent in await db.Agents.Where(agent => ids.Contains(agent.Id)).Select(agent => new { agent.Id, agent.Name }).ToListAsync(cancellationToken))
            {
                names[agent.Id] = agent.Name;
            }
        }

        return names;
    }

    /// <summary>Reads a team or an organisation.</summary>
    /// <exception cref="NotFoundException">It does not exist.</exception>
    public static Task<CostSubject> OfAsync(IEntourageDb db, Audience subject, CancellationToken cancellationToken) =>
        subject.IsTeam ? OfTeamAsync(db, subject.Id, cancellationToken) : OfOrganisationAsync(db, subject.Id, cancellationToken);

    /// <summary>Reads a team.</summary>
    /// <exception cref="NotFoundException">The team does not exist.</exception>
    public static async Task<CostSubject> OfTeamAsync(IEntourageDb db, Guid id, CancellationToken cancellationToken)
    {
        var team = await db.Teams.AsNoTracking().Where(team => team.Id == id).GetAsync(id, "team", cancellationToken);
        return new(BudgetScope.Team, id, team.OrganisationId, [id], team.Timezone);
    }

    /// <summary>Reads an organisation, which counts in UTC days.</summary>
    /// <exception cref="NotFoundException">The organisation does not exist.</exception>
    public static async Task<CostSubject> OfOrganisationAsync(IEntourageDb db, Guid id, CancellationToken cancellationToken)
    {
        await db.Organisations.GetAsync(id, "organisation", cancellationToken);
        var teams = await db.Teams.Where(team => team.OrganisationId == id).Select(team => team.Id).ToListAsync(cancellationToken);
        return new(BudgetScope.Organisation, id, id, teams, "UTC");
    }
}
