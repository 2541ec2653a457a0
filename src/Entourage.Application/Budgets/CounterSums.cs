using Entourage.Domain;
using Entourage.Domain.Budgets;

namespace Entourage.Application.Budgets;

/// <summary>Computes the expected counters of budget windows from usage and reservations.</summary>
internal sealed class CounterSums
{
    private readonly Dictionary<BudgetWindow, Spending> sums = [];

    /// <summary>The expected spent and reserved amounts of each window.</summary>
    public IReadOnlyDictionary<BudgetWindow, Spending> Windows => sums;

    /// <summary>Adds a cost.</summary>
    public void Spend(BudgetPolicy policy, DateTimeOffset at, MoneyTotal cost)
    {
        if (cost != MoneyTotal.Zero)
        {
            Add(policy.BudgetsAt(at), new(cost, Money.Zero));
        }
    }

    /// <summary>Adds a reservation that has not ended.</summary>
    public void Reserve(BudgetPolicy policy, Reservation reservation) => Add(reservation.BudgetsOf(policy), new(Money.Zero, reservation.Amount));

    private void Add(IEnumerable<Budget> budgets, Spending spending)
    {
        foreach (var budget in budgets)
        {
            sums[budget.Window] = sums.GetValueOrDefault(budget.Window) + spending;
        }
    }
}
