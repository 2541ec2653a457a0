using Entourage.Domain;

namespace Entourage.Application.Costs;

/// <summary>The length of the steps of a series of costs.</summary>
public enum CostGrain
{
    /// <summary>A local hour.</summary>
    Hour,

    /// <summary>A local day.</summary>
    Day,

    /// <summary>A local month.</summary>
    Month,
}

/// <summary>Costs over time. The series add up to the cost of the range.</summary>
public sealed record CostSeriesResponse
{
    /// <summary>The start of the range (UTC); null if unbounded.</summary>
    public required DateTimeOffset? From { get; init; }

    /// <summary>The end of the range (UTC, exclusive); null if unbounded.</summary>
    public required DateTimeOffset? To { get; init; }

    /// <summary>The start of the span that the range is compared with (UTC); null without a comparison.</summary>
    public required DateTimeOffset? PreviousFrom { get; init; }

    /// <summary>The IANA time zone of the steps.</summary>
    public required string Timezone { get; init; }

    /// <summary>The length of a step.</summary>
    public required CostGrain Grain { get; init; }

    /// <summary>The start of each step (UTC), in order, including steps without costs.</summary>
    public required IReadOnlyList<DateTimeOffset> Starts { get; init; }

    /// <summary>The series, most expensive first.</summary>
    public required IReadOnlyList<CostSeriesLine> Series { get; init; }

    /// <summary>The costs (USD) of the steps of the span before the range, as many as <see cref="Starts"/>; null without a comparison.</summary>
    public required IReadOnlyList<MoneyTotal>? Previous { get; init; }
}

/// <summary>The costs of one team, agent, task or model over time.</summary>
/// <param name="Item">The id of the team, agent or task, or the model; empty for costs of none.</param>
/// <param name="Name">Its name; null for costs of none.</param>
/// <param name="Costs">The cost (USD) of each step.</param>
public sealed record CostSeriesLine(string Item, string? Name, IReadOnlyList<MoneyTotal> Costs)
{
    /// <summary>The cost of all steps (USD).</summary>
    public MoneyTotal Total { get; } = MoneyTotal.Sum(Costs);
}
