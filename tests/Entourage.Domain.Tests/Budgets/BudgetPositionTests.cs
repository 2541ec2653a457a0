using CsCheck;
using Entourage.Domain.Budgets;

namespace Entourage.Domain.Tests.Budgets;

internal sealed class BudgetPositionTests
{
    private static readonly Gen<Money> Amounts = Gen.OneOf(Gen.Long[0, 10], Gen.Long[0, 5_000_000_000]).Select(nanos => new Money(nanos));

    private static readonly Gen<BudgetStatus> Statuses = Gen.Select(
        Amounts, Gen.Bool, Amounts, Amounts, Gen.Enum<Enforcement>(),
        (limit, isCapped, spent, reserved, enforcement) => Status("x", isCapped ? limit : null, spent, reserved, enforcement));

    private static readonly Gen<BudgetPosition> Positions = Statuses.Array[0, 6].Select(statuses =>
        new BudgetPosition([.. statuses.Select((status, i) => status with { Budget = status.Budget with { Window = WindowOf($"{i}") } })]));

    private static BudgetWindow WindowOf(string id) => new(BudgetScope.Team, id, BudgetPeriod.Day, new DateOnly(2026, 3, 4));

    private static BudgetStatus Status(string id, Money? limit, Money spent, Money reserved, Enforcement enforcement) =>
        new(new Budget(WindowOf(id), limit, enforcement, ResetsAt: null), new Spending(spent, reserved));

    private static BudgetStatus Status(string id, decimal? limit, decimal spent, decimal reserved = 0, Enforcement enforcement = Enforcement.Hard) =>
        Status(id, limit is { } usd ? Some.Usd(usd) : null, Some.Usd(spent), Some.Usd(reserved), enforcement);

    private static BudgetPosition Of(params BudgetStatus[] statuses) => new(statuses);

    [Test]
    public void The_budget_with_the_least_remaining_refuses_a_start_first()
    {
        var position = Of(Status("even", 5, 4, 1), Status("left", 5, 4), Status("over", 5, 7), Status("watched", 5, 9, 0, Enforcement.Observe));
        Assert.That(position.Refusing.Select(status => status.Budget.Window.ScopeId), Is.EqualTo(new[] { "over", "even" }));
    }

    [TestCase("10", "4", "1", "5")]
    [TestCase("10", "4", "6", "0")]
    [TestCase("10", "11", "0", "0")]
    [TestCase("0", "0", "0", "0")]
    public void The_reservable_amount_is_what_remains_but_never_negative(decimal limit, decimal spent, decimal reserved, decimal reservable) =>
        Assert.That(Status("x", limit, spent, reserved).Reservable, Is.EqualTo(Some.Usd(reservable)));

    [Test]
    public void A_budget_without_a_limit_or_that_observes_bounds_no_reservation()
    {
        var (uncapped, watching) = (Status("uncapped", null, 9), Status("watching", 5, 9, 0, Enforcement.Observe));
        Assert.Multiple(() =>
        {
            Assert.That((uncapped.IsHardCap, uncapped.Reservable), Is.EqualTo((false, (Money?)null)));
            Assert.That((watching.IsHardCap, watching.Reservable), Is.EqualTo((false, (Money?)null)));
            Assert.That(Of(uncapped, watching).Reservable, Is.Null);
            Assert.That(Of(uncapped, watching).RefusingToReserve(Money.LargestInput), Is.Empty);
            Assert.That(Of().Reservable, Is.Null);
        });
    }

    [TestCase("4.999999999", false)]
    [TestCase("5", false)]
    [TestCase("5.000000001", true)]
    public void A_reservation_is_refused_from_the_first_nano_dollar_above_the_remaining_amount(decimal amount, bool refused)
    {
        var status = Status("x", 10, 4, 1);
        Assert.That(status.RefusesToReserve(Some.Usd(amount)), Is.EqualTo(refused));
        Assert.That(status.IsHardCap, Is.True);
    }

    [Test]
    public void An_exhausted_budget_refuses_to_reserve_zero()
    {
        Assert.That(Status("x", 5, 5).RefusesToReserve(Money.Zero), Is.True);
        Assert.That(Status("x", 5, 4).RefusesToReserve(Money.Zero), Is.False);
    }

    [Test]
    public void The_tightest_budget_that_a_reservation_would_exceed_comes_first()
    {
        var position = Of(Status("wide", 10, 8), Status("tight", 10, 9), Status("free", 10, 0));
        Assert.That(position.Reservable, Is.EqualTo(Some.Usd(1)));
        Assert.That(
            position.RefusingToReserve(Some.Usd(2.5m)).Select(status => status.Budget.Window.ScopeId), Is.EqualTo(new[] { "tight", "wide" }));
    }

    [Test]
    public void The_reservable_amount_is_exactly_the_largest_that_no_budget_refuses() =>
        Gen.Select(Positions, Amounts).Sample(
            (position, amount) =>
            {
                var isRefused = position.RefusingToReserve(amount).Any();
                var most = position.Reservable;
                return isRefused == (amount > most || position.Refusing.Any())
                    && (most is null || most == Money.Zero || !position.RefusingToReserve(most.Value).Any())
                    && (most is null || position.RefusingToReserve(most.Value + new Money(1)).Any());
            },
            iter: 5_000);

    // The first budget has the reservation and 1 left. The other one, such as that of the day before, has 3 left.
    [TestCase("4", "5", false, "0")]
    [TestCase("5", "5", false, "0")]
    [TestCase("5.000000001", "5", false, "0.000000001")]
    [TestCase("7", "5", false, "2")]
    [TestCase("7", "5", true, "4")]
    [TestCase("4", "5", true, "1")]
    [TestCase("3", "5", true, "0")]
    public void Cost_beyond_the_reservation_or_the_other_budgets_remainder_is_an_overrun(
        decimal cost, decimal reserved, bool isElsewhere, decimal overrun)
    {
        var (held, other) = (Status("held", 10, 4, 5), Status("other", 10, 7));
        var position = isElsewhere ? Of(held, other) : Of(held);
        Assert.That(position.OverrunOf(Some.Usd(cost), Some.Usd(reserved), [held.Budget.Window]), Is.EqualTo(Some.Usd(overrun)));
    }

    [TestCase("1", "0")]
    [TestCase("2", "0")]
    [TestCase("2.000000001", "0.000000001")]
    [TestCase("6", "4")]
    public void Without_a_reservation_cost_beyond_the_tightest_budget_is_an_overrun(decimal cost, decimal overrun)
    {
        var position = Of(Status("wide", 10, 4), Status("tight", 10, 4, 4), Status("watching", 1, 4, 0, Enforcement.Observe), Status("uncapped", null, 4));
        Assert.That(position.OverrunOf(Some.Usd(cost), reserved: null, reservedWindows: []), Is.EqualTo(Some.Usd(overrun)));
    }

    [Test]
    public void The_whole_cost_is_an_overrun_if_a_budget_is_already_over() =>
        Assert.That(Of(Status("over", 5, 7)).OverrunOf(Some.Usd(2), reserved: null, reservedWindows: []), Is.EqualTo(Some.Usd(2)));

    [Test]
    public void An_overrun_is_never_negative_nor_more_than_the_cost() =>
        Gen.Select(Positions, Amounts, Amounts, Gen.Bool, Gen.Int[0, 6]).Sample(
            (position, cost, reserved, isReserved, held) =>
            {
                var windows = position.Budgets.Take(held).Select(status => status.Budget.Window).ToArray();
                var overrun = position.OverrunOf(cost, isReserved ? reserved : null, isReserved ? windows : []);
                return overrun >= Money.Zero && overrun <= cost;
            },
            iter: 5_000);

    [Test]
    public void Spending_is_added_and_subtracted_amount_by_amount()
    {
        var (left, right) = (new Spending(Some.Usd(5), Some.Usd(2)), new Spending(Some.Usd(1.5m), Some.Usd(3)));
        Assert.Multiple(() =>
        {
            Assert.That(left + right, Is.EqualTo(new Spending(Some.Usd(6.5m), Some.Usd(5))));
            Assert.That(left - right, Is.EqualTo(new Spending(Some.Usd(3.5m), Some.Usd(-1))));
            Assert.That(default(Spending), Is.EqualTo(new Spending(Money.Zero, Money.Zero)));
            Assert.That(left.ToString(), Is.EqualTo("5.00 USD spent, 2.00 reserved"));
        });
    }

    [Test]
    [SetCulture("th-TH")]
    public void The_text_of_a_window_is_the_same_in_every_culture() =>
        Assert.That(WindowOf("t").ToString(), Is.EqualTo("Team t, Day from 2026-03-04"));

    [Test]
    public void A_cost_of_zero_or_less_is_no_overrun() =>
        Assert.That(
            new[] { 0m, -1m }.Select(usd => Of(Status("over", 5, 7)).OverrunOf(Some.Usd(usd), reserved: null, reservedWindows: [])),
            Is.All.EqualTo(Money.Zero));

    [Test]
    public void A_forecast_uses_the_day_of_the_same_scope_and_id_only()
    {
        var cap = Forecast(BudgetScope.Team, "own", BudgetPeriod.Week, 1);
        var days = new[] { Forecast(BudgetScope.Agent, "own", BudgetPeriod.Day, 9), Forecast(BudgetScope.Team, "other", BudgetPeriod.Day, 9) };
        Assert.That(Of([.. days, cap]).CapReachedAt(cap, Some.Now), Is.Null);
        Assert.That(
            Of([.. days, Forecast(BudgetScope.Team, "own", BudgetPeriod.Day, 3), cap]).CapReachedAt(cap, Some.Now), Is.EqualTo(Some.Now.AddHours(3)));

        static BudgetStatus Forecast(BudgetScope scope, string id, BudgetPeriod period, decimal spent) => new(
            new(new(scope, id, period, new(2026, 3, 4)), Some.Usd(4), Enforcement.Hard, Some.Now.AddDays(3)) { StartsAt = Some.Now.AddHours(-3) },
            new(Some.Usd(spent), Money.Zero));
    }
}
