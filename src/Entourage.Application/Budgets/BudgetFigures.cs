using Entourage.Application.Abstractions;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Organisations;
using Entourage.Domain.Tasks;
using Entourage.Domain.Teams;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Budgets;

/// <summary>Adds the current figures to budgets.</summary>
internal sealed class BudgetFigures(IEntourageDb db, DateTimeOffset now)
{
    /// <summary>The most items that are shown of a budget that each item has for itself.</summary>
    public const int MaxItems = 5;

    /// <summary>Returns a budget with its figures.</summary>
    public async Task<BudgetDetailsResponse> ReadAsync(BudgetDefinition budget, CancellationToken cancellationToken) =>
        (await ReadAsync([budget], withItems: true, cancellationToken))[0];

    /// <summary>Returns budgets with their figures.</summary>
    /// <param name="budgets">The budgets.</param>
    /// <param name="withItems">Whether to read the items of budgets that each item has for itself.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    public async Task<IReadOnlyList<BudgetDetailsResponse>> ReadAsync(IReadOnlyList<BudgetDefinition> budgets, bool withItems, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, IReadOnlyList<OpenWindow>>(StringComparer.Ordinal);
        foreach (var group in budgets.Where(budget => withItems || !budget.IsForEach).GroupBy(budget => budget.Response.OrgId))
        {
            var organisation = await db.Organisations.AsNoTracking().SingleAsync(row => row.Id == group.Key, cancellationToken);
            var (all, ids) = (group.Any(budget => budget.Response.TeamId is null || budget.Rule is { FollowsAgent: true }), group.Select(budget => budget.Response.TeamId).Distinct().ToArray());
            var teams = await db.Teams.AsNoTracking()
                .Where(team => team.OrganisationId == group.Key && (all || ids.Contains(team.Id)))
                .ToListAsync(cancellationToken);
            foreach (var budget in group)
            {
                found[budget.Response.Id] = budget.Rule is { } rule
                    ? await WindowsOfAsync(rule, organisation, teams, cancellationToken)
                    : await WindowsOfAsync(budget, organisation, teams.Find(team => team.Id == budget.Response.TeamId), cancellationToken);
            }
        }

        var windows = found.Values.SelectMany(open => open).SelectMany(open => open.Around.Append(open.Budget));
        var counters = await BudgetSnapshot.ReadSpendingAsync(db, windows, cancellationToken);
        return [.. budgets.Select(budget => found.TryGetValue(budget.Response.Id, out var open) ? WithFigures(budget, open, counters) : budget.Response)];
    }

    private BudgetDetailsResponse WithFigures(
        BudgetDefinition budget, IReadOnlyList<OpenWindow> open, IReadOnlyDictionary<BudgetWindow, Spending> counters) => budget.Response with
        {
            CurrentCount = open.Count,
            Current =
            [
                .. open
                    .Select(window => (Status: window.Budget.With(counters), window.Around))
                    .OrderByDescending(row => ShareOf(row.Status))
                    .ThenBy(row => row.Status.Budget.ScopeId, StringComparer.Ordinal)
                    .Take(budget.IsForEach ? MaxItems : int.MaxValue)
                    .OrderBy(row => row.Status.Budget.Unit)
                    .Select(row => BudgetStatusResponse.From(
                        row.Status, new BudgetPosition([row.Status, .. row.Around.Select(around => around.With(counters))]).CapReachedAt(row.Status, now))),
            ],
        };

    private static Int128 ShareOf(BudgetStatus status) => status.Budget.Limit!.Value is var limit && limit <= Money.Zero
        ? Int128.MaxValue
        : (status.Spending.Spent + status.Spending.Reserved).NanoUsd * 10_000 / limit.NanoUsd;

    private async Task<IReadOnlyList<OpenWindow>> WindowsOfAsync(
        BudgetRule rule, Organisation organisation, IReadOnlyList<Team> teams, CancellationToken cancellationToken) =>
        [.. (await new RuleBudgets(db, now).FindAsync([rule], organisation, teams, cancellationToken))
            .Select(row => row.Budget)
            .DistinctBy(budget => budget.Window)
            .Select(budget => new OpenWindow(budget, []))];

    private async Task<IReadOnlyList<OpenWindow>> WindowsOfAsync(
        BudgetDefinition definition, Organisation organisation, Team? team, CancellationToken cancellationToken)
    {
        var setting = definition.Setting!;
        var open = new List<OpenWindow>();
        foreach (var policy in await FindWorkAsync(definition, organisation, team, cancellationToken))
        {
            var budgets = policy.BudgetsAt(now).Where(budget => budget.Window.Scope == setting.Scope).ToArray();
            open.AddRange(budgets.Where(budget => budget.Window.Period == setting.Period && budget.Limit is not null)
                .Select(budget => new OpenWindow(budget, budgets.Where(other => other != budget))));
        }

        return open;
    }

    /// <summary>Finds work that has each budget of a cap in the settings once.</summary>
    private async Task<IEnumerable<BudgetPolicy>> FindWorkAsync(
        BudgetDefinition definition, Organisation organisation, Team? team, CancellationToken cancellationToken)
    {
        var shared = team is null
            ? new BudgetPolicy
            {
                OrganisationId = organisation.Id,
                OrganisationLimits = organisation.Limits,
                TeamId = Guid.Empty,
                Timezone = "UTC",
                TeamLimits = new(),
                AgentId = Guid.Empty,
            }
            : BudgetSnapshot.PolicyOf(organisation, team, Guid.Empty);
        if (!definition.IsForEach)
        {
            return
            [
                definition.Setting!.Scope switch
                {
                    BudgetScope.Agent => shared with { AgentId = Guid.Parse(definition.Response.Match), AgentDailyLimit = definition.Response.LimitUsd },
                    BudgetScope.Task => shared with { Task = definition.Task },
                    _ => shared,
                },
            ];
        }

        var teamId = team!.Id;
        switch (definition.Setting!.Scope)
        {
            case BudgetScope.Agent:
                var agents = await db.Agents.Where(agent => agent.TeamId == teamId && agent.DailyLimit == null && agent.ArchivedAt == null)
                    .Select(agent => agent.Id)
                    .ToListAsync(cancellationToken);
                return agents.Select(agent => shared with { AgentId = agent });
            case BudgetScope.Task:
                var tasks = await db.Tasks
                    .Where(task => task.TeamId == teamId && task.OwnLimit == null
                        && WorkTask.OpenStatuses.Contains(task.Status))
                    .Select(task => task.Id)
                    .ToListAsync(cancellationToken);
                return tasks.Select(task => shared with { Task = new(task, null, default) });
            default:
                return (await BudgetSnapshot.FindActiveTreesAsync(db, teamId, cancellationToken)).Select(top => shared with { SessionPath = [top] });
        }
    }

    /// <summary>A window of a budget.</summary>
    /// <param name="Budget">The budget in the window.</param>
    /// <param name="Around">The other budgets of the same item, from whose day the forecast is computed.</param>
    private sealed record OpenWindow(Budget Budget, IEnumerable<Budget> Around);
}
