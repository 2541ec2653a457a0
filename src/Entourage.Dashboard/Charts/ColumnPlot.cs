using Entourage.Application.Costs;
using Entourage.Domain;

namespace Entourage.Dashboard.Charts;

/// <summary>The content of a column chart.</summary>
/// <param name="Names">The full name of each column.</param>
/// <param name="Marks">The labels below the columns.</param>
/// <param name="Series">The series, which are stacked in this order.</param>
public sealed record ColumnPlot(IReadOnlyList<string> Names, IReadOnlyList<AxisMark> Marks, IReadOnlyList<ColumnSeries> Series)
{
    /// <summary>The total (USD) of each column in the span before; null without a comparison.</summary>
    public IReadOnlyList<MoneyTotal>? Previous { get; init; }

    /// <summary>The total (USD) of each column.</summary>
    public IReadOnlyList<MoneyTotal> Totals { get; } =
        [.. Names.Select((_, i) => MoneyTotal.Sum(Series.Select(series => series.Costs[i])))];

    /// <summary>Returns the columns of a series of costs.</summary>
    /// <param name="costs">The costs.</param>
    /// <param name="nameless">The name of the series without an item.</param>
    public static ColumnPlot Of(CostSeriesResponse costs, string nameless)
    {
        ArgumentNullException.ThrowIfNull(costs);
        return new(
            [.. costs.Starts.Select(at => TimeAxis.NameOf(at, costs.Grain, costs.Timezone))],
            TimeAxis.OfSteps(costs.Starts, costs.Grain, costs.Timezone),
            ColumnSeries.Of(costs, nameless))
        { Previous = costs.Previous };
    }

    /// <summary>Returns one column a day.</summary>
    /// <param name="name">The name of the amounts.</param>
    /// <param name="days">The days in order, with their amounts (USD).</param>
    public static ColumnPlot OfDays(string name, IReadOnlyList<(DateOnly Day, MoneyTotal Cost)> days)
    {
        DateTimeOffset[] starts = [.. days.Select(day => new DateTimeOffset(day.Day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero))];
        return new(
            [.. starts.Select(at => TimeAxis.NameOf(at, CostGrain.Day, "UTC"))],
            TimeAxis.OfSteps(starts, CostGrain.Day, "UTC"),
            ColumnSeries.One(name, [.. days.Select(day => day.Cost)]));
    }
}
