using Entourage.Domain;
using Entourage.Domain.Budgets;

namespace Entourage.Application.Budgets;

/// <summary>Adds up what the counters of windows must say, from what they count.</summary>
internal sealed class CounterSums
{
    private readonly Dictionary<BudgetWindow, Spending> sums = [];

    /// <summary>The windows that something was counted in, and how much.</summary>
    public IReadOnlyDictionary<BudgetWindow, Spending> Windows => sums;

    /// <summary>Counts a cost.</summary>
    public void Spend(BudgetPolicy policy, DateTimeOffset at, MoneyTotal cost)
    {
        if (cost != MoneyTotal.Zero)
        {
            Add(policy.BudgetsAt(at), new(cost, Money.Zero));
        }
    }

    /// <summary>Counts a reservation that has not ended.</summary>
    public void Reserve(BudgetPolicy policy, Reservation reservation) => Add(reservation.BudgetsOf(policy), new(Money.Zero, reservation.Amount));

    private void Add(IEnumerable<Budget> budgets, Spending spending)
    {
        foreach (var budget in budgets)
        {
            sums[budget.Window] = sums.GetValueOrDefault(budget.Window) + spending;
        }
    }
}
