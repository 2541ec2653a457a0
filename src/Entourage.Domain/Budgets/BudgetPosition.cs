namespace Entourage.Domain.Budgets;

/// <summary>All budgets that apply to an agent's work at one moment, capped or not.</summary>
/// <param name="Budgets">The budgets with their spending, from the widest scope to the narrowest.</param>
public sealed record BudgetPosition(IReadOnlyList<BudgetStatus> Budgets)
{
    /// <summary>The hard budgets with nothing left, the tightest first. They refuse to start a session (rule 4).</summary>
    public IReadOnlyList<BudgetStatus> Refusing =>
        Budgets.Any(budget => budget.Refuses) ? [.. TightestFirst(Budgets.Where(budget => budget.Refuses))] : [];

    /// <summary>The hard rates with nothing left, which ask an agent to wait.</summary>
    public IEnumerable<BudgetStatus> Slowing => Budgets.Where(budget => budget.IsSlowing);

    /// <summary>The largest amount that can be reserved now (USD); null if no hard budget has a limit in dollars.</summary>
    public Money? Reservable => ReservableIn(BudgetUnit.Usd);

    /// <summary>The most tokens that can be reserved now; null if no hard budget has a limit in tokens.</summary>
    public long? ReservableTokens => ReservableIn(BudgetUnit.Tokens)?.NanoUsd;

    /// <summary>Returns the hard budgets that a reservation would exceed, the tightest first (rules 3 and 6).</summary>
    /// <param name="amount">The amount (USD).</param>
    /// <param name="tokens">The tokens.</param>
    public IEnumerable<BudgetStatus> RefusingToReserve(Money amount, long tokens = 0) =>
        TightestFirst(Budgets.Where(budget => budget.RefusesToReserve(budget.Budget.AmountOf(amount, tokens))));

    /// <summary>Returns the budgets without rates.</summary>
    public BudgetPosition WithoutRates() => Budgets.Any(budget => budget.Budget.Rate is not null) ? new([.. Budgets.Where(budget => budget.Budget.Rate is null)]) : this;

    /// <summary>Returns the budgets in tokens.</summary>
    public BudgetPosition OfTokens() => new([.. Budgets.Where(budget => budget.Budget.Unit == BudgetUnit.Tokens)]);

    private Money? ReservableIn(BudgetUnit unit)
    {
        Money? least = null;
        for (var i = 0; i < Budgets.Count; i++)
        {
            if (Budgets[i].Budget.Unit == unit && Budgets[i].Reservable is { } reservable && (least is null || reservable < least))
            {
                least = reservable;
            }
        }

        return least;
    }

    // Dollars and tokens do not compare. Budgets in dollars come first, and rates, which refuse only for a while, last.
    private static IOrderedEnumerable<BudgetStatus> TightestFirst(IEnumerable<BudgetStatus> refusing) =>
        refusing.OrderBy(budget => budget.Budget.Rate is not null).ThenBy(budget => budget.Budget.Unit).ThenBy(budget => budget.Remaining);

    /// <summary>
    /// Whether a share of the tightest hard budget is spent or reserved. Without a hard budget only a share of 0 is reached; a limit of 0 reaches every share.
    /// </summary>
    /// <param name="share">The share: 0.8 is 80 %.</param>
    public bool HasReached(decimal share) => share <= 0 || Budgets.Any(budget => budget.IsUsedTo(share));

    /// <summary>
    /// Forecasts when a cap is reached at the scope's rate of today, or a rule's at the rate of its window, see <see cref="SpendForecast.CapReachedAt"/>. Also null without a
    /// limit and for a budget that never resets.
    /// </summary>
    /// <param name="cap">One of the budgets.</param>
    /// <param name="now">The current time (UTC).</param>
    public DateTimeOffset? CapReachedAt(BudgetStatus cap, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(cap);
        if (cap.Remaining is not { } remaining || cap.Budget.ResetsAt is not { } resetsAt)
        {
            return null;
        }

        if (cap.Budget.Rule is not null)
        {
            return cap.Budget.StartsAt is { } startedAt ? SpendForecast.CapReachedAt(remaining, cap.Spending.Spent, startedAt, now, resetsAt) : null;
        }

        // A for loop, because this runs for each row of each answer and an enumerator would allocate.
        var window = cap.Budget.Window;
        for (var i = 0; i < Budgets.Count; i++)
        {
            if (Budgets[i] is { Budget: { Window.Period: BudgetPeriod.Day, StartsAt: { } dayStartedAt } day, Spending.Spent: var today }
                && day.Window.Scope == window.Scope
                && day.Window.ScopeId == window.ScopeId)
            {
                return SpendForecast.CapReachedAt(remaining, today, dayStartedAt, now, resetsAt);
            }
        }

        return null;
    }

    /// <summary>
    /// Computes the overrun of a usage (rule 3): the cost beyond its reservation or, in budgets without its reservation, beyond what the
    /// tightest of them has left.
    /// </summary>
    /// <param name="cost">The cost of the usage (USD). For a correction the difference, which may be negative.</param>
    /// <param name="reserved">The amount of its live reservation (USD); null without one.</param>
    /// <param name="reservedWindows">The windows of its reservation.</param>
    public Money OverrunOf(Money cost, Money? reserved, IReadOnlyCollection<BudgetWindow> reservedWindows)
    {
        if (cost <= Money.Zero)
        {
            // A correction that makes a usage cheaper needs no budget.
            return Money.Zero;
        }

        var overrun = Money.Max(cost - (reserved ?? cost), Money.Zero);
        foreach (var budget in Budgets)
        {
            if (budget.Budget.Unit == BudgetUnit.Usd && budget.Reservable is { } left && !reservedWindows.Contains(budget.Budget.HeldIn))
            {
                overrun = Money.Max(overrun, cost - left);
            }
        }

        return overrun;
    }
}
