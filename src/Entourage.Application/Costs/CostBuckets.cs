using Entourage.Domain.Budgets;

namespace Entourage.Application.Costs;

/// <summary>Divides the range of a report into local hours, days or months.</summary>
internal static class CostBuckets
{
    // More steps would be narrower on a chart than a finger or a pointer can hit.
    private const int MaxDays = 124;
    private const int MaxSteps = 1_200;

    /// <summary>Returns the finest grain that still fits a chart.</summary>
    /// <param name="range">The range of the report.</param>
    /// <param name="now">The current time (UTC), which is the end of an open range.</param>
    public static CostGrain GrainOf(CostRange range, DateTimeOffset now) =>
        range.SupportsHours(now) ? CostGrain.Hour
        : range.From is { } from && ((range.To ?? now) - from).TotalDays <= MaxDays ? CostGrain.Day
        : CostGrain.Month;

    /// <summary>Returns when the step that contains an instant began (UTC).</summary>
    public static DateTimeOffset StartOf(DateTimeOffset instant, CostGrain grain, BudgetCalendar calendar)
    {
        if (grain == CostGrain.Hour)
        {
            return calendar.HourOf(instant);
        }

        var day = calendar.DateOf(instant);
        return calendar.StartOf(grain == CostGrain.Day ? day : new DateOnly(day.Year, day.Month, 1));
    }

    /// <summary>Returns the starts of all steps of a range (UTC), in order.</summary>
    /// <param name="range">The range. An open side ends at the first or the last cost.</param>
    /// <param name="grain">The length of the steps.</param>
    /// <param name="calendar">The calendar of the steps.</param>
    /// <param name="spent">The starts of the steps with costs.</param>
    /// <param name="now">The current time (UTC), which an open range includes.</param>
    public static IReadOnlyList<DateTimeOffset> Of(
        CostRange range, CostGrain grain, BudgetCalendar calendar, IReadOnlyCollection<DateTimeOffset> spent, DateTimeOffset now)
    {
        var first = range.From ?? (spent.Count == 0 ? now : spent.Min());
        var last = range.To is { } to ? to - TimeSpan.FromTicks(1) : spent.Count == 0 ? now : Later(spent.Max(), now);
        List<DateTimeOffset> starts = [];
        for (var at = StartOf(first, grain, calendar); at <= last && starts.Count < MaxSteps; at = Next(at, grain, calendar))
        {
            starts.Add(at);
        }

        return starts;
    }

    /// <summary>Returns the span before a range, with as many local days; null for an open range.</summary>
    public static CostRange? Before(CostRange range, BudgetCalendar calendar)
    {
        if (range is not { From: { } from, To: { } to })
        {
            return null;
        }

        var (first, end) = (calendar.DateOf(from), calendar.DateOf(to));
        return calendar.StartOf(first) == from && calendar.StartOf(end) == to
            ? new(calendar.StartOf(first.AddDays(first.DayNumber - end.DayNumber)), from)
            : new(from - (to - from), from);
    }

    private static DateTimeOffset Next(DateTimeOffset at, CostGrain grain, BudgetCalendar calendar) => grain switch
    {
        CostGrain.Hour => calendar.HourOf(at.AddHours(1)),
        CostGrain.Day => calendar.StartOf(calendar.DateOf(at).AddDays(1)),
        _ => calendar.StartOf(calendar.DateOf(at).AddMonths(1)),
    };

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
