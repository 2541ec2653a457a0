using System.Globalization;
using Entourage.Domain.Budgets;
using Entourage.Domain.Tasks;

namespace Entourage.Domain.Alerts;

/// <summary>
/// Detects when a budget crosses one of its lines, whether a usage, a lowered limit, a new threshold or a late price causes it (rule 15). A
/// line is crossed when it is reached now and was not reached before, so a budget that stays above a line gives no further finding.
/// </summary>
public static class BudgetDetectors
{
    /// <summary>Finds the highest line that a cost crosses: the limit, else the highest threshold. Reserved money does not count.</summary>
    /// <param name="before">The budget before the cost.</param>
    /// <param name="cost">The cost to add (USD).</param>
    /// <param name="thresholds">The team's alert thresholds.</param>
    public static AlertFinding? Crossed(BudgetStatus before, Money cost, AlertThresholds thresholds)
    {
        ArgumentNullException.ThrowIfNull(before);
        return cost <= Money.Zero ? null : Crossed(new BudgetThresholdCheck(before, thresholds), new BudgetThresholdCheck(before.After(cost), thresholds));
    }

    /// <summary>
    /// Finds the highest line of a budget that is reached now and was not reached before: the limit, else the highest threshold. A person needs no alert
    /// for each line below it.
    /// </summary>
    /// <param name="before">The budget before the change; null if it did not exist. A different window counts as null.</param>
    /// <param name="after">The budget after the change.</param>
    public static AlertFinding? Crossed(BudgetThresholdCheck? before, BudgetThresholdCheck after)
    {
        ArgumentNullException.ThrowIfNull(after);
        var ((budget, spending), thresholds) = (after.Status, after.Thresholds);
        if (budget.Limit is not { } limit)
        {
            return null;
        }

        var same = before?.Status.Budget.Window == budget.Window ? before : null;
        if (after.Status.IsSpent && same?.Status.IsSpent != true)
        {
            return Of(
                AlertKind.BudgetExceeded,
                budget,
                limit,
                spending.Spent,
                $"All of {NameOf(budget.Window)} of {limit.ToShortString()} is spent: {spending.Spent.ToShortString()}.",
                threshold: null);
        }

        for (var i = thresholds.Ratios.Count - 1; i >= 0; i--)
        {
            var threshold = thresholds.Ratios[i];
            if (after.Status.Reaches(threshold) && same?.HasReached(threshold) != true)
            {
                return Of(
                    AlertKind.Threshold,
                    budget,
                    limit,
                    spending.Spent,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{threshold * 100:0.####} % of {NameOf(budget.Window)} of {limit.ToShortString()} is spent: {spending.Spent.ToShortString()}."),
                    threshold);
            }
        }

        return null;
    }

    /// <summary>Detects that a cost takes a task above the red flag of its type.</summary>
    /// <param name="task">The task.</param>
    /// <param name="was">The task's cost before (USD).</param>
    /// <param name="cost">The cost to add (USD).</param>
    public static AlertFinding? RedFlag(TaskCap task, MoneyTotal was, Money cost) => RedFlag(task, was, task, was + cost);

    /// <summary>Detects that a task is above the red flag of its type now and was not before.</summary>
    /// <param name="before">The task before the change; null if it was never checked.</param>
    /// <param name="was">The task's cost before (USD).</param>
    /// <param name="after">The task after the change.</param>
    /// <param name="spent">The task's cost now (USD).</param>
    public static AlertFinding? RedFlag(TaskCap? before, MoneyTotal was, TaskCap after, MoneyTotal spent)
    {
        ArgumentNullException.ThrowIfNull(after);
        if (SpendGuideline.For(after.TaskType) is not { RedFlagAbove: var flag } guideline
            || spent <= flag
            || (before is not null && was > SpendGuideline.For(before.TaskType)?.RedFlagAbove))
        {
            return null;
        }

        return new(
            AlertKind.RedFlag,
            string.Create(CultureInfo.InvariantCulture, $"task:{after.TaskId}:{after.TaskType}"),
            AlertFinding.Always,
            string.Create(
                CultureInfo.InvariantCulture,
                $"Task {after.TaskId} has cost more than {flag.ToShortString()}: a red flag for work of its kind ({guideline.Name})."),
            new() { Limit = flag, Spent = spent });
    }

    // The limit is part of the cause, so that reaching a raised limit raises a new alert.
    private static AlertFinding Of(AlertKind kind, Budget budget, Money limit, MoneyTotal spent, string message, decimal? threshold)
    {
        var window = budget.Window;
        return new(
            kind,
            string.Create(CultureInfo.InvariantCulture, $"{window.Scope}:{window.ScopeId}:{window.Period}:{limit}{(threshold is null ? "" : ":")}{threshold:0.####}"),
            window.Period == BudgetPeriod.Total ? AlertFinding.Always : window.Start.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            message,
            new() { Scope = window.Scope, ScopeId = window.ScopeId, Period = window.Period, Limit = limit, Spent = spent, Threshold = threshold })
        {
            ClosesAt = budget.ResetsAt,
        };
    }

    private static string NameOf(BudgetWindow window)
    {
        var scope = window.Scope switch
        {
            BudgetScope.Organisation => "the organisation's",
            BudgetScope.Team => "the team's",
            BudgetScope.Agent => "the agent's",
            BudgetScope.Task => $"task {window.ScopeId}'s",
            _ => $"session {window.ScopeId}'s",
        };
        return window.Period switch
        {
            BudgetPeriod.Day => $"{scope} daily budget",
            BudgetPeriod.Week => $"{scope} weekly budget",
            BudgetPeriod.Month => $"{scope} monthly budget",
            _ => $"{scope} budget",
        };
    }
}
