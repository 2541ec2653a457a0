using Entourage.Application.Abstractions;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Organisations;
using Entourage.Domain.Sessions;
using Entourage.Domain.Tasks;
using Entourage.Domain.Teams;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Budgets;

/// <summary>A budget from the view of one team. Teams have their own alert thresholds for the caps of their organisation.</summary>
internal readonly record struct BudgetThresholdKey(Guid TeamId, BudgetScope Scope, string ScopeId, BudgetPeriod Period);

/// <summary>A task and its cost so far (USD).</summary>
internal sealed record TaskSpending(Guid TeamId, TaskCap Task, MoneyTotal Spent);

/// <summary>
/// The budgets with a limit that a change can affect, in their current windows, as the transaction sees them. Finished work is left out: tasks that
/// are done or cancelled, unless the change concerns the task itself, and ended sessions.
/// </summary>
/// <param name="Reach">The selection of budgets.</param>
/// <param name="At">The time that decides the windows (UTC).</param>
/// <param name="Budgets">The budgets.</param>
/// <param name="Tasks">The tasks that have a red flag.</param>
internal sealed record BudgetSnapshot(
    BudgetReach Reach,
    DateTimeOffset At,
    IReadOnlyDictionary<BudgetThresholdKey, BudgetThresholdCheck> Budgets,
    IReadOnlyDictionary<long, TaskSpending> Tasks)
{
    /// <summary>Reads the budgets. Unsaved changes of the context are not seen.</summary>
    public static async Task<BudgetSnapshot> ReadAsync(IEntourageDb db, BudgetReach reach, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var organisation = await db.Organisations.AsNoTracking().SingleAsync(one => one.Id == reach.OrganisationId, cancellationToken);
        var teams = await db.Teams.AsNoTracking()
            .Where(team => team.OrganisationId == reach.OrganisationId && (reach.TeamId == null || team.Id == reach.TeamId))
            .ToListAsync(cancellationToken);
        var found = new List<(Team Team, Budget Budget)>();
        var tasks = new List<(Team Team, TaskCap Task)>();
        foreach (var team in teams)
        {
            // The id of an agent is irrelevant here, because agents' own budgets are added separately.
            var shared = PolicyOf(organisation, team, Guid.Empty);
            Add(team, shared, BudgetScope.Organisation, reach.HasOrganisation);
            Add(team, shared, BudgetScope.Team, reach.HasTeams);
            await AddAgentsAsync(team);
            await AddTasksAsync(team, shared);
            await AddSessionsAsync(team, shared);
        }

        if (reach.HasRules)
        {
            found.AddRange(await new RuleBudgets(db, now).FindAsync(reach, organisation, teams, cancellationToken));
        }

        var counters = await SpendingAsync(
            db,
            [.. Budget.WindowsOf(found.Select(row => row.Budget)), .. tasks.Select(row => WindowOf(row.Task.TaskId))],
            cancellationToken);
        return new(
            reach,
            now,
            found.ToDictionary(
                row => new BudgetThresholdKey(row.Team.Id, row.Budget.Window.Scope, row.Budget.Window.ScopeId, row.Budget.Window.Period),
                row => BudgetThresholdCheck.Of(row.Budget.With(counters), row.Team.Watch.Thresholds, row.Team.Limits.OnExceed)),
            tasks.ToDictionary(
                row => row.Task.TaskId,
                row => new TaskSpending(row.Team.Id, row.Task, counters.GetValueOrDefault(WindowOf(row.Task.TaskId)).Spent)));

        void Add(Team team, BudgetPolicy policy, BudgetScope scope, bool isReached)
        {
            if (isReached)
            {
                found.AddRange(policy.BudgetsAt(now)
                    .Where(budget => budget.Limit is not null && budget.Window.Scope == scope)
                    .Select(budget => (team, budget)));
            }
        }

        async Task AddAgentsAsync(Team team)
        {
            if (reach.HasAgents)
            {
                var agents = await db.Agents.AsNoTracking()
                    .Where(agent => agent.TeamId == team.Id && (reach.AgentId == null || agent.Id == reach.AgentId))
                    .Select(agent => new { agent.Id, agent.DailyLimit })
                    .ToListAsync(cancellationToken);
                foreach (var agent in agents)
                {
                    Add(team, PolicyOf(organisation, team, agent.Id) with { AgentDailyLimit = agent.DailyLimit }, BudgetScope.Agent, isReached: true);
                }
            }
        }

        async Task AddTasksAsync(Team team, BudgetPolicy shared)
        {
            if (!reach.HasTasks)
            {
                return;
            }

            var open = await db.Tasks.AsNoTracking()
                .Where(task => task.TeamId == team.Id && (reach.TaskId == null || task.Id == reach.TaskId)
                    && (reach.TaskId != null || WorkTask.OpenStatuses.Contains(task.Status)
                        || db.Sessions.Any(session => session.TaskId == task.Id && session.Status == SessionStatus.Active)))
                .Select(task => new { task.Id, task.OwnLimit, task.TaskType })
                .ToListAsync(cancellationToken);
            foreach (var task in open)
            {
                var cap = new TaskCap(task.Id, task.OwnLimit, task.TaskType);
                Add(team, shared with { Task = cap }, BudgetScope.Task, cap.Limit(team.Limits) is not null);
                if (SpendGuideline.For(cap.TaskType) is not null)
                {
                    tasks.Add((team, cap));
                }
            }
        }

        async Task AddSessionsAsync(Team team, BudgetPolicy shared)
        {
            if (reach.HasSessions && team.Limits.Session is not null)
            {
                foreach (var top in await FindActiveTreesAsync(db, team.Id, cancellationToken))
                {
                    Add(team, shared with { SessionPath = [top] }, BudgetScope.Session, isReached: true);
                }
            }
        }
    }

    /// <summary>Reads the counters of budgets. Windows without a counter are missing.</summary>
    internal static Task<IReadOnlyDictionary<BudgetWindow, Spending>> ReadSpendingAsync(
        IEntourageDb db, IEnumerable<Budget> budgets, CancellationToken cancellationToken) => SpendingAsync(db, Budget.WindowsOf(budgets), cancellationToken);

    /// <summary>Finds the topmost sessions of the trees of a team's active sessions.</summary>
    internal static async Task<IEnumerable<long>> FindActiveTreesAsync(IEntourageDb db, Guid teamId, CancellationToken cancellationToken)
    {
        var active = await db.Sessions.AsNoTracking()
            .Where(session => session.TeamId == teamId && session.Status == SessionStatus.Active)
            .ToListAsync(cancellationToken);
        return active.Select(TeamworkDetectors.TopOf).Distinct();
    }

    /// <summary>The caps of a team that an agent's work draws on, without rules.</summary>
    internal static BudgetPolicy PolicyOf(Organisation organisation, Team team, Guid agentId) => new()
    {
        OrganisationId = organisation.Id,
        OrganisationLimits = organisation.Limits,
        TeamId = team.Id,
        Timezone = team.Timezone,
        TeamLimits = team.Limits,
        TeamGrant = team.DayGrant,
        AgentId = agentId,
    };

    private static BudgetWindow WindowOf(long taskId) => new(BudgetScope.Task, BudgetWindow.IdOf(taskId), BudgetPeriod.Total, BudgetCalendar.Always);

    private static async Task<IReadOnlyDictionary<BudgetWindow, Spending>> SpendingAsync(
        IEntourageDb db, IEnumerable<BudgetWindow> windows, CancellationToken cancellationToken)
    {
        var counters = new Dictionary<BudgetWindow, Spending>();
        foreach (var scope in windows.GroupBy(window => (window.Scope, window.Period)))
        {
            // Stays below the parameter limit of a statement. A scope can have thousands of windows.
            foreach (var chunk in scope.Chunk(500))
            {
                var ids = chunk.Select(window => window.ScopeId).Distinct(StringComparer.Ordinal).ToArray();
                var starts = chunk.Select(window => window.Start).Distinct().ToArray();
                var rows = await db.BudgetCounters.AsNoTracking()
                    .Where(counter => counter.Scope == scope.Key.Scope && counter.Period == scope.Key.Period
                        && ids.Contains(counter.ScopeId) && starts.Contains(counter.Start))
                    .ToListAsync(cancellationToken);
                foreach (var counter in rows)
                {
                    counters[counter.Window] = counter.Spending;
                }
            }
        }

        return counters;
    }
}
