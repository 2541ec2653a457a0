using System.Globalization;
using Entourage.Application.Costs;
using Entourage.Application.Json;
using Entourage.Dashboard.Format;

namespace Entourage.Dashboard.Components;

/// <summary>By what costs are told apart.</summary>
public enum CostHeading
{
    /// <summary>By local day.</summary>
    Day,

    /// <summary>By local hour; of short ranges alone.</summary>
    Hour,

    /// <summary>By team; of an organisation alone.</summary>
    Team,

    /// <summary>By agent.</summary>
    Agent,

    /// <summary>By task.</summary>
    Task,

    /// <summary>By model.</summary>
    Model,
}

/// <summary>A row of a report of costs.</summary>
/// <param name="Name">What it is of.</param>
/// <param name="Filter">What to ask for to see it alone; null where that cannot be asked for.</param>
/// <param name="Figures">Its figures.</param>
public sealed record CostLine(string Name, (string Parameter, string Value)? Filter, CostRow Figures)
{
    /// <summary>The rows of a report.</summary>
    /// <param name="costs">The report.</param>
    /// <param name="heading">By what; by day where the report does not have it.</param>
    public static IReadOnlyList<CostLine> Of(CostsResponse costs, CostHeading heading)
    {
        ArgumentNullException.ThrowIfNull(costs);
        return heading switch
        {
            CostHeading.Hour when costs.ByHour is { } hours => [.. hours.Select(row => new CostLine(Formatter.Moment(row.Hour, costs.Timezone), null, row))],
            CostHeading.Team when costs.ByTeam is { } teams => [.. teams.Select(row => new CostLine(row.TeamName, null, row))],
            CostHeading.Agent => [.. costs.ByAgent.Select(row => new CostLine(row.AgentName, ("agent", row.AgentId.ToString()), row))],
            CostHeading.Task => [.. costs.ByTask.Select(row => new CostLine(
                row.TaskId is null ? "no task" : $"{row.TaskTitle} #{row.TaskId}",
                row.TaskId is { } id ? ("task", id.ToString(CultureInfo.InvariantCulture)) : null,
                row))],
            CostHeading.Model => [.. costs.ByModel.Select(row => new CostLine(row.Model ?? "unstated", row.Model is { } model ? ("model", model) : null, row))],
            _ => [.. costs.ByDay.Select(row => new CostLine(DayName(row.Day), null, row))],
        };
    }

    /// <summary>What a day is called.</summary>
    public static string DayName(DateOnly day) => day.ToString("ddd d MMM yyyy", CultureInfo.InvariantCulture);

    /// <summary>The name of a heading in addresses.</summary>
    public static string NameOf(CostHeading heading) => EnumNames.Of(heading);
}
