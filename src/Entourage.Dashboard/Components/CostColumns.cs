using System.Globalization;
using Entourage.Application.Costs;
using Entourage.Dashboard.Format;

namespace Entourage.Dashboard.Components;

/// <summary>Builds the columns of a cost chart, including days and hours without spending.</summary>
internal static class CostColumns
{
    // More columns would be narrower than a dot. The table has the older days.
    private const int MaxColumns = 400;

    /// <summary>Returns the columns by hour if that is wanted and the report has hours, otherwise by day.</summary>
    public static IReadOnlyList<Column> Of(CostsResponse costs, bool byHour)
    {
        ArgumentNullException.ThrowIfNull(costs);
        return byHour && costs.ByHour is { } hours ? Hours(costs, hours) : Days(costs);
    }

    private static List<Column> Days(CostsResponse costs)
    {
        if (costs.ByDay.Count == 0)
        {
            return [];
        }

        var spent = costs.ByDay.ToDictionary(row => row.Day, row => row.CostUsd);
        var first = costs.From is { } from ? DayOf(from, costs.Timezone) : costs.ByDay[0].Day;

        // The end is exclusive.
        var last = costs.To is { } to ? DayOf(to - TimeSpan.FromTicks(1), costs.Timezone) : costs.ByDay[^1].Day;
        first = last.DayNumber - first.DayNumber >= MaxColumns ? last.AddDays(1 - MaxColumns) : first;
        return
        [
            .. Enumerable.Range(0, last.DayNumber - first.DayNumber + 1)
                .Select(i => first.AddDays(i))
                .Select(day => new Column(CostLine.DayName(day), day.ToString("d MMM", CultureInfo.InvariantCulture), spent.GetValueOrDefault(day))),
        ];
    }

    private static List<Column> Hours(CostsResponse costs, IReadOnlyList<HourCostResponse> hours)
    {
        if (hours.Count == 0)
        {
            return [];
        }

        var spent = hours.ToDictionary(row => row.Hour, row => row.CostUsd);
        var last = costs.To is { } to ? to - TimeSpan.FromTicks(1) : hours[^1].Hour;
        List<Column> columns = [];
        for (var hour = hours[0].Hour; hour <= last && columns.Count < MaxColumns; hour = hour.AddHours(1))
        {
            columns.Add(new(Formatter.Moment(hour, costs.Timezone), Formatter.Minute(hour, costs.Timezone), spent.GetValueOrDefault(hour)));
        }

        return columns;
    }

    private static DateOnly DayOf(DateTimeOffset at, string timezone) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, TimeZoneInfo.FindSystemTimeZoneById(timezone)).DateTime);
}
