using Entourage.Domain.Budgets;

namespace Entourage.Domain.Alerts;

/// <summary>A budget at one moment, with what its team wants to happen at its lines.</summary>
/// <param name="Status">The budget and what has been spent of it.</param>
/// <param name="Thresholds">The shares of the limit that the team wants alerts about.</param>
public sealed record BudgetThresholdCheck(BudgetStatus Status, AlertThresholds Thresholds)
{
    /// <summary>Whether its team kills the sessions under a hard budget that is exhausted.</summary>
    public OnExceed OnExceed { get; init; }

    /// <summary>Whether a share is one of its thresholds, and is spent.</summary>
    /// <param name="threshold">The share of the limit: 0.8 is four fifths.</param>
    public bool HasReached(decimal threshold) => Thresholds.Ratios.Contains(threshold) && Status.Reaches(threshold);

    /// <summary>Whether it refuses work since it is exhausted, and did not before.</summary>
    /// <param name="before">The budget as it was; null where there was no such budget. Another window counts as no budget.</param>
    public bool BeginsToRefuse(BudgetThresholdCheck? before) => Status.IsExhausted && !(IsSameWindow(before) && before!.Status.IsExhausted);

    /// <summary>Whether the sessions under it are to be killed, and were not to be before.</summary>
    /// <param name="before">The budget as it was; null where there was no such budget. Another window counts as no budget.</param>
    public bool BeginsToKill(BudgetThresholdCheck? before) =>
        OnExceed == OnExceed.Kill && (BeginsToRefuse(before) || (Status.IsExhausted && before!.OnExceed != OnExceed.Kill));

    private bool IsSameWindow(BudgetThresholdCheck? before) => before?.Status.Budget.Window == Status.Budget.Window;
}
