using Entourage.Application.Budgets;
using Entourage.Dashboard.Components;
using Entourage.Domain;
using Entourage.Domain.Budgets;

namespace Entourage.Dashboard.Tests;

internal sealed class BudgetForecastTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 10, 12, 0, 0, TimeSpan.Zero);

    [TestCase(4, true, "today at 18:00", "near")]
    [TestCase(9, true, "today at 17:00", "near", "America/New_York")]
    [TestCase(40, true, "12 Jun 06:00", "near")]
    [TestCase(40, false, "12 Jun 06:00", "")]
    [TestCase(3_000, false, "in over 90 days", "")]
    [TestCase(null, true, "not before the window ends", "")]
    [TestCase(null, false, "nothing spent today", "")]
    public void A_forecast_is_described_in_the_time_zone_of_the_budget(int? hours, bool resets, string text, string level, string zone = "Europe/Berlin")
    {
        var budget = Budget(hours, resets, over: false, zone);
        Assert.That((BudgetForecast.TextOf(budget, Noon), BudgetForecast.LevelOf(budget)), Is.EqualTo((text, level)));
    }

    [Test]
    public void A_budget_with_nothing_left_is_reached()
    {
        var budget = Budget(null, resets: true, over: true, "UTC");
        Assert.That((BudgetForecast.TextOf(budget, Noon), BudgetForecast.LevelOf(budget)), Is.EqualTo(("reached", "over")));
    }

    private static BudgetItemResponse Budget(int? hours, bool resets, bool over, string zone) => new("Core", null, null, zone, new(
        BudgetScope.Team,
        "1",
        BudgetPeriod.Week,
        Enforcement.Hard,
        Money.FromUsd(10),
        Money.FromUsd(1),
        Money.Zero,
        Money.FromUsd(9),
        over,
        resets ? Noon.AddDays(5) : null,
        hours is { } later ? Noon.AddHours(later) : null));
}
