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

    /// <summary>The window in words.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Scope} {ScopeId}, {Period} from {Start:yyyy-MM-dd}");
}

/// <summary>A limit in dollars on a window. One without a limit is counted and never refuses.</summary>
/// <param name="Window">What is counted.</param>
/// <param name="Limit">The cap; null is none.</param>
/// <param name="Enforcement">Whether it refuses.</param>
/// <param name="ResetsAt">When its window ends (UTC); null for one that never does.</param>
public sealed record Budget(BudgetWindow Window, Money? Limit, Enforcement Enforcement, DateTimeOffset? ResetsAt)
{
    /// <summary>When its window began (UTC); null for one that always was.</summary>
    public DateTimeOffset? StartsAt { get; init; }

    /// <summary>The part of the limit that was granted for this window alone (USD); the next one is without it.</summary>
    public Money Granted { get; init; }

    /// <summary>The state of the budget, given what the counters of windows say; a window without one has seen nothing.</summary>
    public BudgetStatus With(IReadOnlyDictionary<BudgetWindow, Spending> counters) => new(this, counters.GetValueOrDefault(Window));
}

/// <summary>What a window's counter says.</summary>
/// <param name="Spent">The sum of the recorded usage cost.</param>
/// <param name="Reserved">The sum of live reservations.</param>
public readonly record struct Spending(MoneyTotal Spent, MoneyTotal Reserved)
{
    /// <summary>The sums of both.</summary>
    public static Spending operator +(Spending left, Spending right) => new(left.Spent + right.Spent, left.Reserved + right.Reserved);

    /// <summary>The differences of both.</summary>
    public static Spending operator -(Spending left, Spending right) => new(left.Spent - right.Spent, left.Reserved - right.Reserved);

    /// <summary>Both amounts in words.</summary>
    public override string ToString() => $"{Spent} USD spent, {Reserved} reserved";
}

/// <summary>A budget and what has been spent of it. Rules 3 and 4 of the budget rules stand here.</summary>
/// <param name="Budget">The budget.</param>
/// <param name="Spending">What its counter says.</param>
public sealed record BudgetStatus(Budget Budget, Spending Spending)
{
    /// <summary>Limit − spent − reserved; negative after an overrun, null without a limit.</summary>
    public MoneyTotal? Remaining => Budget.Limit - Spending.Spent - Spending.Reserved;

    /// <summary>Nothing remains. A limit of zero is over from the start.</summary>
    public bool Over => Remaining is { } remaining && remaining <= MoneyTotal.Zero;

    /// <summary>It is a cap that refuses when there is too little left: hard, and with a limit.</summary>
    public bool IsHardCap => Budget is { Enforcement: Enforcement.Hard, Limit: not null };

    /// <summary>It refuses a start: it is hard, and nothing remains (rule 4).</summary>
    public bool Refuses => IsHardCap && Over;

    /// <summary>It is hard, and what was spent has reached its limit: reservations, which may never be spent, do not count here.</summary>
    public bool IsExhausted => IsHardCap && Spending.Spent >= Budget.Limit;

    /// <summary>All of its limit is spent, hard or not. A limit of nothing is not spent before something is.</summary>
    public bool IsSpent => Budget.Limit is { } limit && Spending.Spent > MoneyTotal.Zero && Spending.Spent >= limit;

    /// <summary>Whether a share of its limit is spent; never of a limit of nothing.</summary>
    /// <param name="share">The share: 0.8 is four fifths.</param>
    // Rounded up: what is spent is a whole number of nano-dollars, and reaches a line when it reaches the next of these.
    public bool Reaches(decimal share) =>
        Budget.Limit is { } limit && limit > Money.Zero && Spending.Spent >= new MoneyTotal((Int128)decimal.Ceiling(share * limit.NanoUsd));

    /// <summary>The budget after a cost (USD).</summary>
    public BudgetStatus After(Money cost) => this with { Spending = Spending + new Spending(cost, Money.Zero) };

    /// <summary>The most that a reservation can still take (USD); null where that has no bound.</summary>
    public Money? Reservable => IsHardCap ? (Money)MoneyTotal.Max(Remaining!.Value, MoneyTotal.Zero) : null;

    /// <summary>It refuses a reservation: with it, spent and reserved would pass the limit, or nothing remains at all (rule 3).</summary>
    public bool RefusesToReserve(Money amount) => Refuses || amount > Reservable;
}
