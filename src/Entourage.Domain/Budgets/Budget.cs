using System.Globalization;

namespace Entourage.Domain.Budgets;

/// <summary>One window of spending of one scope; the key of a counter.</summary>
/// <param name="Scope">The kind of scope.</param>
/// <param name="ScopeId">The id of the organisation, team, agent, task or session, as text; for a rule, see <see cref="RuleWindows"/>.</param>
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

    /// <summary>Hashes the end of most ids, which differs most, instead of all of it.</summary>
    public override int GetHashCode()
    {
        // The parts of a rate's windows have the same end for all items.
        var end = Scope == BudgetScope.Rule ? ScopeId : ScopeId.AsSpan(Math.Max(0, ScopeId.Length - HashedLength));
        return HashCode.Combine(string.GetHashCode(end, StringComparison.Ordinal), Scope, Period, Start.DayNumber);
    }

    /// <summary>The window, for messages.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Scope} {ScopeId}, {Period} from {Start:yyyy-MM-dd}");
}

/// <summary>
/// A budget of one window. Without a limit it is counted and never refuses. Amounts are in its <see cref="Unit"/>: a token takes the place of a nano-dollar.
/// </summary>
/// <param name="Window">The window.</param>
/// <param name="Limit">The limit; null for none.</param>
/// <param name="Enforcement">Whether it refuses or only observes.</param>
/// <param name="ResetsAt">When the window ends (UTC); null if it never does or slides.</param>
public sealed record Budget(BudgetWindow Window, Money? Limit, Enforcement Enforcement, DateTimeOffset? ResetsAt)
{
    /// <summary>When the window began (UTC); null if it has no beginning.</summary>
    public DateTimeOffset? StartsAt { get; init; }

    /// <summary>The part of the limit that was granted for this window only (USD).</summary>
    public Money Granted { get; init; }

    /// <summary>The rule that it comes from; null for a cap in the settings.</summary>
    public BudgetRule? Rule { get; init; }

    /// <summary>What it counts in.</summary>
    public BudgetUnit Unit { get; init; }

    /// <summary>The windows of a rate; null for other budgets.</summary>
    public BudgetRate? Rate { get; init; }

    /// <summary>What it limits.</summary>
    public BudgetScope Scope => Rule?.Scope ?? Window.Scope;

    /// <summary>The id of what it limits: also a model, or a label as <c>key=value</c>.</summary>
    public string ScopeId => Item ?? Window.ScopeId;

    /// <summary>Whether it limits the work of several teams.</summary>
    public bool IsShared => Rule is null ? Window.Scope == BudgetScope.Organisation : Rule.TeamId is null;

    /// <summary>The window in which reservations count.</summary>
    public BudgetWindow HeldIn => Rate?.Held ?? Window;

    /// <summary>The item of the rule's scope; null for a cap in the settings.</summary>
    internal string? Item { get; init; }

    /// <summary>Returns an amount in the budget's unit.</summary>
    /// <param name="cost">The cost (USD).</param>
    /// <param name="tokens">The tokens.</param>
    public MoneyTotal AmountOf(MoneyTotal cost, long tokens) => Unit == BudgetUnit.Usd ? cost : new Money(tokens);

    /// <summary>Returns an amount in the budget's unit.</summary>
    /// <param name="cost">The cost (USD).</param>
    /// <param name="tokens">The tokens.</param>
    public Money AmountOf(Money cost, long tokens) => Unit == BudgetUnit.Usd ? cost : new Money(tokens);

    /// <summary>The windows whose counters budgets need.</summary>
    public static HashSet<BudgetWindow> WindowsOf(IEnumerable<Budget> budgets)
    {
        ArgumentNullException.ThrowIfNull(budgets);
        var windows = new HashSet<BudgetWindow>();
        foreach (var budget in budgets)
        {
            budget.AddWindowsTo(windows);
        }

        return windows;
    }

    /// <summary>Adds the windows whose counters it needs.</summary>
    public void AddWindowsTo(ICollection<BudgetWindow> windows)
    {
        ArgumentNullException.ThrowIfNull(windows);
        if (Rate is null)
        {
            windows.Add(Window);
            return;
        }

        windows.Add(Rate.Held);
        foreach (var part in Rate.Parts)
        {
            windows.Add(part.Window);
        }
    }

    /// <summary>Combines the budget with its counters. A window without a counter has no spending.</summary>
    public BudgetStatus With(IReadOnlyDictionary<BudgetWindow, Spending> counters)
    {
        ArgumentNullException.ThrowIfNull(counters);
        if (Rate is null)
        {
            return new(this, counters.GetValueOrDefault(Window));
        }

        var parts = new List<(DateTimeOffset LeavesAt, MoneyTotal Spent)>(Rate.Parts.Count);
        foreach (var part in Rate.Parts)
        {
            parts.Add((part.LeavesAt, counters.GetValueOrDefault(part.Window).Spent));
        }

        return new(this, new(MoneyTotal.Sum(parts.Select(part => part.Spent)), counters.GetValueOrDefault(Rate.Held).Reserved)) { Parts = parts };
    }
}

/// <summary>The amounts of a window's counter, in the unit of its budget.</summary>
/// <param name="Spent">The sum of the recorded usage.</param>
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
    /// <summary>The amounts of the parts of a rate's window, and when each no longer counts (UTC); empty for other budgets.</summary>
    internal IReadOnlyList<(DateTimeOffset LeavesAt, MoneyTotal Spent)> Parts { get; init; } = [];

    /// <summary>Limit − spent − reserved, in the budget's unit; negative after an overrun, null without a limit.</summary>
    public MoneyTotal? Remaining => Budget.Limit - Spending.Spent - Spending.Reserved;

    /// <summary>Whether nothing remains. A limit of zero is over from the start.</summary>
    public bool Over => Remaining is { } remaining && remaining <= MoneyTotal.Zero;

    /// <summary>Whether the budget is hard and has a limit.</summary>
    public bool IsHardCap => Budget is { Enforcement: Enforcement.Hard, Limit: not null };

    /// <summary>
    /// Whether the budget refuses to start a session: it is hard and nothing remains (rule 4). A rate does not, because a start spends nothing and the rate
    /// slows the work that follows.
    /// </summary>
    public bool Refuses => IsHardCap && Over && Budget.Rate is null;

    /// <summary>Whether the budget is a hard rate of which nothing remains, so that the agent should wait.</summary>
    public bool IsSlowing => IsHardCap && Over && Budget.Rate is not null;

    /// <summary>
    /// Whether the budget is hard and its spending has reached the limit. Reservations do not count, because they may never be spent. A rate is never
    /// exhausted.
    /// </summary>
    public bool IsExhausted => IsHardCap && Budget.Rate is null && Spending.Spent >= Budget.Limit;

    /// <summary>Whether all of the limit is spent, hard or not. A limit of zero is spent only once there is spending.</summary>
    internal bool IsSpent => Budget.Limit is { } limit && Spending.Spent > MoneyTotal.Zero && Spending.Spent >= limit;

    /// <summary>Whether a share of the limit is spent. Always false for a limit of zero.</summary>
    /// <param name="share">The share: 0.8 is 80 %.</param>
    // Rounded up, because spending is a whole number of nano-dollars or tokens.
    internal bool Reaches(decimal share) =>
        Budget.Limit is { } limit && limit > Money.Zero && Spending.Spent >= new MoneyTotal((Int128)decimal.Ceiling(share * limit.NanoUsd));

    /// <summary>Whether the budget is hard and a share of its limit is spent or reserved.</summary>
    /// <param name="share">The share: 0.8 is 80 %.</param>
    internal bool IsUsedTo(decimal share) => IsHardCap && Budget.Rate is null
        && Spending.Spent + Spending.Reserved >= new MoneyTotal((Int128)decimal.Ceiling(share * Budget.Limit!.Value.NanoUsd));

    /// <summary>The status after a further amount, in the budget's unit.</summary>
    public BudgetStatus After(Money amount) => this with { Spending = Spending + new Spending(amount, Money.Zero) };

    /// <summary>The largest amount that can be reserved, in the budget's unit; null if the budget sets no bound.</summary>
    public Money? Reservable => IsHardCap ? (Money)MoneyTotal.Max(Remaining!.Value, MoneyTotal.Zero) : null;

    /// <summary>Whether the budget refuses to reserve an amount, because the limit would be exceeded or nothing remains (rule 3).</summary>
    /// <param name="amount">The amount, in the budget's unit.</param>
    internal bool RefusesToReserve(Money amount) => IsHardCap && (Over || amount > Reservable);

    /// <summary>
    /// When an amount fits into a rate (UTC), if nothing else is spent meanwhile; null if it never does, and for other budgets. While reservations prevent it,
    /// the end of the present part of the window, because they can end at any time.
    /// </summary>
    /// <param name="amount">The amount, in the budget's unit.</param>
    public DateTimeOffset? FitsAt(Money amount)
    {
        if (Budget.Rate is not { } rate || Budget.Limit is not { NanoUsd: > 0 } limit || amount > limit)
        {
            return null;
        }

        var used = Spending.Spent + Spending.Reserved + amount;
        foreach (var (leavesAt, spent) in Parts)
        {
            used -= spent;
            if (used <= limit && used - amount < limit)
            {
                return leavesAt;
            }
        }

        return rate.PartEnds;
    }
}
