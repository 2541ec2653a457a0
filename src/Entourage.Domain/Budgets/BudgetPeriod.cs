namespace Entourage.Domain.Budgets;

/// <summary>How long a budget lasts before it resets. The numbers are stored and must never change.</summary>
public enum BudgetPeriod
{
    /// <summary>Never resets.</summary>
    Total = 0,

    /// <summary>From local midnight to the next.</summary>
    Day = 1,

    /// <summary>From Monday's local midnight to the next Monday's.</summary>
    Week = 2,

    /// <summary>From local midnight of the 1st to local midnight of the next 1st.</summary>
    Month = 3,

    /// <summary>A local hour.</summary>
    Hour = 4,

    /// <summary>The last 60 seconds, a window that slides.</summary>
    Minute = 5,
}
