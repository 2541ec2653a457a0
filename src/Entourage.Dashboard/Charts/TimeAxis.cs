using System.Globalization;
using Entourage.Application.Costs;

namespace Entourage.Dashboard.Charts;

/// <summary>Places the labels of a time axis at round local times, each with a different text.</summary>
internal static class TimeAxis
{
    private const int MaxMarks = 8;
    private const int HoursOfDay = 24;

    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    // The distances between the marks of a span, in seconds. All divide a day.
    private static readonly int[] Seconds =
        [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 14_400, 21_600, 43_200];

    private static readonly int[] HourStrides = [1, 2, 3, 4, 6, 12];
    private static readonly int[] DayStrides = [1, 2, 3, 4, 5, 7, 10, 14, 21, 28];
    private static readonly int[] MonthStrides = [1, 2, 3, 6, 12, 24, 60, 120];

    /// <summary>Returns the marks of a continuous span of time.</summary>
    /// <param name="from">The time at the start of the axis.</param>
    /// <param name="to">The time at its end.</param>
    /// <param name="timezone">The IANA time zone of the labels.</param>
    public static IReadOnlyList<AxisMark> OfSpan(DateTimeOffset from, DateTimeOffset to, string timezone)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(timezone);
        var length = to > from ? to - from : TimeSpan.FromTicks(1);
        var seconds = Array.Find(Seconds, step => length.TotalSeconds / step <= MaxMarks + 1);
        var step = seconds > 0 ? TimeSpan.FromSeconds(seconds) : TimeSpan.FromDays(Math.Max(1, Math.Ceiling(length.TotalDays / MaxMarks)));
        var (start, end) = (TimeZoneInfo.ConvertTime(from, zone).DateTime, TimeZoneInfo.ConvertTime(from + length, zone).DateTime);
        var format = step >= TimeSpan.FromDays(1) ? "d MMM"
            : start.Date != end.AddTicks(-1).Date ? "d MMM HH:mm"
            : step < TimeSpan.FromMinutes(1) ? "HH:mm:ss"
            : "HH:mm";

        // Counted from local midnight, so that the marks are at round times.
        var first = start.Date + (step * Math.Ceiling((start - start.Date) / step));
        List<AxisMark> marks = [];
        for (var local = first; local <= end; local += step)
        {
            // A local time that the clocks skip has no place on the axis.
            if (!zone.IsInvalidTime(local))
            {
                var at = new DateTimeOffset(local, zone.GetUtcOffset(local));
                Add(marks, 100 * (decimal)(at - from).Ticks / length.Ticks, local.ToString(format, Culture));
            }
        }

        // A span of less than a second may contain no round time.
        return marks.Count > 0 ? marks : [new(0, start.ToString("HH:mm:ss", Culture))];
    }

    /// <summary>Returns the marks of steps of equal width, each in the middle of its step.</summary>
    /// <param name="starts">When each step starts.</param>
    /// <param name="grain">The length of the steps.</param>
    /// <param name="timezone">The IANA time zone of the labels.</param>
    public static IReadOnlyList<AxisMark> OfSteps(IReadOnlyList<DateTimeOffset> starts, CostGrain grain, string timezone)
    {
        if (starts.Count == 0)
        {
            return [];
        }

        var zone = TimeZoneInfo.FindSystemTimeZoneById(timezone);
        DateTime[] local = [.. starts.Select(at => TimeZoneInfo.ConvertTime(at, zone).DateTime)];
        var strides = grain switch { CostGrain.Hour => HourStrides, CostGrain.Day => DayStrides, _ => MonthStrides };
        var stride = Array.Find(strides, stride => (starts.Count + stride - 1) / stride <= MaxMarks) is var fits && fits > 0 ? fits : strides[^1];
        var format = grain switch
        {
            CostGrain.Hour when local[0].Date != local[^1].Date => "d MMM HH:mm",
            CostGrain.Hour => "HH:mm",
            CostGrain.Day => "d MMM",
            _ => "MMM yyyy",
        };
        List<AxisMark> marks = [];
        for (var i = 0; i < local.Length; i++)
        {
            // Hours and months at round ones, days counted from the first.
            var number = grain switch { CostGrain.Hour => local[i].Hour % HoursOfDay, CostGrain.Day => i, _ => local[i].Month - 1 + (12 * local[i].Year) };
            if (number % stride == 0)
            {
                Add(marks, 100 * (i + 0.5m) / local.Length, local[i].ToString(format, Culture));
            }
        }

        return marks;
    }

    /// <summary>Returns the full name of a step, for a table.</summary>
    public static string NameOf(DateTimeOffset at, CostGrain grain, string timezone) =>
        TimeZoneInfo.ConvertTime(at, TimeZoneInfo.FindSystemTimeZoneById(timezone)).ToString(
            grain switch { CostGrain.Hour => "d MMM HH:mm", CostGrain.Day => "ddd d MMM yyyy", _ => "MMMM yyyy" }, Culture);

    // In the night in which the clocks go back, a time occurs twice.
    private static void Add(List<AxisMark> marks, decimal percent, string text)
    {
        if (percent is >= 0 and <= 100 && marks.TrueForAll(mark => mark.Text != text))
        {
            marks.Add(new(percent, text));
        }
    }
}
