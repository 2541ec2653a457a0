using Entourage.Domain.Budgets;

namespace Entourage.Domain.Tests.Budgets;

internal sealed class SpendForecastTests
{
    private static readonly DateTimeOffset Ends = TestTime.Now.AddDays(10);

    [Test]
    public void The_rest_of_a_period_continues_at_the_recent_rate() => Assert.That(
        SpendForecast.AtEnd(Money.FromUsd(100), Money.FromUsd(14), TestTime.Now.AddDays(-7), TestTime.Now, Ends), Is.EqualTo(Money.FromUsd(120)));

    [Test]
    public void Less_than_a_day_of_data_counts_as_a_whole_day() => Assert.That(
        SpendForecast.AtEnd(Money.FromUsd(1), Money.FromUsd(1), TestTime.Now.AddMinutes(-5), TestTime.Now, Ends), Is.EqualTo(Money.FromUsd(11)));

    [Test]
    public void A_forecast_of_large_amounts_does_not_overflow() => Assert.That(
        SpendForecast.AtEnd(Money.Zero, Money.FromUsd(800_000_000), TestTime.Now.AddDays(-1), TestTime.Now, Ends), Is.EqualTo(Money.FromUsd(8_000_000_000)));
}
