using System.Globalization;

namespace Entourage.Domain.Budgets;

/// <summary>One window of spending of one scope; the key of a counter.</summary>
/// <param name="Scope">The kind of scope.</param>
/// <param name="ScopeId">The id of the organisation, team, agent, task or session, as text.</param>
/// <param name="Period">The period.</param>
/// <param name="Start">The first local day; <see cref="BudgetCalendar.Always"/> for a window that never ends.</param>
public readonly record struct BudgetWindow(BudgetScope Scope, string ScopeId, BudgetPeriod Period, DateOnly Start)
{
    /// <summary>The longest <see cref="ScopeId"/>: a UUID as text.</summary>
    public const int ScopeIdLength = 36;

    private const int HashedLength = 8;

    /// <summary>Formats a UUID as a scope id.</summary>
    public static string IdOf(Guid id) => id.ToString("D");

    /// <summary>Formats a number as a scope id.</summary>
    public static string IdOf(long id) => id.ToString(CultureInfo.InvariantCulture);

    /// <summary>Hashes the end of the id, which differs most, instead of all of it.</summary>
    public override int GetHashCode()
    {
        var end = ScopeId.AsSpan(Math.Max(0, ScopeId.Length - HashedLength));
        return HashCode.Combine(string.GetHashCode(end, StringComparison.Ordinal), Scope, Period, Start.DayNumber);
    }

    /// <summary>The window, for messages.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Scope} {ScopeId}, {Period} from {Start:yyyy-MM-dd}");
}

/// <summary>A budget of one window. Without a limit it is counted and never refuses.</summary>
/// <param name="Window">The window.</param>
/// <param name="Limit">The limit (USD); null for none.</param>
/// <param name="Enforcement">Whether it refuses or only observes.</param>
/// <param name="ResetsAt">When the window ends (UTC); null if it never does.</param>
public sealed record Budget(BudgetWindow Window, Money? Limit, Enforcement Enforcement, DateTimeOffset? ResetsAt)
{
    /// <summary>When the window began (UTC); null if it has no beginning.</summary>
    public DateTimeOffset? StartsAt { get; init; }

    /// <summary>The part of the limit that was granted for this window only (USD).</summary>
    public Money Granted { get; init; }

    /// <summary>Combines the budget with its counter. A window without a counter has no spending.</summary>
    public BudgetStatus With(IReadOnlyDictionary<BudgetWindow, Spending> counters) => new(this, counters.GetValueOrDefault(Window));
}

/// <summary>The amounts of a window's counter (USD).</summary>
/// <param name="Spent">The sum of the recorded usage costs.</param>
/// <param name="Reserved">The sum of live reservations.</param>
public readonly record struct Spending(MoneyTotal Spent, MoneyTotal Reserved)
{
    /// <summary>Adds both amounts.</summary>
    public static Spending operator +(Spending left, Spending right) => new(left.Spent + right.Spent, left.Reserved + right.Reserved);

    /// <summary>Subtracts both amounts.</summary>
    public static Spending operator -(Spending left, Spending right) => new(left.Spent - right.Spent, left.Reserved - right.Reserved);

    /// <summary>Both amounts, for messages.</summary>
    public override string ToString() => $"{Spent} USD spent, {Reserved} reserved";
}

/// <summary>A budget with its spending. Implements rules 3 and 4 of the budget rules.</summary>
/// <param name="Budget">The budget.</param>
/// <param name="Spending">The amounts of its counter.</param>
public sealed record BudgetStatus(Budget Budget, Spending Spending)
{
    /// <summary>Limit − spent − reserved (USD); negative after an overrun, null without a limit.</summary>
    public MoneyTotal? Remaining => Budget.Limit - Spending.Spent - Spending.Reserved;

    /// <summary>Whether nothing remains. A limit of zero is over from the start.</summary>
    public bool Over => Remaining is { } remaining && remaining <= MoneyTotal.Zero;

    /// <summary>Whether the budget is hard and has a limit.</summary>
    public bool IsHardCap => Budget is { Enforcement: Enforcement.Hard, Limit: not null };

    /// <summary>Whether the budget refuses to start a session: it is hard and nothing remains (rule 4).</summary>
    public bool Refuses => IsHardCap && Over;

    /// <summary>
    /// Whether the budget is hard and its spending has reached the limit. Reservations do not count, because they may never be spent.
    /// </summary>
    public bool IsExhausted => IsHardCap && Spending.Spent >= Budget.Limit;

    /// <summary>Whether all of the limit is spent, hard or not. A limit of zero is spent only once there is spending.</summary>
    internal bool IsSpent => Budget.Limit is { } limit && Spending.Spent > MoneyTotal.Zero && Spending.Spent >= limit;

    /// <summary>Whether a share of the limit is spent. Always false for a limit of zero.</summary>
    /// <param name="share">The share: 0.8 is 80 %.</param>
    // Rounded up, because spending is a whole number of nano-dollars.
    internal bool Reaches(decimal share) =>
        Budget.Limit is { } limit && limit > Money.Zero && Spending.Spent >= new MoneyTotal((Int128)decimal.Ceiling(share * limit.NanoUsd));

    /// <summary>Whether the budget is hard and a share of its limit is spent or reserved.</summary>
    /// <param name="share">The share: 0.8 is 80 %.</param>
    internal bool IsUsedTo(decimal share) => IsHardCap
        && Spending.Spent + Spending.Reserved >= new MoneyTotal((Int128)decimal.Ceiling(share * Budget.Limit!.Value.NanoUsd));

    /// <summary>The status after a further cost (USD).</summary>
    public BudgetStatus After(Money cost) => this with { Spending = Spending + new Spending(cost, Money.Zero) };

    /// <summary>The largest amount that can be reserved (USD); null if the budget sets no bound.</summary>
    public Money? Reservable => IsHardCap ? (Money)MoneyTotal.Max(Remaining!.Value, MoneyTotal.Zero) : null;

    /// <summary>Whether the budget refuses to reserve an amount, because the limit would be exceeded or nothing remains (rule 3).</summary>
    internal bool RefusesToReserve(Money amount) => Refuses || amount > Reservable;
}
