using Entourage.Application.Abstractions;
using Entourage.Application.Errors;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Teams;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Budgets;

/// <summary>Reads the budgets of a list, with their names and forecasts.</summary>
internal sealed class BudgetListReader(IEntourageDb db, DateTimeOffset now)
{
    /// <summary>Reads all budgets that a query is about, in no particular order.</summary>
    public async Task<IReadOnlyList<BudgetItemResponse>> ReadAsync(ListBudgetsQuery query, CancellationToken cancellationToken)
    {
        var snapshot = await BudgetSnapshot.ReadAsync(db, await ReachAsync(query, cancellationToken), now, cancellationToken);
        var archived = await FindArchivedAsync(query.Subject, cancellationToken);
        var sessionId = query.SessionId is { } session ? BudgetWindow.IdOf(session) : null;
        (Guid TeamId, BudgetStatus Status)[] found =
        [
            .. snapshot.Budgets
                .Where(pair => !IsArchived(pair.Key.TeamId, pair.Value.Status.Budget))
                .Where(pair => query.SessionId is null || pair.Value.Status.Budget is { Scope: BudgetScope.Session, ScopeId: var id } && id == sessionId)
                // Each team has its own thresholds for the caps of its organisation.
                .DistinctBy(pair => pair.Value.Status.Budget.Window)
                .Select(pair => (pair.Key.TeamId, pair.Value.Status)),
        ];
        var names = await BudgetNames.ReadAsync(db, snapshot.Reach.OrganisationId, found, cancellationToken);
        var days = await DaysAsync(found, names, cancellationToken);
        var taskRates = await SpentTodayByTaskAsync(found, names, cancellationToken);
        return [.. found.Select(row => names.Describe(row.TeamId, row.Status, ForecastOf(row.TeamId, row.Status)))];

        bool IsArchived(Guid teamId, Budget budget) =>
            (!budget.IsShared && archived.Contains(teamId)) || (budget.Scope == BudgetScope.Agent && archived.Contains(Guid.Parse(budget.ScopeId)));

        DateTimeOffset? ForecastOf(Guid teamId, BudgetStatus status)
        {
            if (status.Budget.Rule is not null)
            {
                return new BudgetPosition([status]).CapReachedAt(status, now);
            }

            var window = status.Budget.Window;
            var remaining = status.Remaining!.Value;
            return window.Scope switch
            {
                BudgetScope.Task => SpendForecast.CapReachedAt(
                    remaining, taskRates.GetValueOrDefault(window.ScopeId), DayOf(names.CalendarOf(teamId)), now, DateTimeOffset.MaxValue),
                BudgetScope.Session => names.StartOf(window.ScopeId) is { } startedAt
                    ? SpendForecast.CapReachedAt(remaining, status.Spending.Spent, startedAt, now, DateTimeOffset.MaxValue)
                    : null,
                _ => new BudgetPosition([status, .. days.Where(day => day.Budget.Window.ScopeId == window.ScopeId)]).CapReachedAt(status, now),
            };
        }
    }

    /// <summary>Finds the agents and teams below a subject whose budgets are left out, because they are archived.</summary>
    private async Task<HashSet<Guid>> FindArchivedAsync(Audience subject, CancellationToken cancellationToken)
    {
        if (subject.TeamId is { } teamId)
        {
            return [.. await db.Agents.Where(agent => agent.TeamId == teamId && agent.ArchivedAt != null).Select(agent => agent.Id).ToListAsync(cancellationToken)];
        }

        var teams = db.Teams.Where(team => team.OrganisationId == subject.Id);
        var agents = from agent in db.Agents join team in teams on agent.TeamId equals team.Id where agent.ArchivedAt != null select agent.Id;
        var archived = await teams.Where(team => team.ArchivedAt != null).Select(team => team.Id).ToListAsync(cancellationToken);
        return [.. archived, .. await agents.ToListAsync(cancellationToken)];
    }

    private async Task<BudgetReach> ReachAsync(ListBudgetsQuery query, CancellationToken cancellationToken)
    {
        if (!query.Subject.IsTeam)
        {
            await db.Organisations.GetAsync(query.Subject.Id, "organisation", cancellationToken);
            return BudgetReach.OfAll(query.Subject.Id);
        }

        var team = await db.Teams.AsNoTracking().Where(team => team.Id == query.Subject.Id).GetAsync(query.Subject.Id, "team", cancellationToken);
        return query.AgentId is { } agent ? BudgetReach.OfAgent(team.OrganisationId, team.Id, agent)
            : query.TaskId is { } task ? BudgetReach.OfTask(team.OrganisationId, team.Id, task)
            : BudgetReach.OfTeam(team.OrganisationId, team.Id);
    }

    /// <summary>Reads the budgets of today of the organisation and its teams, whose spending is the rate of their longer windows.</summary>
    private async Task<IReadOnlyList<BudgetStatus>> DaysAsync(
        IReadOnlyList<(Guid TeamId, BudgetStatus Status)> found, BudgetNames names, CancellationToken cancellationToken)
    {
        var budgets = found
            .Where(row => row.Status.Budget.Window is { Scope: BudgetScope.Organisation or BudgetScope.Team, Period: not BudgetPeriod.Day })
            .Select(row => DayOf(row.Status.Budget.Window, row.Status.Budget.Window.Scope == BudgetScope.Team ? names.CalendarOf(row.TeamId) : BudgetCalendar.Utc))
            .DistinctBy(budget => budget.Window)
            .ToArray();
        var ids = budgets.Select(budget => budget.Window.ScopeId).ToArray();
        var starts = budgets.Select(budget => budget.Window.Start).Distinct().ToArray();
        var counters = await db.BudgetCounters.AsNoTracking()
            .Where(counter => counter.Period == BudgetPeriod.Day && (counter.Scope == BudgetScope.Organisation || counter.Scope == BudgetScope.Team)
                && ids.Contains(counter.ScopeId) && starts.Contains(counter.Start))
            .ToDictionaryAsync(counter => counter.Window, counter => counter.Spending, cancellationToken);
        return [.. budgets.Select(budget => budget.With(counters))];
    }

    private Budget DayOf(BudgetWindow window, BudgetCalendar calendar) => new(
        window with { Period = BudgetPeriod.Day, Start = calendar.WindowOf(BudgetPeriod.Day, now) },
        null,
        Enforcement.Hard,
        calendar.ResetsAt(BudgetPeriod.Day, now))
    { StartsAt = calendar.StartsAt(BudgetPeriod.Day, now) };

    private DateTimeOffset DayOf(BudgetCalendar calendar) => calendar.StartsAt(BudgetPeriod.Day, now)!.Value;

    /// <summary>Reads what was spent on tasks today (USD), by the id of the task as text.</summary>
    private async Task<Dictionary<string, MoneyTotal>> SpentTodayByTaskAsync(
        IReadOnlyList<(Guid TeamId, BudgetStatus Status)> found, BudgetNames names, CancellationToken cancellationToken)
    {
        var spent = new Dictionary<string, MoneyTotal>(StringComparer.Ordinal);
        foreach (var team in found.Where(row => row.Status.Budget.Window.Scope == BudgetScope.Task).Select(row => row.TeamId).Distinct())
        {
            var since = DayOf(names.CalendarOf(team));
            var tasks = await (
                    from rollup in db.UsageRollups
                    join session in db.Sessions on rollup.SessionId equals session.Id
                    where rollup.TeamId == team && rollup.QuarterAt >= since && session.TaskId != null
                    group rollup by session.TaskId!.Value into task
                    select new
                    {
                        Id = task.Key,
                        Billions = task.Sum(rollup => rollup.CostBillionUsd),
                        Whole = task.Sum(rollup => rollup.CostNanoUsd / Money.NanosPerUsd),
                        Nanos = task.Sum(rollup => rollup.CostNanoUsd % Money.NanosPerUsd),
                    })
                .ToListAsync(cancellationToken);
            foreach (var task in tasks)
            {
                spent[BudgetWindow.IdOf(task.Id)] = MoneyTotal.OfSums(task.Billions, task.Whole, task.Nanos);
            }
        }

        return spent;
    }
}
