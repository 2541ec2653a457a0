using Entourage.Domain.Budgets;

namespace Entourage.Domain.Tests.Budgets;

internal sealed class BudgetCounterTests
{
    [Test]
    public void A_counter_holds_its_window_and_amounts()
    {
        var window = new BudgetWindow(BudgetScope.Task, "7", BudgetPeriod.Week, new DateOnly(2026, 3, 2));
        var counter = BudgetCounter.Create(window, new Spending(Some.Usd(1.25m), Some.Usd(0.5m)));
        Assert.That(new BudgetWindow(counter.Scope, counter.ScopeId, counter.Period, counter.Start), Is.EqualTo(window));
        Assert.That((counter.Spent, counter.Reserved), Is.EqualTo((Some.Usd(1.25m), Some.Usd(0.5m))));
    }

    [Test]
    public void A_counter_holds_billions_in_two_parts()
    {
        var spending = new Spending(MoneyTotal.Of(3, 4), MoneyTotal.Of(1, 2));
        var window = new BudgetWindow(BudgetScope.Team, "t", BudgetPeriod.Day, new DateOnly(2026, 3, 2));
        var counter = BudgetCounter.Create(window, spending);
        Assert.That((counter.SpentBillionUsd, counter.SpentNanoUsd, counter.ReservedBillionUsd, counter.ReservedNanoUsd), Is.EqualTo((3L, 4L, 1L, 2L)));
        Assert.That((counter.Window, counter.Spending), Is.EqualTo((window, spending)));
    }
}
