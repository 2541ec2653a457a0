using System.Globalization;
using Entourage.Domain.Budgets;
using Entourage.Domain.Tasks;

namespace Entourage.Domain.Alerts;

/// <summary>
/// Notices what a cost does to budgets. By crossing: what was above a line before stays unsaid, so that the common usage finds
/// nothing.
/// </summary>
public static class BudgetDetectors
{
    /// <summary>The lines of a budget that a cost crosses: thresholds, and its limit. Reserved money is not spent, and crosses none.</summary>
    /// <param name="before">The budget before the cost.</param>
    /// <param name="cost">What is added to what has been spent (USD).</param>
    /// <param name="thresholds">The shares that the team wants to hear of.</param>
    public static IEnumerable<AlertFinding> Crossed(BudgetStatus before, Money cost, AlertThresholds thresholds)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(thresholds);
        if (before.Budget.Limit is not { } limit || cost <= Money.Zero)
        {
            yield break;
        }

        var (was, spent) = (before.Spending.Spent, before.Spending.Spent + cost);
        foreach (var threshold in limit > Money.Zero ? thresholds.Ratios : [])
        {
            // Rounded up: what is spent is a whole number of nano-dollars, and reaches a line when it reaches the next of these.
            var line = new MoneyTotal((Int128)decimal.Ceiling(threshold * limit.NanoUsd));
            if (was < line && spent >= line)
            {
                var percent = threshold * 100;
                yield return Of(
                    AlertKind.Threshold,
                    before.Budget.Window,
                    limit,
                    spent,
                    string.Create(CultureInfo.InvariantCulture, $"{percent:0.####} % of {NameOf(before.Budget.Window)} of {limit.ToShortString()} is spent: {spent.ToShortString()}."),
                    threshold);
            }
        }

        if (!IsExceeded(was, limit) && IsExceeded(spent, limit))
        {
            yield return Of(
                AlertKind.BudgetExceeded,
                before.Budget.Window,
                limit,
                spent,
                $"All of {NameOf(before.Budget.Window)} of {limit.ToShortString()} is spent: {spent.ToShortString()}.",
                threshold: null);
        }
    }

    /// <summary>Whether a cost takes a task beyond the red flag of its type.</summary>
    /// <param name="task">The task.</param>
    /// <param name="was">What it had cost (USD).</param>
    /// <param name="cost">What is added to that (USD).</param>
    public static AlertFinding? RedFlag(TaskCap task, MoneyTotal was, Money cost)
    {
        ArgumentNullException.ThrowIfNull(task);
        var spent = was + cost;
        if (SpendGuideline.For(task.TaskType) is not { RedFlagAbove: var flag } guideline || was > flag || spent <= flag)
        {
            return null;
        }

        return new(
            AlertKind.RedFlag,
            string.Create(CultureInfo.InvariantCulture, $"task:{task.TaskId}:{task.TaskType}"),
            AlertFinding.Always,
            string.Create(
                CultureInfo.InvariantCulture,
                $"Task {task.TaskId} has cost more than {flag.ToShortString()}: a red flag for work of its kind ({guideline.Name})."),
            new() { Limit = flag, Spent = spent });
    }

    // A limit of nothing is not exceeded before something is spent.
    private static bool IsExceeded(MoneyTotal spent, Money limit) => spent > MoneyTotal.Zero && spent >= limit;

    // The limit is part of the cause: when it was raised, that what it is now is spent as well is news.
    private static AlertFinding Of(AlertKind kind, BudgetWindow window, Money limit, MoneyTotal spent, string message, decimal? threshold) => new(
        kind,
        string.Create(CultureInfo.InvariantCulture, $"{window.Scope}:{window.ScopeId}:{window.Period}:{limit}{(threshold is null ? "" : ":")}{threshold}"),
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
