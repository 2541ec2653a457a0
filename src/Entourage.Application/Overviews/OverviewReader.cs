using Entourage.Application.Abstractions;
using Entourage.Application.Alerts;
using Entourage.Application.Budgets;
using Entourage.Application.Teams;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Organisations;
using Entourage.Domain.Teams;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Overviews;

/// <summary>
/// Reads the figures of an organisation's teams from budget counters and the rollups of the last hour. It needs a fixed number of indexed queries for
/// any number of teams, and reads no usage records.
/// </summary>
internal sealed class OverviewReader(IEntourageDb db, DateTimeOffset now)
{
    /// <summary>Reads the figures of teams of one organisation, in the given order.</summary>
    public async Task<IReadOnlyList<TeamFiguresResponse>> ReadAsync(
        Organisation organisation, IReadOnlyList<Team> teams, CancellationToken cancellationToken)
    {
        var ids = teams.Select(team => team.Id).ToArray();
        var counters = await SpendingAsync(BudgetScope.Team, ids, cancellationToken);
        var agents = await db.Agents.Where(agent => ids.Contains(agent.TeamId) && agent.ArchivedAt == null)
            .GroupBy(agent => agent.TeamId)
            .Select(team => new { Id = team.Key, Count = team.Count() })
            .ToDictionaryAsync(team => team.Id, team => team.Count, cancellationToken);
        var active = (await db.Sessions.Where(session => ids.Contains(session.TeamId) && session.EndedAt == null)
                .Select(session => new { session.TeamId, session.AgentId })
                .ToListAsync(cancellationToken))
            .ToLookup(session => session.TeamId, session => session.AgentId);
        var alerts = await db.Alerts.Where(alert => ids.Contains(alert.TeamId)).WithStatus(AlertStatus.Open, now)
            .GroupBy(alert => alert.TeamId)
            .Select(team => new { Id = team.Key, Count = team.Count() })
            .ToDictionaryAsync(team => team.Id, team => team.Count, cancellationToken);
        var since = BurnRate.Since(now);
        var lately = await db.UsageRollups.Where(rollup => ids.Contains(rollup.TeamId) && rollup.QuarterAt >= since)
            .GroupBy(rollup => rollup.TeamId)
            .Select(team => new
            {
                Id = team.Key,
                Billions = team.Sum(rollup => rollup.CostBillionUsd),
                Whole = team.Sum(rollup => rollup.CostNanoUsd / Money.NanosPerUsd),
                Nanos = team.Sum(rollup => rollup.CostNanoUsd % Money.NanosPerUsd),
            })
            .ToDictionaryAsync(team => team.Id, team => MoneyTotal.OfSums(team.Billions, team.Whole, team.Nanos), cancellationToken);
        return
        [
            .. teams.Select(team => new TeamFiguresResponse
            {
                Id = team.Id,
                OrgId = organisation.Id,
                Name = team.Name,
                Timezone = team.Timezone,
                Status = team.ArchivedAt is not null || organisation.ArchivedAt is not null ? TeamStatus.Archived
                    : team.Pause?.IsInForceAt(now) == true || organisation.Pause?.IsInForceAt(now) == true ? TeamStatus.Paused : TeamStatus.Active,
                SpentTodayUsd = SpentIn(counters, BudgetScope.Team, team.Id, BudgetPeriod.Day, BudgetCalendar.Of(team.Timezone)),
                SpentMonthUsd = SpentIn(counters, BudgetScope.Team, team.Id, BudgetPeriod.Month, BudgetCalendar.Of(team.Timezone)),
                BurnPerHourUsd = BurnRate.Of(lately.GetValueOrDefault(team.Id), now),
                ForecastMonthUsd = ForecastOf(counters, BudgetScope.Team, team.Id, BudgetCalendar.Of(team.Timezone)),
                Caps = CapsOf(PolicyOf(organisation, team), counters, BudgetScope.Team),
                Agents = agents.GetValueOrDefault(team.Id),
                ActiveAgents = active[team.Id].Distinct().Count(),
                ActiveSessions = active[team.Id].Count(),
                OpenAlerts = alerts.GetValueOrDefault(team.Id),
            }),
        ];
    }

    /// <summary>Reads the figures of an organisation as a whole.</summary>
    public async Task<OrganisationOverviewResponse> ReadAsync(
        Organisation organisation, IReadOnlyList<TeamFiguresResponse> teams, CancellationToken cancellationToken)
    {
        var counters = await SpendingAsync(BudgetScope.Organisation, [organisation.Id], cancellationToken);
        return new()
        {
            Id = organisation.Id,
            Name = organisation.Name,
            Paused = organisation.Pause?.IsInForceAt(now) == true,
            Archived = organisation.ArchivedAt is not null,
            SpentTodayUsd = SpentIn(counters, BudgetScope.Organisation, organisation.Id, BudgetPeriod.Day, BudgetCalendar.Utc),
            SpentMonthUsd = SpentIn(counters, BudgetScope.Organisation, organisation.Id, BudgetPeriod.Month, BudgetCalendar.Utc),
            BurnPerHourUsd = MoneyTotal.Sum(teams.Select(team => team.BurnPerHourUsd)),
            ForecastMonthUsd = ForecastOf(counters, BudgetScope.Organisation, organisation.Id, BudgetCalendar.Utc),
            Caps = CapsOf(PolicyOf(organisation, team: null), counters, BudgetScope.Organisation),
            Teams = teams,
        };
    }

    /// <summary>Reads the spending of a team by quarter of an hour.</summary>
    public async Task<IReadOnlyList<SpendPoint>> ReadCurveAsync(Guid teamId, DateTimeOffset since, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var quarters = await db.UsageRollups
            .Where(rollup => rollup.TeamId == teamId && rollup.QuarterAt >= since && rollup.QuarterAt < until)
            .GroupBy(rollup => rollup.QuarterAt)
            .Select(quarter => new
            {
                At = quarter.Key,
                Billions = quarter.Sum(rollup => rollup.CostBillionUsd),
                Whole = quarter.Sum(rollup => rollup.CostNanoUsd / Money.NanosPerUsd),
                Nanos = quarter.Sum(rollup => rollup.CostNanoUsd % Money.NanosPerUsd),
            })
            .ToListAsync(cancellationToken);
        return
        [
            .. quarters.OrderBy(quarter => quarter.At)
                .Select(quarter => new SpendPoint(quarter.At, MoneyTotal.OfSums(quarter.Billions, quarter.Whole, quarter.Nanos))),
        ];
    }

    // Only windows and limits of organisation and team matter here, so the id of an agent is irrelevant.
    private static BudgetPolicy PolicyOf(Organisation organisation, Team? team) => new()
    {
        OrganisationId = organisation.Id,
        OrganisationLimits = organisation.Limits,
        TeamId = team?.Id ?? Guid.Empty,
        Timezone = team?.Timezone ?? "UTC",
        TeamLimits = team?.Limits ?? new(),
        TeamGrant = team?.DayGrant,
        AgentId = Guid.Empty,
    };

    /// <summary>Reads the counters of recent days and of the current weeks and months in every time zone, a few rows for each scope.</summary>
    private async Task<Dictionary<BudgetWindow, Spending>> SpendingAsync(BudgetScope scope, IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        var scopeIds = ids.Select(BudgetWindow.IdOf).ToArray();
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var (firstDay, firstWeek, firstMonth) = (today.AddDays(-SpendForecast.Days - 1), today.AddDays(-8), today.AddDays(-32));
        return await db.BudgetCounters.AsNoTracking()
            .Where(counter => counter.Scope == scope && scopeIds.Contains(counter.ScopeId)
                && ((counter.Period == BudgetPeriod.Day && counter.Start >= firstDay)
                    || (counter.Period == BudgetPeriod.Week && counter.Start >= firstWeek)
                    || (counter.Period == BudgetPeriod.Month && counter.Start >= firstMonth)))
            .ToDictionaryAsync(
                counter => counter.Window,
                counter => counter.Spending,
                cancellationToken);
    }

    private List<BudgetStatusResponse> CapsOf(BudgetPolicy policy, Dictionary<BudgetWindow, Spending> counters, BudgetScope scope)
    {
        var position = new BudgetPosition([.. policy.BudgetsAt(now).Where(budget => budget.Window.Scope == scope).Select(budget => budget.With(counters))]);
        return [.. position.Budgets.Where(budget => budget.Budget.Limit is not null)
            .Select(budget => BudgetStatusResponse.From(budget, position.CapReachedAt(budget, now)))];
    }

    private MoneyTotal SpentIn(Dictionary<BudgetWindow, Spending> counters, BudgetScope scope, Guid id, BudgetPeriod period, BudgetCalendar calendar) =>
        counters.GetValueOrDefault(new BudgetWindow(scope, BudgetWindow.IdOf(id), period, calendar.WindowOf(period, now))).Spent;

    private MoneyTotal ForecastOf(Dictionary<BudgetWindow, Spending> counters, BudgetScope scope, Guid id, BudgetCalendar calendar)
    {
        var today = calendar.WindowOf(BudgetPeriod.Day, now);
        var days = counters
            .Where(counter => counter.Key.Scope == scope && counter.Key.ScopeId == BudgetWindow.IdOf(id) && counter.Key.Period == BudgetPeriod.Day
                && counter.Key.Start > today.AddDays(-SpendForecast.Days) && counter.Key.Start <= today && counter.Value.Spent > MoneyTotal.Zero)
            .ToArray();
        return SpendForecast.AtEnd(
            SpentIn(counters, scope, id, BudgetPeriod.Month, calendar),
            MoneyTotal.Sum(days.Select(day => day.Value.Spent)),
            days.Length == 0 ? now : calendar.StartOf(days.Min(day => day.Key.Start)),
            now,
            calendar.ResetsAt(BudgetPeriod.Month, now)!.Value);
    }
}
