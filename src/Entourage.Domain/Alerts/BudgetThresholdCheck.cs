using Entourage.Domain.Budgets;

namespace Entourage.Domain.Alerts;

/// <summary>A budget at one moment, with the team's settings for its lines.</summary>
/// <param name="Status">The budget with its spending.</param>
/// <param name="Thresholds">The team's alert thresholds.</param>
public sealed record BudgetThresholdCheck(BudgetStatus Status, AlertThresholds Thresholds)
{
    /// <summary>The check of a budget, with its own settings or else those of the team.</summary>
    /// <param name="status">The budget with its spending.</param>
    /// <param name="team">The team's alert thresholds.</param>
    /// <param name="onExceed">What the team does with the sessions under an exhausted hard budget.</param>
    public static BudgetThresholdCheck Of(BudgetStatus status, AlertThresholds team, OnExceed onExceed = OnExceed.Stop)
    {
        ArgumentNullException.ThrowIfNull(status);
        return new(status, status.Budget.Rule?.Thresholds ?? team) { OnExceed = status.Budget.Rule?.OnExceed ?? onExceed };
    }

    /// <summary>Whether the team stops or kills the sessions under an exhausted hard budget.</summary>
    public OnExceed OnExceed { get; init; }

    /// <summary>Whether a share is one of the thresholds and is spent.</summary>
    /// <param name="threshold">The share of the limit: 0.8 is 80 %.</param>
    internal bool HasReached(decimal threshold) => Thresholds.Ratios.Contains(threshold) && Status.Reaches(threshold);

    /// <summary>Whether the budget is exhausted now and was not before.</summary>
    /// <param name="before">The budget before the change; null if it did not exist. A different window counts as null.</param>
    public bool BeginsToRefuse(BudgetThresholdCheck? before) => Status.IsExhausted && !(IsSameWindow(before) && before!.Status.IsExhausted);

    /// <summary>Whether its sessions must be killed now and did not have to be before.</summary>
    /// <param name="before">The budget before the change; null if it did not exist. A different window counts as null.</param>
    public bool BeginsToKill(BudgetThresholdCheck? before) =>
        OnExceed == OnExceed.Kill && (BeginsToRefuse(before) || (Status.IsExhausted && before!.OnExceed != OnExceed.Kill));

    private bool IsSameWindow(BudgetThresholdCheck? before) => before?.Status.Budget.Window == Status.Budget.Window;
}
