using System.Globalization;
using Entourage.Application.Costs;
using Entourage.Dashboard.Format;

namespace Entourage.Dashboard.Components;

/// <summary>How a report groups costs.</summary>
internal enum CostHeading
{
    Day,

    /// <summary>By local hour, for short ranges only.</summary>
    Hour,

    /// <summary>By team, for an organisation only.</summary>
    Team,

    Agent,

    Task,

    Model,
}

/// <summary>A line of a cost report.</summary>
/// <param name="Filter">The query parameter that shows only this line; null if there is none.</param>
public sealed record CostLine(string Name, (string Parameter, string Value)? Filter, CostRow Figures)
{
    /// <summary>Returns the lines of a report by a heading, or by day if the report lacks the heading.</summary>
    internal static IReadOnlyList<CostLine> Of(CostsResponse costs, CostHeading heading)
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
            CostHeading.Model => [.. costs.ByModel.Select(row => new CostLine(row.Model ?? "not specified", row.Model is { } model ? ("model", model) : null, row))],
            _ => [.. costs.ByDay.Select(row => new CostLine(DayName(row.Day), null, row))],
        };
    }

    public static string DayName(DateOnly day) => day.ToString("ddd d MMM yyyy", CultureInfo.InvariantCulture);
}
