using System.Globalization;
using Entourage.Application.Costs;
using Entourage.Dashboard.Charts;
using Entourage.Domain;

namespace Entourage.Dashboard.Tests.Charts;

internal sealed class ColumnSeriesTests
{
    private static readonly DateTimeOffset Midnight = new(2026, 6, 10, 0, 0, 0, TimeSpan.Zero);

    [Test]
    public void The_most_expensive_have_a_colour_and_the_rest_is_added_up()
    {
        var series = ColumnSeries.Of(Costs(9), "none");
        Assert.That(series.Select(one => (one.Name, one.Class)), Is.EqualTo(new[] { ("item-9", "s1"), ("item-8", "s2"), ("item-7", "s3"), ("item-6", "s4"), ("item-5", "s5"), ("Other (4)", "rest") }));
        Assert.That(series[^1].Costs, Is.EqualTo(new[] { Usd(10), Usd(20) }));
        Assert.That(series[^1].Item, Is.Null);
    }

    [Test]
    public void As_many_as_there_are_colours_are_all_shown()
    {
        var series = ColumnSeries.Of(Costs(6), "none");
        Assert.That(series.Select(one => one.Class), Is.EqualTo(new[] { "s1", "s2", "s3", "s4", "s5", "s6" }));
    }

    [Test]
    public void A_series_without_an_item_has_the_given_name()
    {
        var costs = Costs(1) with { Series = [new("", null, [Usd(1), Usd(2)])] };
        Assert.That(ColumnSeries.Of(costs, "no task").Single().Name, Is.EqualTo("no task"));
        Assert.That(ColumnSeries.Of(costs with { Series = [] }, "no task").Single().Total, Is.EqualTo(MoneyTotal.Zero));
    }

    [Test]
    public void Parts_of_a_column_are_stacked_without_those_of_nothing()
    {
        ColumnSeries[] series = [new("a", "s1", [Usd(3)]), new("b", "s2", [Usd(-1)]), new("c", "s3", [Usd(2)])];
        Assert.That(ColumnSeries.Stack(series, 0).Select(part => (part.Series.Name, part.From, part.To)), Is.EqualTo(new[] { ("a", Usd(0), Usd(3)), ("c", Usd(3), Usd(5)) }));
    }

    [Test]
    public void Totals_of_columns_are_those_of_the_series()
    {
        var plot = ColumnPlot.Of(Costs(9), "none");
        Assert.That(plot.Totals, Is.EqualTo(new[] { Usd(45), Usd(90) }));
        Assert.That(plot.Names, Is.EqualTo(new[] { "10 Jun 00:00", "10 Jun 01:00" }));
    }

    private static CostSeriesResponse Costs(int items) => new()
    {
        From = Midnight,
        To = Midnight.AddHours(2),
        PreviousFrom = null,
        Timezone = "UTC",
        Grain = CostGrain.Hour,
        Starts = [Midnight, Midnight.AddHours(1)],
        Series =
        [
            .. Enumerable.Range(1, items).Reverse()
                .Select(i => new CostSeriesLine(i.ToString(CultureInfo.InvariantCulture), $"item-{i}", [Usd(i), Usd(2 * i)])),
        ],
        Previous = null,
    };

    private static MoneyTotal Usd(decimal usd) => MoneyTotal.FromUsd(usd);
}
