using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Budgets;

namespace Entourage.Application.Budgets;

/// <summary>Computes the expected counters of budget windows from usage and reservations.</summary>
internal sealed class CounterSums
{
    private readonly Dictionary<BudgetWindow, Spending> sums = [];

    /// <summary>The expected spent and reserved amounts of each window.</summary>
    public IReadOnlyDictionary<BudgetWindow, Spending> Windows => sums;

    /// <summary>Adds usage to all budgets except rates, whose windows are shorter than the time of a rollup.</summary>
    /// <param name="policy">The work, with the model and the labels of the usage.</param>
    /// <param name="at">A time in the quarter of an hour of the usage.</param>
    /// <param name="cost">The cost (USD).</param>
    /// <param name="tokens">The tokens of all classes.</param>
    public void Spend(BudgetPolicy policy, DateTimeOffset at, MoneyTotal cost, long tokens) => Spend(policy, at, cost, tokens, isRate: false);

    /// <summary>Adds a usage to rates only.</summary>
    /// <param name="policy">The work, with the model and the labels of the usage.</param>
    /// <param name="at">When the usage happened (UTC).</param>
    /// <param name="cost">The cost (USD).</param>
    /// <param name="tokens">The tokens of all classes.</param>
    public void SpendInRates(BudgetPolicy policy, DateTimeOffset at, MoneyTotal cost, long tokens) => Spend(policy, at, cost, tokens, isRate: true);

    /// <summary>Adds a reservation that has not ended.</summary>
    /// <param name="policy">The work, with the model and the labels of the session.</param>
    /// <param name="reservation">The reservation.</param>
    public void Reserve(BudgetPolicy policy, Reservation reservation)
    {
        foreach (var (window, amount) in LedgerReservation.Of(reservation, policy).Holds)
        {
            Add(window, new(Money.Zero, amount));
        }
    }

    private void Spend(BudgetPolicy policy, DateTimeOffset at, MoneyTotal cost, long tokens, bool isRate)
    {
        if (cost == MoneyTotal.Zero && tokens == 0)
        {
            return;
        }

        foreach (var budget in policy.BudgetsAt(at))
        {
            if (budget.Rate is not null == isRate && budget.AmountOf(cost, tokens) is var amount && amount != MoneyTotal.Zero)
            {
                Add(budget.Window, new(amount, Money.Zero));
            }
        }
    }

    private void Add(BudgetWindow window, Spending spending) => sums[window] = sums.GetValueOrDefault(window) + spending;
}
