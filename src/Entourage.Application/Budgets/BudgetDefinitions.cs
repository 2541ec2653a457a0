using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Domain.Budgets;
using Entourage.Domain.Tasks;
using Entourage.Domain.Teams;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Budgets;

/// <summary>Finds the budgets of their own and the caps in the settings.</summary>
internal sealed class BudgetDefinitions(IEntourageDb db)
{
    /// <summary>Returns the budget with an id.</summary>
    /// <param name="text">The id in the request.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    /// <exception cref="NotFoundException">There is none, or the setting has no limit.</exception>
    public async Task<BudgetDefinition> GetAsync(string text, CancellationToken cancellationToken) =>
        BudgetId.Parse(text) is { } id && await FindAsync(id, cancellationToken) is { } budget ? budget : throw new NotFoundException("budget", text);

    /// <summary>
    /// Lists the budgets of an organisation or a team, or of all. Those of archived organisations, teams and agents, and of tasks that are done or
    /// cancelled, are left out.
    /// </summary>
    /// <param name="organisationId">Only budgets of this organisation; null for all.</param>
    /// <param name="teamId">Only budgets of this team; null for all.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    public async Task<IReadOnlyList<BudgetDefinition>> ListAsync(Guid? organisationId, Guid? teamId, CancellationToken cancellationToken)
    {
        var organisations = db.Organisations.AsNoTracking()
            .Where(organisation => organisation.ArchivedAt == null && (organisationId == null || organisation.Id == organisationId));
        var teams = db.Teams.AsNoTracking().Where(team => team.ArchivedAt == null && (teamId == null || team.Id == teamId)
            && organisations.Any(organisation => organisation.Id == team.OrganisationId));
        var agents = db.Agents.AsNoTracking().Where(agent => agent.ArchivedAt == null && teams.Any(team => team.Id == agent.TeamId));
        var rules = await db.BudgetRules.AsNoTracking()
            .Where(rule => teams.Any(team => team.Id == rule.TeamId)
                || (teamId == null && rule.TeamId == null && organisations.Any(organisation => organisation.Id == rule.OrganisationId)))
            .ToListAsync(cancellationToken);
        var ofAgents = rules.Where(rule => rule is { Scope: BudgetScope.Agent, IsForEach: false }).Select(rule => Guid.Parse(rule.Match)).ToArray();
        var archived = (await db.Agents.Where(agent => ofAgents.Contains(agent.Id) && agent.ArchivedAt != null).Select(agent => agent.Id).ToListAsync(cancellationToken))
            .ConvertAll(BudgetWindow.IdOf);
        var byId = await teams.ToDictionaryAsync(team => team.Id, cancellationToken);
        var found = byId.Values.SelectMany(BudgetDefinition.Of).ToList();
        if (teamId is null)
        {
            found.AddRange((await organisations.ToListAsync(cancellationToken)).SelectMany(BudgetDefinition.Of));
        }

        found.AddRange((await agents.Where(agent => agent.DailyLimit != null).ToListAsync(cancellationToken))
            .SelectMany(agent => BudgetDefinition.Of(agent, byId[agent.TeamId])));
        found.AddRange((await TasksOf(db.Tasks.Where(task => task.OwnLimit != null && teams.Any(team => team.Id == task.TeamId)
                && WorkTask.OpenStatuses.Contains(task.Status)))
            .ToListAsync(cancellationToken)).SelectMany(task => BudgetDefinition.Of(task, byId[task.TeamId])));
        found.AddRange(rules.Where(rule => rule.Scope != BudgetScope.Agent || !archived.Contains(rule.Match)).Select(BudgetDefinition.Of));
        return found;
    }

    private static IQueryable<OwnTaskCap> TasksOf(IQueryable<WorkTask> tasks) =>
        tasks.Select(task => new OwnTaskCap(task.Id, task.TeamId, task.Title, task.TaskType, task.OwnLimit));

    private async Task<BudgetDefinition?> FindAsync(BudgetId id, CancellationToken cancellationToken)
    {
        if (id.Setting is not { } setting)
        {
            return await db.BudgetRules.AsNoTracking().SingleOrDefaultAsync(rule => rule.Id == id.RuleId, cancellationToken) is { } rule
                ? BudgetDefinition.Of(rule)
                : null;
        }

        return (await SettingsOfAsync(id.Owner, cancellationToken)).SingleOrDefault(budget => budget.Setting == setting);
    }

    private async Task<IEnumerable<BudgetDefinition>> SettingsOfAsync(Resource owner, CancellationToken cancellationToken)
    {
        switch (owner.Kind)
        {
            case ResourceKind.Organisation:
                return await db.Organisations.AsNoTracking().SingleOrDefaultAsync(row => row.Id == owner.Id, cancellationToken) is { } organisation
                    ? BudgetDefinition.Of(organisation)
                    : [];
            case ResourceKind.Team:
                return await FindTeamAsync(owner.Id, cancellationToken) is { } team ? BudgetDefinition.Of(team) : [];
            case ResourceKind.Agent:
                return await db.Agents.AsNoTracking().SingleOrDefaultAsync(row => row.Id == owner.Id, cancellationToken) is { } agent
                    ? BudgetDefinition.Of(agent, (await FindTeamAsync(agent.TeamId, cancellationToken))!)
                    : [];
            default:
                return await TasksOf(db.Tasks.Where(row => row.Id == owner.Number)).SingleOrDefaultAsync(cancellationToken) is { } task
                    ? BudgetDefinition.Of(task, (await FindTeamAsync(task.TeamId, cancellationToken))!)
                    : [];
        }
    }

    private Task<Team?> FindTeamAsync(Guid id, CancellationToken cancellationToken) => db.Teams.AsNoTracking().SingleOrDefaultAsync(team => team.Id == id, cancellationToken);
}
