using CsCheck;
using Entourage.Domain.Budgets;

namespace Entourage.Domain.Tests.Budgets;

/// <summary>Forecasts of when a cap is reached at the rate of today.</summary>
internal sealed class CapReachedAtTests
{
    private static readonly DateTimeOffset Midnight = TestTime.Parse("2026-11-23T00:00Z");

    [TestCase("5", "5", "2026-11-23T12:00Z", null)] // at the end of the day, when it resets
    [TestCase("5.000000001", "5", "2026-11-23T12:00Z", null)]
    [TestCase("4.99", "5", "2026-11-23T12:00Z", "2026-11-23T23:58:34Z")] // rounded up
    [TestCase("4", "2", "2026-11-23T06:00Z", "2026-11-23T18:00:00Z")]
    [TestCase("4", "3", "2026-11-23T06:00Z", "2026-11-23T14:00:00Z")]
    [TestCase("1", "3", "2026-11-23T00:30Z", "2026-11-23T00:50:00Z")] // three dollars per hour, not six
    [TestCase("1", "3", "2026-11-23T00:00Z", "2026-11-23T00:20:00Z")]
    [TestCase("1", "7", "2026-11-23T01:00Z", "2026-11-23T01:08:35Z")]
    [TestCase("0", "7", "2026-11-23T06:00Z", null)]
    [TestCase("-1", "7", "2026-11-23T06:00Z", null)]
    [TestCase("1", "0", "2026-11-23T06:00Z", null)]
    public void A_cap_is_reached_at_the_rate_since_midnight(decimal remaining, decimal today, string now, string? reached) => Assert.That(
        SpendForecast.CapReachedAt(Some.Usd(remaining), Some.Usd(today), Midnight, TestTime.Parse(now), Midnight.AddDays(1)),
        Is.EqualTo(reached is null ? (DateTimeOffset?)null : TestTime.Parse(reached)));

    [Test]
    public void A_forecast_of_any_size_is_between_now_and_the_end_of_the_window() => Gen.Select(
        Gen.Long[1, 8_000_000_000_000_000_000], Gen.Long[1, 8_000_000_000_000_000_000], Gen.Int[0, 86_399]).Sample((remaining, today, second) =>
    {
        var now = Midnight.AddSeconds(second);
        var ends = Midnight.AddDays(8);
        var hours = Math.Max(second, 3_600) / 3_600m;
        var reached = SpendForecast.CapReachedAt(new Money(remaining), new Money(today), Midnight, now, ends);
        var exact = remaining * hours / today;
        return reached is { } at
            ? at >= now && at < ends && Math.Abs((decimal)(at - now).TotalHours - exact) < 0.0005m
            : exact > (decimal)(ends - now).TotalHours - 0.0005m;
    });

    [Test]
    public void Weekly_and_monthly_caps_use_the_daily_rate_of_their_scope()
    {
        var team = Some.Team("America/New_York");
        var policy = BudgetPolicy.ForWindows(team, Guid.CreateVersion7(TestTime.Now)) with
        {
            OrganisationLimits = new() { Daily = Some.Usd(100), Monthly = Some.Usd(1_000) },
            TeamLimits = new() { Daily = Some.Usd(8), Weekly = Some.Usd(20), Monthly = Some.Usd(21), AgentDaily = Some.Usd(2), Task = Some.Usd(9), Session = Some.Usd(9) },
            Task = new TaskCap(7, OwnLimit: null, default),
            SessionPath = [11],
        };

        // 12:00 UTC is 07:00 on a Monday in New York. The team spends a dollar per hour and the agent a quarter of it.
        var spent = new Dictionary<(BudgetScope, BudgetPeriod), decimal>
        {
            [(BudgetScope.Organisation, BudgetPeriod.Day)] = 24m,
            [(BudgetScope.Organisation, BudgetPeriod.Month)] = 976m,
            [(BudgetScope.Team, BudgetPeriod.Day)] = 7m,
            [(BudgetScope.Team, BudgetPeriod.Week)] = 7m,
            [(BudgetScope.Team, BudgetPeriod.Month)] = 21m,
            [(BudgetScope.Agent, BudgetPeriod.Day)] = 1.75m,
            [(BudgetScope.Task, BudgetPeriod.Total)] = 1m,
            [(BudgetScope.Session, BudgetPeriod.Total)] = 1m,
        };
        var position = new BudgetPosition([.. policy.BudgetsAt(TestTime.Now).Select(budget =>
            new BudgetStatus(budget, new(Some.Usd(spent[(budget.Window.Scope, budget.Window.Period)]), Money.Zero)))]);

        Assert.That(
            position.Budgets.Select(budget => (budget.Budget.Window.Scope, budget.Budget.Window.Period, position.CapReachedAt(budget, TestTime.Now))),
            Is.EqualTo(new (BudgetScope, BudgetPeriod, DateTimeOffset?)[]
            {
                (BudgetScope.Organisation, BudgetPeriod.Day, null),
                (BudgetScope.Organisation, BudgetPeriod.Month, TestTime.Now.AddHours(12)),
                (BudgetScope.Team, BudgetPeriod.Day, TestTime.Now.AddHours(1)),
                (BudgetScope.Team, BudgetPeriod.Week, TestTime.Now.AddHours(13)),
                (BudgetScope.Team, BudgetPeriod.Month, null),
                (BudgetScope.Agent, BudgetPeriod.Day, TestTime.Now.AddHours(1)),
                (BudgetScope.Task, BudgetPeriod.Total, null),
                (BudgetScope.Session, BudgetPeriod.Total, null),
            }));
    }

    [Test]
    public void Reserved_money_reduces_the_remainder_but_not_the_rate()
    {
        var policy = BudgetPolicy.ForWindows(Some.Team(), Guid.CreateVersion7(TestTime.Now)) with { TeamLimits = new() { Daily = Some.Usd(10) } };
        var budgets = policy.BudgetsAt(TestTime.Now).Where(budget => budget.Window is { Scope: BudgetScope.Team, Period: BudgetPeriod.Day });
        var position = new BudgetPosition([.. budgets.Select(budget => new BudgetStatus(budget, new(Some.Usd(6), Some.Usd(2))))]);

        Assert.That(position.CapReachedAt(position.Budgets[0], TestTime.Now), Is.EqualTo(TestTime.Now.AddHours(4)));
    }
}
