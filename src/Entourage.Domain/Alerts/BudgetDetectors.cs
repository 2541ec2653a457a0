using System.Globalization;
using Entourage.Domain.Budgets;
using Entourage.Domain.Tasks;

namespace Entourage.Domain.Alerts;

/// <summary>
/// Detects the lines of budgets that are crossed, whatever crosses them: a usage, a lowered limit, a new threshold, a late price. A line is
/// crossed when it is reached now and was not reached before, so a budget that stays above a line gives no further finding.
/// </summary>
public static class BudgetDetectors
{
    /// <summary>Finds the lines of a budget that a cost crosses: thresholds, and its limit. Reserved money is not spent, and crosses none.</summary>
    /// <param name="before">The budget before the cost.</param>
    /// <param name="cost">What is added to what has been spent (USD).</param>
    /// <param name="thresholds">The shares of the limit that the team wants alerts about.</param>
    public static IEnumerable<AlertFinding> Crossed(BudgetStatus before, Money cost, AlertThresholds thresholds)
    {
        ArgumentNullException.ThrowIfNull(before);
        return cost <= Money.Zero ? [] : Crossed(new BudgetThresholdCheck(before, thresholds), new BudgetThresholdCheck(before.After(cost), thresholds));
    }

    /// <summary>Finds the lines of a budget that are reached now and were not reached before.</summary>
    /// <param name="before">The budget as it was; null where there was no such budget. Another window counts as no budget.</param>
    /// <param name="after">The budget as it is.</param>
    public static IEnumerable<AlertFinding> Crossed(BudgetThresholdCheck? before, BudgetThresholdCheck after)
    {
        ArgumentNullException.ThrowIfNull(after);
        var ((budget, spending), thresholds) = (after.Status, after.Thresholds);
        if (budget.Limit is not { } limit)
        {
            yield break;
        }

        var same = before?.Status.Budget.Window == budget.Window ? before : null;
        foreach (var threshold in thresholds.Ratios)
        {
            if (after.Status.Reaches(threshold) && same?.HasReached(threshold) != true)
            {
                var percent = threshold * 100;
                yield return Of(
                    AlertKind.Threshold,
                    budget.Window,
                    limit,
                    spending.Spent,
                    string.Create(CultureInfo.InvariantCulture, $"{percent:0.####} % of {NameOf(budget.Window)} of {limit.ToShortString()} is spent: {spending.Spent.ToShortString()}."),
                    threshold);
            }
        }

        if (after.Status.IsSpent && same?.Status.IsSpent != true)
        {
            yield return Of(
                AlertKind.BudgetExceeded,
                budget.Window,
                limit,
                spending.Spent,
                $"All of {NameOf(budget.Window)} of {limit.ToShortString()} is spent: {spending.Spent.ToShortString()}.",
                threshold: null);
        }
    }

    /// <summary>Whether a cost takes a task beyond the red flag of its type.</summary>
    /// <param name="task">The task.</param>
    /// <param name="was">What it had cost (USD).</param>
    /// <param name="cost">What is added to that (USD).</param>
    public static AlertFinding? RedFlag(TaskCap task, MoneyTotal was, Money cost) => RedFlag(task, was, task, was + cost);

    /// <summary>Whether a task is beyond the red flag of its type, and was not before.</summary>
    /// <param name="before">The task as it was; null where it had not been looked at.</param>
    /// <param name="was">What it had cost (USD).</param>
    /// <param name="after">The task as it is.</param>
    /// <param name="spent">What it has cost (USD).</param>
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

    // The limit is part of the cause: when it was raised, that what it is now is spent as well is news.
    private static AlertFinding Of(AlertKind kind, BudgetWindow window, Money limit, MoneyTotal spent, string message, decimal? threshold) => new(
        kind,
        string.Create(CultureInfo.InvariantCulture, $"{window.Scope}:{window.ScopeId}:{window.Period}:{limit}{(threshold is null ? "" : ":")}{threshold:0.####}"),
        window.Period == BudgetPeriod.Total ? AlertFinding.Always : window.Start.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        message,
        new() { Scope = window.Scope, ScopeId = window.ScopeId, Period = window.Period, Limit = limit, Spent = spent, Threshold = threshold });

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
