using System.Text.Json.Serialization;
using Entourage.Domain.Labels;
using Entourage.Domain.Sessions;
using Entourage.Domain.Tasks;
using Entourage.Domain.Teams;

namespace Entourage.Domain.Budgets;

/// <summary>
/// All limits that apply to one agent's work, with the calendars in which they are counted. It determines the windows of a cost and the
/// budgets that it draws on. It knows no counters.
/// </summary>
public sealed record BudgetPolicy
{
    private DayOfBudgets? latest;

    /// <summary>The organisation. Its windows are in UTC.</summary>
    public required Guid OrganisationId { get; init; }

    /// <summary>The organisation's caps.</summary>
    public required OrganisationLimits OrganisationLimits { get; init; }

    /// <summary>The team.</summary>
    public required Guid TeamId { get; init; }

    /// <summary>The team's time zone, an IANA name.</summary>
    public required string Timezone { get; init; }

    /// <summary>The team's caps.</summary>
    public required TeamLimits TeamLimits { get; init; }

    /// <summary>The grant on top of the team's daily cap; null for none.</summary>
    public DayGrant? TeamGrant { get; init; }

    /// <summary>The agent.</summary>
    public required Guid AgentId { get; init; }

    /// <summary>The agent's own daily cap (USD); null applies the team's default for agents.</summary>
    public Money? AgentDailyLimit { get; init; }

    /// <summary>The task, if any.</summary>
    public TaskCap? Task { get; init; }

    /// <summary>The session and its ancestors, from the session to the topmost; empty before the session starts.</summary>
    public IReadOnlyList<long> SessionPath { get; init; } = [];

    /// <summary>The rules of the organisation and of the team. They are not part of a stored row.</summary>
    [JsonIgnore]
    public IReadOnlyList<BudgetRule> Rules { get; init; } = [];

    /// <summary>The model of the work; empty if unknown. It matters to rules only.</summary>
    [JsonIgnore]
    public string Model { get; init; } = "";

    /// <summary>The labels of the work. They matter to rules only.</summary>
    [JsonIgnore]
    public LabelSet Labels { get; init; } = LabelSet.None;

    /// <summary>Creates an agent's policy without limits, for finding windows only. Limits do not affect where a cost is counted.</summary>
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

    /// <summary>Creates a session's policy without limits, for finding windows only.</summary>
    public static BudgetPolicy ForWindows(Team team, Session session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return ForWindows(team, session.AgentId, session.TaskId, [session.Id, .. session.Ancestors], session.Model, session.Labels);
    }

    /// <summary>Creates a session's policy without limits, for finding windows only.</summary>
    /// <param name="team">The session's team.</param>
    /// <param name="agentId">The agent.</param>
    /// <param name="taskId">The task; null for none.</param>
    /// <param name="sessionPath">The session and those above it; see <see cref="SessionPath"/>.</param>
    /// <param name="model">The model; null if unknown.</param>
    /// <param name="labels">The labels.</param>
    public static BudgetPolicy ForWindows(Team team, Guid agentId, long? taskId, IReadOnlyList<long> sessionPath, string? model, LabelSet labels) =>
        ForWindows(team, agentId) with
        {
            Task = taskId is { } task ? new TaskCap(task, null, default) : null,
            SessionPath = sessionPath,
            Model = model ?? "",
            Labels = labels,
        };

    /// <summary>Whether a session is killed when its usage exhausts a budget.</summary>
    public bool Kills(Budget budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        return (budget.Rule?.OnExceed ?? TeamLimits.OnExceed) == OnExceed.Kill;
    }

    /// <summary>Returns the policy of one call, which may have another model and labels than its session.</summary>
    /// <param name="model">The model; empty if unknown.</param>
    /// <param name="labels">The call's own labels.</param>
    /// <exception cref="RuleViolationException"><c>validation</c>: it would have too many labels.</exception>
    public BudgetPolicy ForCall(string model, LabelSet labels)
    {
        ArgumentNullException.ThrowIfNull(labels);

        // Without rules neither the model nor the labels matter.
        return Rules.Count == 0 || (model == Model && labels.IsEmpty) ? this : this with { Model = model, Labels = Labels.With(labels) };
    }

    /// <summary>The team's calendar.</summary>
    public BudgetCalendar Calendar => field ??= BudgetCalendar.Of(Timezone);

    /// <summary>
    /// Returns every budget that a cost at an instant draws on, capped or not, from the widest scope to the narrowest. A team's enforcement
    /// applies to its own budgets. The organisation's caps are always hard, so that no team can opt out of them.
    /// </summary>
    /// <param name="instant">When the money was spent. It determines the windows (rule 9).</param>
    public IReadOnlyList<Budget> BudgetsAt(DateTimeOffset instant)
    {
        // Windows change at midnight at the earliest, unless there are rules, and nearly every call is on the same day as the one before. A copy made by 'with' has the field
        // too, but other limits.
        if (latest is { } known && ReferenceEquals(known.Policy, this) && known.Contains(instant))
        {
            return known.Budgets;
        }

        var budgets = FindBudgets(instant);
        latest = new(this, budgets, instant);
        return budgets;
    }

    private List<Budget> FindBudgets(DateTimeOffset instant)
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
            // The session cap covers the whole tree, so the topmost session's budget is always the tightest and the only capped one.
            var cap = i == SessionPath.Count - 1 ? TeamLimits.Session : null;
            budgets.Add(Of(BudgetScope.Session, BudgetWindow.IdOf(SessionPath[i]), BudgetPeriod.Total, cap, Calendar, TeamLimits.Enforcement));
        }

        for (var i = 0; i < Rules.Count; i++)
        {
            Rules[i].AddTo(budgets, this, instant);
        }

        return budgets;

        Budget OfTeamDay()
        {
            // Without a cap there is nothing to raise.
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
    /// Returns every budget that a cost between two instants could draw on, each window once. These are more than <see cref="BudgetsAt"/>
    /// returns if a day ends in between.
    /// </summary>
    /// <param name="from">The first instant.</param>
    /// <param name="until">The end, exclusive.</param>
    public IReadOnlyList<Budget> BudgetsDuring(DateTimeOffset from, DateTimeOffset until)
    {
        var latest = BudgetsAt(from);
        var next = NextChange(latest, from);
        if (next >= until)
        {
            return latest;
        }

        var all = latest.ToList();
        for (; next < until; next = NextChange(latest, next))
        {
            // Not kept, because the present budgets are asked for again at once.
            latest = FindBudgets(next);
            all.AddRange(latest.ExceptBy(all.Select(budget => budget.HeldIn), budget => budget.HeldIn));
        }

        return all;

        // A window begins where another one ends, or where a rule begins to count. So the windows of a rule do not depend on other rules.
        DateTimeOffset NextChange(IReadOnlyList<Budget> budgets, DateTimeOffset after)
        {
            var change = budgets.Min(budget => budget.ResetsAt)!.Value;
            foreach (var rule in Rules)
            {
                change = rule.CountsFrom > after && rule.CountsFrom < change ? rule.CountsFrom : change;
            }

            return change;
        }
    }

    /// <summary>The budgets of a policy while none of them changes: mostly between two midnights, local or UTC.</summary>
    private sealed class DayOfBudgets(BudgetPolicy policy, IReadOnlyList<Budget> budgets, DateTimeOffset at)
    {
        private readonly DateTimeOffset startsAt = Latest(
            budgets.Max(budget => budget.Rate?.PartBegan ?? budget.StartsAt)!.Value, policy.Rules.Where(rule => rule.CountsFrom <= at).Select(rule => rule.CountsFrom));

        private readonly DateTimeOffset endsAt = Earliest(
            budgets.Min(budget => budget.Rate?.PartEnds ?? budget.ResetsAt)!.Value, policy.Rules.Where(rule => rule.CountsFrom > at).Select(rule => rule.CountsFrom));

        public BudgetPolicy Policy => policy;

        public IReadOnlyList<Budget> Budgets => budgets;

        public bool Contains(DateTimeOffset instant) => startsAt <= instant && instant < endsAt;

        private static DateTimeOffset Latest(DateTimeOffset first, IEnumerable<DateTimeOffset> others) => others.Append(first).Max();

        private static DateTimeOffset Earliest(DateTimeOffset first, IEnumerable<DateTimeOffset> others) => others.Append(first).Min();
    }
}

/// <summary>The parts of a task that determine its cap.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="OwnLimit">The task's own cap (USD), if it has one.</param>
/// <param name="TaskType">The type, which may have a guideline.</param>
public sealed record TaskCap(long TaskId, Money? OwnLimit, TaskType TaskType)
{
    /// <summary>
    /// Returns the cap that applies (USD): the task's own, else the team's default, else the guideline of its type if the team applies
    /// guidelines.
    /// </summary>
    public Money? Limit(TeamLimits team) =>
        OwnLimit ?? team.Task ?? (team.ApplyGuidelineBudgets ? SpendGuideline.For(TaskType)?.ReasonableTo : null);
}
