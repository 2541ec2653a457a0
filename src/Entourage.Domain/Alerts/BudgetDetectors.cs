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
    /// <param name="amount">The amount to add, in the budget's unit.</param>
    /// <param name="thresholds">The team's alert thresholds. A rule may have its own.</param>
    public static AlertFinding? Crossed(BudgetStatus before, Money amount, AlertThresholds thresholds)
    {
        ArgumentNullException.ThrowIfNull(before);
        return amount <= Money.Zero
            ? null
            : Crossed(BudgetThresholdCheck.Of(before, thresholds), BudgetThresholdCheck.Of(before.After(amount), thresholds));
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
                $"All of {NameOf(budget)} of {TextOf(limit, budget)} is {(budget.Unit == BudgetUnit.Usd ? "spent" : "used")}: {TextOf(spending.Spent, budget)}.",
                threshold: null);
        }

        if (budget.Rate is not null)
        {
            // The shares of a rate come and go with every minute.
            return null;
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
                        $"{threshold * 100:0.####} % of {NameOf(budget)} of {TextOf(limit, budget)} is {(budget.Unit == BudgetUnit.Usd ? "spent" : "used")}: {TextOf(spending.Spent, budget)}."),
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
        // A rate is reported once a day, so its parts are left out.
        var window = budget.Rate is null ? budget.Window : budget.Rate.Held with { Start = budget.Window.Start };
        var isUsd = budget.Unit == BudgetUnit.Usd;
        return new(
            kind,
            string.Create(CultureInfo.InvariantCulture, $"{window.Scope}:{window.ScopeId}:{window.Period}:{limit}{(threshold is null ? "" : ":")}{threshold:0.####}"),
            window.Period == BudgetPeriod.Total ? AlertFinding.Always : window.Start.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            message,
            new()
            {
                BudgetId = budget.Rule?.Id,
                Scope = budget.Scope,
                ScopeId = budget.ScopeId,
                Period = window.Period,
                Limit = isUsd ? limit : null,
                Spent = isUsd ? spent : null,
                MaxTokens = isUsd ? null : limit.NanoUsd,
                Tokens = isUsd ? null : (long)Int128.Min(spent.NanoUsd, TokenCounts.LargestTotal),
                Threshold = threshold,
            })
        {
            ClosesAt = budget.Rate?.LeavesAt ?? budget.ResetsAt,
        };
    }

    private static string TextOf(MoneyTotal amount, Budget budget) =>
        budget.Unit == BudgetUnit.Usd ? amount.ToShortString() : RuleDescription.Amount(amount, BudgetUnit.Tokens);

    private static string NameOf(Budget budget)
    {
        if (budget.Rule is { } rule)
        {
            return $"the {RuleDescription.Of(rule, budget.ScopeId)}";
        }

        var window = budget.Window;
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
