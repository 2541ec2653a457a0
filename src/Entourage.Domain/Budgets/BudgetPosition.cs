namespace Entourage.Domain.Budgets;

/// <summary>Every budget that applies to some work, capped or not, at one moment.</summary>
/// <param name="Budgets">Each budget with what its counter says, from the widest scope to the narrowest.</param>
public sealed record BudgetPosition(IReadOnlyList<BudgetStatus> Budgets)
{
    /// <summary>The hard budgets with nothing left, the one with the least remaining first: they refuse a start (rule 4).</summary>
    public IEnumerable<BudgetStatus> Refusing => Budgets.Where(budget => budget.Refuses).OrderBy(budget => budget.Remaining);

    /// <summary>The most that a reservation could take now (USD); null where no hard budget has a limit.</summary>
    public Money? Reservable => Budgets.Min(budget => budget.Reservable);

    /// <summary>The hard budgets that a reservation would break, the one with the least remaining first (rules 3 and 6).</summary>
    public IEnumerable<BudgetStatus> RefusingToReserve(Money amount) =>
        Budgets.Where(budget => budget.RefusesToReserve(amount)).OrderBy(budget => budget.Remaining);

    /// <summary>
    /// When nothing will be left of a cap at the rate at which its scope has spent today, see <see cref="SpendForecast.CapReachedAt"/>;
    /// null also without a cap, and for one that never starts afresh.
    /// </summary>
    /// <param name="cap">One of the budgets.</param>
    /// <param name="now">The moment of the position (UTC).</param>
    public DateTimeOffset? CapReachedAt(BudgetStatus cap, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(cap);
        if (cap.Remaining is not { } remaining || cap.Budget.ResetsAt is not { } resetsAt)
        {
            return null;
        }

        // Counted, since an enumerator would be made for each row of each answer.
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
    /// How much of a usage nothing had granted (rule 3): what goes beyond its reservation, or, in budgets that hold none for
    /// it, beyond what the tightest of them has left.
    /// </summary>
    /// <param name="cost">What the usage costs (USD); of a correction the difference, which may be less than zero.</param>
    /// <param name="reserved">What its live reservation holds (USD); null without one.</param>
    /// <param name="held">The windows that its reservation takes from.</param>
    public Money OverrunOf(Money cost, Money? reserved, IReadOnlyCollection<BudgetWindow> held)
    {
        if (cost <= Money.Zero)
        {
            // Of a correction that makes a usage cheaper nothing had to be granted.
            return Money.Zero;
        }

        var overrun = Money.Max(cost - (reserved ?? cost), Money.Zero);
        foreach (var budget in Budgets)
        {
            if (budget.Reservable is { } left && !held.Contains(budget.Budget.Window))
            {
                overrun = Money.Max(overrun, cost - left);
            }
        }

        return overrun;
    }
}
