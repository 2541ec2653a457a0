using System.Globalization;

namespace Entourage.Domain.Budgets;

/// <summary>One window of spending: whose, and from which local day on. The key of a counter.</summary>
/// <param name="Scope">Whose spending.</param>
/// <param name="ScopeId">The id of the organisation, team, agent, task or session, as text.</param>
/// <param name="Period">How long the window lasts.</param>
/// <param name="Start">Its first local day; <see cref="BudgetCalendar.Always"/> for a window that never ends.</param>
public readonly record struct BudgetWindow(BudgetScope Scope, string ScopeId, BudgetPeriod Period, DateOnly Start)
{
    /// <summary>The longest <see cref="ScopeId"/>: a UUID's text.</summary>
    public const int ScopeIdLength = 36;

    /// <summary>The text of a UUID as a scope id.</summary>
    public static string IdOf(Guid id) => id.ToString("D");

    /// <summary>The text of a number as a scope id.</summary>
    public static string IdOf(long id) => id.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A limit in dollars on a window. One without a limit is counted and never refuses.</summary>
/// <param name="Window">What is counted.</param>
/// <param name="Limit">The cap; null is none.</param>
/// <param name="Enforcement">Whether it refuses.</param>
/// <param name="ResetsAt">When its window ends (UTC); null for one that never does.</param>
public sealed record Budget(BudgetWindow Window, Money? Limit, Enforcement Enforcement, DateTimeOffset? ResetsAt)
{
    /// <summary>The state of the budget, given what the counters of windows say; a window without one has seen no cost.</summary>
    public BudgetStatus With(IReadOnlyDictionary<BudgetWindow, Money> spent) => new(this, new Spending(spent.GetValueOrDefault(Window), Money.Zero));
}

/// <summary>What a window's counter says.</summary>
/// <param name="Spent">The sum of the recorded usage cost.</param>
/// <param name="Reserved">The sum of live reservations.</param>
public readonly record struct Spending(Money Spent, Money Reserved);

/// <summary>A budget and what has been spent of it. Rules 3 and 4 of the budget rules stand here.</summary>
/// <param name="Budget">The budget.</param>
/// <param name="Spending">What its counter says.</param>
public sealed record BudgetStatus(Budget Budget, Spending Spending)
{
    /// <summary>Limit − spent − reserved; negative after an overrun, null without a limit.</summary>
    public Money? Remaining => Budget.Limit - Spending.Spent - Spending.Reserved;

    /// <summary>Nothing remains. A limit of zero is over from the start.</summary>
    public bool Over => Remaining is { } remaining && remaining <= Money.Zero;

    /// <summary>It is over and refuses.</summary>
    public bool Refuses => Over && Budget.Enforcement == Enforcement.Hard;
}
