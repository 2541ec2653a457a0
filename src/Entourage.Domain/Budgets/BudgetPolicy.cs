using Entourage.Domain.Sessions;
using Entourage.Domain.Tasks;
using Entourage.Domain.Teams;

namespace Entourage.Domain.Budgets;

/// <summary>
/// Everything that caps one agent's work: whose limits apply, and in which time zone they are counted.
/// Says which windows a cost falls into and which budgets it draws on; knows no counter.
/// </summary>
public sealed record BudgetPolicy
{
    /// <summary>The organisation; its windows are UTC ones.</summary>
    public required Guid OrganisationId { get; init; }

    /// <summary>The organisation's caps.</summary>
    public required OrganisationLimits OrganisationLimits { get; init; }

    /// <summary>The team.</summary>
    public required Guid TeamId { get; init; }

    /// <summary>The team's time zone, an IANA name.</summary>
    public required string Timezone { get; init; }

    /// <summary>The team's caps.</summary>
    public required TeamLimits TeamLimits { get; init; }

    /// <summary>What the team may spend on one day besides its daily cap; null for nothing.</summary>
    public DayGrant? TeamGrant { get; init; }

    /// <summary>The agent.</summary>
    public required Guid AgentId { get; init; }

    /// <summary>The agent's own daily cap; null takes the team's default for agents.</summary>
    public Money? AgentDailyLimit { get; init; }

    /// <summary>The task worked on, if any.</summary>
    public TaskCap? Task { get; init; }

    /// <summary>The session and then its ancestors up to the one that no agent's session started; empty before a start.</summary>
    public IReadOnlyList<long> SessionPath { get; init; } = [];

    /// <summary>
    /// The policy of an agent for finding windows alone: it knows no limits, which have no influence on where a cost is counted.
    /// </summary>
    public static BudgetPolicy ForWindows(Team team, Guid agentId)
    {
        ArgumentNullException.ThrowIfNull(team);
        return new()
        {
            OrganisationId = team.OrganisationId,
            OrganisationLimits = new(),
            TeamId = team.Id,
            Timezone = team.Timezone,
            TeamLimits = new(),
            AgentId = agentId,
        };
    }

    /// <summary>The policy of a session for finding windows alone.</summary>
    public static BudgetPolicy ForWindows(Team team, Session session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return ForWindows(team, session.AgentId) with
        {
            Task = session.TaskId is { } task ? new TaskCap(task, null, default) : null,
            SessionPath = [session.Id, .. session.Ancestors],
        };
    }

    /// <summary>The calendar of the team.</summary>
    public BudgetCalendar Calendar => field ??= BudgetCalendar.Of(Timezone);

    /// <summary>
    /// Every budget that a cost at an instant draws on, capped or not, from the widest scope to the narrowest.
    /// A team's choice of enforcement is for its own budgets; the organisation's always refuse, or a team could opt out of them.
    /// </summary>
    /// <param name="instant">When the money was spent (rule 9: that decides the windows).</param>
    public IReadOnlyList<Budget> BudgetsAt(DateTimeOffset instant)
    {
        var organisation = BudgetWindow.IdOf(OrganisationId);
        var team = BudgetWindow.IdOf(TeamId);
        List<Budget> budgets =
        [
            Of(BudgetScope.Organisation, organisation, BudgetPeriod.Day, OrganisationLimits.Daily, BudgetCalendar.Utc, Enforcement.Hard),
            Of(BudgetScope.Organisation, organisation, BudgetPeriod.Month, OrganisationLimits.Monthly, BudgetCalendar.Utc, Enforcement.Hard),
            OfTeamDay(),
            Of(BudgetScope.Team, team, BudgetPeriod.Week, TeamLimits.Weekly, Calendar, TeamLimits.Enforcement),
            Of(BudgetScope.Team, team, BudgetPeriod.Month, TeamLimits.Monthly, Calendar, TeamLimits.Enforcement),
            Of(BudgetScope.Agent, BudgetWindow.IdOf(AgentId), BudgetPeriod.Day, AgentDailyLimit ?? TeamLimits.AgentDaily, Calendar, TeamLimits.Enforcement),
        ];
        if (Task is { } task)
        {
            budgets.Add(Of(BudgetScope.Task, BudgetWindow.IdOf(task.TaskId), BudgetPeriod.Total, task.Limit(TeamLimits), Calendar, TeamLimits.Enforcement));
        }

        for (var i = 0; i < SessionPath.Count; i++)
        {
            // The cap of a session covers its whole tree, so the topmost one is always the tightest: only it is a cap.
            var cap = i == SessionPath.Count - 1 ? TeamLimits.Session : null;
            budgets.Add(Of(BudgetScope.Session, BudgetWindow.IdOf(SessionPath[i]), BudgetPeriod.Total, cap, Calendar, TeamLimits.Enforcement));
        }

        return budgets;

        Budget OfTeamDay()
        {
            // Where there is no cap there is nothing to raise.
            var budget = Of(BudgetScope.Team, team, BudgetPeriod.Day, TeamLimits.Daily, Calendar, TeamLimits.Enforcement);
            return budget.Limit is { } limit && TeamGrant?.On(budget.Window.Start) is { NanoUsd: > 0 } granted
                ? budget with { Limit = limit + granted, Granted = granted }
                : budget;
        }

        Budget Of(BudgetScope scope, string id, BudgetPeriod period, Money? limit, BudgetCalendar calendar, Enforcement enforcement) => new(
            new BudgetWindow(scope, id, period, calendar.WindowOf(period, instant)),
            limit,
            enforcement,
            calendar.ResetsAt(period, instant))
        {
            StartsAt = calendar.StartsAt(period, instant),
        };
    }

    /// <summary>
    /// Every budget that a cost somewhere between two instants could draw on, each window once: more than
    /// <see cref="BudgetsAt"/> has where a day ends in between.
    /// </summary>
    /// <param name="from">The first instant.</param>
    /// <param name="until">The end, which is not part of it.</param>
    public IReadOnlyList<Budget> BudgetsDuring(DateTimeOffset from, DateTimeOffset until)
    {
        var latest = BudgetsAt(from);
        if (NextReset(latest) >= until)
        {
            return latest;
        }

        var all = latest.ToList();
        while (NextReset(latest) is var next && next < until)
        {
            latest = BudgetsAt(next);
            all.AddRange(latest.ExceptBy(all.Select(budget => budget.Window), budget => budget.Window));
        }

        return all;

        static DateTimeOffset NextReset(IReadOnlyList<Budget> budgets) => budgets.Min(budget => budget.ResetsAt)!.Value;
    }
}

/// <summary>A task as a budget sees it.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="OwnLimit">The cap its <c>budget:X</c> tag sets, if it has one.</param>
/// <param name="TaskType">Its type, which has a guideline.</param>
public sealed record TaskCap(long TaskId, Money? OwnLimit, TaskType TaskType)
{
    /// <summary>The cap that holds: its own, else its team's default, else (where the team wants that) its type's guideline.</summary>
    public Money? Limit(TeamLimits team) =>
        OwnLimit ?? team.Task ?? (team.ApplyGuidelineBudgets ? SpendGuideline.For(TaskType)?.ReasonableTo : null);
}
