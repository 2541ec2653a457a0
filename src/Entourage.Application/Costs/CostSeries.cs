using Entourage.Domain;

namespace Entourage.Application.Costs;

/// <summary>The costs of one item in each step.</summary>
internal sealed record CostSeries(string Item, IReadOnlyList<MoneyTotal> Costs)
{
    /// <summary>Arranges costs by item and step, most expensive item first.</summary>
    /// <param name="costs">The cost (USD) of each step and item. Steps without costs are missing.</param>
    /// <param name="starts">All steps.</param>
    public static IReadOnlyList<CostSeries> Of(
        IReadOnlyDictionary<(DateTimeOffset At, string Item), MoneyTotal> costs, IReadOnlyList<DateTimeOffset> starts) =>
    [
        .. costs.GroupBy(cost => cost.Key.Item, StringComparer.Ordinal)
            .Select(item => (Item: item.Key, Costs: item.ToDictionary(cost => cost.Key.At, cost => cost.Value)))
            .Select(item => new CostSeries(item.Item, [.. starts.Select(at => item.Costs.GetValueOrDefault(at))]))
            .OrderByDescending(series => MoneyTotal.Sum(series.Costs))
            .ThenBy(series => series.Item, StringComparer.Ordinal),
    ];

    /// <summary>Adds up all items in each step, for a number of steps that can differ from the number of starts.</summary>
    public static IReadOnlyList<MoneyTotal> Totals(
        IReadOnlyDictionary<(DateTimeOffset At, string Item), MoneyTotal> costs, IReadOnlyList<DateTimeOffset> starts, int count)
    {
        var sums = costs.GroupBy(cost => cost.Key.At).ToDictionary(step => step.Key, step => MoneyTotal.Sum(step.Select(cost => cost.Value)));
        return [.. Enumerable.Range(0, count).Select(i => i < starts.Count ? sums.GetValueOrDefault(starts[i]) : MoneyTotal.Zero)];
    }
}
