using CsCheck;
using Entourage.Domain.Budgets;

namespace Entourage.Domain.Tests.Budgets;

internal sealed class BudgetTests
{
    private static readonly BudgetWindow Window = new(BudgetScope.Team, "t", BudgetPeriod.Day, new DateOnly(2026, 3, 4));

    // A third of the range each, so that the sum of three does not overflow.
    private static readonly Gen<Money> Amounts =
        Gen.OneOf(Gen.Long[long.MinValue / 3, long.MaxValue / 3], Gen.Long[-3, 3]).Select(nanos => new Money(nanos));

    private static BudgetStatus Status(decimal? limit, decimal spent, decimal reserved = 0, Enforcement enforcement = Enforcement.Hard) =>
        Status(limit is { } usd ? Some.Usd(usd) : null, Some.Usd(spent), Some.Usd(reserved), enforcement);

    private static BudgetStatus Status(Money? limit, Money spent, Money reserved, Enforcement enforcement) =>
        new(new Budget(Window, limit, enforcement, ResetsAt: null), new Spending(spent, reserved));

    [TestCase("10", "4", "1", "5.00")]
    [TestCase("10", "10", "0", "0.00")]
    [TestCase("10", "9", "2", "-1.00")]
    [TestCase("0.3", "0.1", "0.2", "0.00")]
    [TestCase("0.000000002", "0.000000001", "0", "0.000000001")]
    public void Remaining_is_the_limit_minus_spent_minus_reserved(decimal limit, decimal spent, decimal reserved, string remaining) =>
        Assert.That(Status(limit, spent, reserved).Remaining.ToString(), Is.EqualTo(remaining));

    [TestCase("10", "9.999999999", "0", false)]
    [TestCase("10", "10", "0", true)]
    [TestCase("10", "0", "10", true)]
    [TestCase("10", "5", "5", true)]
    [TestCase("10", "10.000000001", "0", true)]
    public void A_budget_is_over_when_nothing_remains(decimal limit, decimal spent, decimal reserved, bool over) =>
        Assert.That(Status(limit, spent, reserved).Over, Is.EqualTo(over));

    [Test]
    public void A_limit_of_zero_is_over_from_the_start()
    {
        var status = Status(0, 0);
        Assert.That(status.Over, Is.True);
        Assert.That(status.Refuses, Is.True);
    }

    [TestCase("10", "9.999999999", "5", Enforcement.Hard, false)]
    [TestCase("10", "10", "0", Enforcement.Hard, true)]
    [TestCase("10", "0", "10", Enforcement.Hard, false)]
    [TestCase("10", "11", "0", Enforcement.Observe, false)]
    [TestCase(null, "11", "0", Enforcement.Hard, false)]
    public void Only_spending_exhausts_a_hard_budget(decimal? limit, decimal spent, decimal reserved, Enforcement enforcement, bool exhausted) =>
        Assert.That(Status(limit, spent, reserved, enforcement).IsExhausted, Is.EqualTo(exhausted));

    [Test]
    public void Without_a_limit_a_budget_is_never_over()
    {
        var status = Status(limit: null, spent: 1_000_000, reserved: 1_000_000);
        Assert.That(status.Remaining, Is.Null);
        Assert.That(status.Over, Is.False);
        Assert.That(status.Refuses, Is.False);
    }

    [Test]
    public void A_budget_that_observes_is_over_but_never_refuses()
    {
        var status = Status(1, 2, enforcement: Enforcement.Observe);
        Assert.That(status.Over, Is.True);
        Assert.That(status.Refuses, Is.False);
    }

    [Test]
    public void A_hard_budget_that_is_not_over_does_not_refuse() => Assert.That(Status(2, 1).Refuses, Is.False);

    [Test]
    public void Raising_and_lowering_a_limit_changes_over_immediately()
    {
        var status = Status(limit: 10, spent: 6);
        Assert.That(status.Over, Is.False);
        var lowered = status with { Budget = status.Budget with { Limit = Some.Usd(5) } };
        Assert.That((lowered.Over, lowered.Remaining), Is.EqualTo((true, (Money?)Some.Usd(-1))));
        var raised = lowered with { Budget = lowered.Budget with { Limit = Some.Usd(7) } };
        Assert.That((raised.Over, raised.Remaining), Is.EqualTo((false, (Money?)Some.Usd(1))));
        var lifted = lowered with { Budget = lowered.Budget with { Limit = null } };
        Assert.That((lifted.Over, lifted.Remaining), Is.EqualTo((false, (Money?)null)));
    }

    [Test]
    public void A_budget_reads_the_counter_of_its_own_window()
    {
        var budget = new Budget(Window, Some.Usd(10), Enforcement.Hard, ResetsAt: null);
        var counters = new Dictionary<BudgetWindow, Spending>
        {
            [Window] = new(Some.Usd(4), Some.Usd(1)),
            [Window with { Start = Window.Start.AddDays(1) }] = new(Some.Usd(100), Some.Usd(100)),
            [Window with { Period = BudgetPeriod.Week }] = new(Some.Usd(100), Some.Usd(100)),
            [Window with { Scope = BudgetScope.Agent }] = new(Some.Usd(100), Some.Usd(100)),
            [Window with { ScopeId = "u" }] = new(Some.Usd(100), Some.Usd(100)),
        };
        Assert.That(budget.With(counters), Is.EqualTo(new BudgetStatus(budget, new Spending(Some.Usd(4), Some.Usd(1)))));
    }

    [Test]
    public void A_window_without_a_counter_has_no_spending()
    {
        var budget = new Budget(Window, Some.Usd(10), Enforcement.Hard, ResetsAt: null);
        Assert.That(budget.With(new Dictionary<BudgetWindow, Spending>()).Remaining, Is.EqualTo(Some.Usd(10)));
    }

    [Test]
    public void Remaining_over_and_refuses_agree_for_all_amounts() =>
        Gen.Select(Amounts, Amounts, Amounts, Gen.Enum<Enforcement>()).Sample(
            (limit, spent, reserved, enforcement) =>
            {
                var status = Status(limit, spent, reserved, enforcement);
                var remaining = limit.NanoUsd - spent.NanoUsd - reserved.NanoUsd;
                return status.Remaining == new Money(remaining)
                    && status.Over == (remaining <= 0)
                    && status.Refuses == (remaining <= 0 && enforcement == Enforcement.Hard);
            },
            iter: 5_000);

    [Test]
    public void A_budget_is_over_exactly_when_its_limit_is_not_above_the_used_amount() =>
        Gen.Select(Amounts, Amounts, Gen.Long[1, 1_000_000_000]).Sample(
            (spent, reserved, step) =>
            {
                var used = spent + reserved;
                return !Status(used + new Money(step), spent, reserved, Enforcement.Hard).Over
                    && Status(used, spent, reserved, Enforcement.Hard).Over
                    && Status(used - new Money(step), spent, reserved, Enforcement.Hard).Over;
            },
            iter: 2_000);
}
