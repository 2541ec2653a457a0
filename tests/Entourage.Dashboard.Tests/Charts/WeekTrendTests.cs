using Entourage.Application.Costs;
using Entourage.Dashboard.Charts;
using Entourage.Domain;

namespace Entourage.Dashboard.Tests.Charts;

internal sealed class WeekTrendTests
{
    private static readonly DateTimeOffset First = new(2026, 6, 4, 0, 0, 0, TimeSpan.Zero);

    [Test]
    public void Days_are_compared_with_the_same_days_of_the_week_before()
    {
        var trend = WeekTrend.Of(new()
        {
            From = First,
            To = First.AddDays(7),
            PreviousFrom = First.AddDays(-7),
            Timezone = "UTC",
            Grain = CostGrain.Day,
            Starts = [.. Enumerable.Range(0, 7).Select(i => First.AddDays(i))],
            Series = [new("a", "a", Usd(0, 0, 0, 0, 0, 2, 3)), new("b", "b", Usd(1, 0, 0, 0, 0, 4, 0))],
            Previous = Usd(0, 0, 0, 0, 0, 5, 7),
        });
        Assert.That(trend, Is.EqualTo(new WeekTrend(Usd(3)[0], Usd(7)[0], Usd(6)[0], Usd(5)[0], Usd(10)[0], Usd(12)[0])));
    }

    private static MoneyTotal[] Usd(params decimal[] amounts) => [.. amounts.Select(MoneyTotal.FromUsd)];
}
