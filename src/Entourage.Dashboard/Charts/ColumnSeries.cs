using Entourage.Application.Costs;
using Entourage.Domain;

namespace Entourage.Dashboard.Charts;

/// <summary>One colour of a column chart.</summary>
/// <param name="Name">The name in the legend.</param>
/// <param name="Class">The style class of its colour.</param>
/// <param name="Costs">The cost (USD) of each column.</param>
/// <param name="Item">The id of the agent, task or other item behind it; null for the sum of several.</param>
public sealed record ColumnSeries(string Name, string Class, IReadOnlyList<MoneyTotal> Costs, string? Item = null)
{
    /// <summary>The most series with a colour of their own. More colours are hard to tell apart.</summary>
    public const int MaxColours = 6;

    /// <summary>The cost of all columns (USD).</summary>
    public MoneyTotal Total { get; } = MoneyTotal.Sum(Costs);

    /// <summary>Returns a single series without a split.</summary>
    public static IReadOnlyList<ColumnSeries> One(string name, IReadOnlyList<MoneyTotal> costs) => [new(name, "s1", costs)];

    /// <summary>Returns the most expensive series in order, and the sum of the others as the last.</summary>
    /// <param name="costs">The costs.</param>
    /// <param name="nameless">The name of the series without an item, such as <c>no task</c>.</param>
    public static IReadOnlyList<ColumnSeries> Of(CostSeriesResponse costs, string nameless)
    {
        ArgumentNullException.ThrowIfNull(costs);
        if (costs.Series.Count == 0)
        {
            return One(nameless, [.. costs.Starts.Select(_ => MoneyTotal.Zero)]);
        }

        // A single further one needs no more room than "Other".
        var shown = costs.Series.Count <= MaxColours ? costs.Series.Count : MaxColours - 1;
        List<ColumnSeries> series = [.. costs.Series.Take(shown).Select((line, i) => new ColumnSeries(line.Name ?? nameless, $"s{i + 1}", line.Costs, line.Item))];
        if (shown < costs.Series.Count)
        {
            var others = costs.Series.Skip(shown).ToArray();
            series.Add(new(
                $"Other ({others.Length})",
                "rest",
                [.. costs.Starts.Select((_, i) => MoneyTotal.Sum(others.Select(line => line.Costs[i])))]));
        }

        return series;
    }

    /// <summary>Returns the lower and the upper end of each series (USD) in one column, stacked from zero.</summary>
    public static IEnumerable<(ColumnSeries Series, MoneyTotal From, MoneyTotal To)> Stack(IReadOnlyList<ColumnSeries> series, int column)
    {
        var sum = MoneyTotal.Zero;
        foreach (var one in series)
        {
            // A correction can make an hour negative. It has no height.
            if (one.Costs[column] > MoneyTotal.Zero)
            {
                yield return (one, sum, sum += one.Costs[column]);
            }
        }
    }
}
