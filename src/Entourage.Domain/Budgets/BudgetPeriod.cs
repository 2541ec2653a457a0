namespace Entourage.Domain.Budgets;

/// <summary>How long a budget lasts before it starts afresh. The numbers are stored and never change.</summary>
public enum BudgetPeriod
{
    /// <summary>For ever.</summary>
    Total = 0,

    /// <summary>From local midnight to the next.</summary>
    Day = 1,

    /// <summary>From Monday's local midnight to the next Monday's.</summary>
    Week = 2,

    /// <summary>From local midnight of the 1st to that of the next month's 1st.</summary>
    Month = 3,
}
