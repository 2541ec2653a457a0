using Entourage.Domain.Budgets;

namespace Entourage.Domain.Tests.Budgets;

internal sealed class SpendForecastTests
{
    private static readonly DateTimeOffset Ends = TestTime.Now.AddDays(10);

    [Test]
    public void The_rest_goes_on_at_the_recent_rate() => Assert.That(
        SpendForecast.AtEnd(Money.FromUsd(100), Money.FromUsd(14), TestTime.Now.AddDays(-7), TestTime.Now, Ends), Is.EqualTo(Money.FromUsd(120)));

    [Test]
    public void A_dollar_in_the_first_minutes_is_not_a_dollar_every_few_minutes() => Assert.That(
        SpendForecast.AtEnd(Money.FromUsd(1), Money.FromUsd(1), TestTime.Now.AddMinutes(-5), TestTime.Now, Ends), Is.EqualTo(Money.FromUsd(11)));

    [Test]
    public void What_is_as_large_as_it_can_be_is_reckoned_with() => Assert.That(
        SpendForecast.AtEnd(Money.Zero, Money.FromUsd(800_000_000), TestTime.Now.AddDays(-1), TestTime.Now, Ends), Is.EqualTo(Money.FromUsd(8_000_000_000)));
}
