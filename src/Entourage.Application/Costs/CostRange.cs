using System.Globalization;
using System.Text.Json.Serialization;
using Entourage.Application.Errors;
using Entourage.Application.Json;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Costs;

/// <summary>The named time ranges of cost reports. Days and months are those of the report's time zone.</summary>
public enum CostPeriod
{
    /// <summary>All time; the default.</summary>
    All,

    /// <summary>Since local midnight.</summary>
    Today,

    /// <summary>Today and the 6 days before.</summary>
    [JsonStringEnumMemberName("7d")]
    SevenDays,

    /// <summary>Today and the 29 days before.</summary>
    [JsonStringEnumMemberName("30d")]
    ThirtyDays,

    /// <summary>Since the 1st of the month.</summary>
    Month,
}

/// <summary>The time range of a report. Both bounds are whole quarters of an hour (UTC); null means unbounded.</summary>
/// <param name="From">The start, inclusive.</param>
/// <param name="To">The end, exclusive.</param>
internal sealed record CostRange(DateTimeOffset? From, DateTimeOffset? To)
{
    // Three days, one of which can have 25 hours.
    private static readonly TimeSpan MaxHourlyRange = TimeSpan.FromHours((3 * 24) + 1);

    // Other formats, such as 01/02/2026, mean different dates in different countries.
    private static readonly string[] InstantFormats = ["yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"];

    /// <summary>Whether the range is short enough for hourly figures: at most three days.</summary>
    /// <param name="now">The current time (UTC), which is the end of an open range.</param>
    public bool SupportsHours(DateTimeOffset now) => From is { } from && (To ?? now) - from <= MaxHourlyRange;

    /// <summary>Creates the range that a caller asked for.</summary>
    /// <param name="from">A local date or an instant; null if the period decides or the start is open.</param>
    /// <param name="to">A local date (inclusive) or an instant (exclusive); null if the period decides or the end is open.</param>
    /// <param name="period">A named range, instead of <paramref name="from"/> and <paramref name="to"/>.</param>
    /// <param name="calendar">The calendar of local days.</param>
    /// <param name="now">The current time (UTC).</param>
    /// <exception cref="InvalidInputException">A bound is malformed, the range is empty, or both a period and a bound are given.</exception>
    public static CostRange Of(string? from, string? to, CostPeriod? period, BudgetCalendar calendar, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        if (period is not null && (from ?? to) is not null)
        {
            throw new InvalidInputException("period", "'period' cannot be combined with 'from' or 'to'. Send either the period or the bounds.");
        }

        var today = calendar.DateOf(now);
        if (period is { } named)
        {
            return new(
                named switch
                {
                    CostPeriod.Today => calendar.StartOf(today),
                    CostPeriod.SevenDays => calendar.StartOf(today.AddDays(-6)),
                    CostPeriod.ThirtyDays => calendar.StartOf(today.AddDays(-29)),
                    CostPeriod.Month => calendar.StartOf(new DateOnly(today.Year, today.Month, 1)),
                    _ => null,
                },
                // Usage can be slightly ahead of now, and may then belong to a day that has not begun.
                named switch
                {
                    CostPeriod.All => null,
                    CostPeriod.Month => calendar.ResetsAt(BudgetPeriod.Month, now),
                    _ => calendar.ResetsAt(BudgetPeriod.Day, now),
                });
        }

        var begins = Parse("from", from, calendar, 0);
        var ends = Parse("to", to, calendar, 1);
        if (begins >= ends)
        {
            throw new InvalidInputException("to", "The end of the range must be later than its start.");
        }

        // Usage is summed by quarters of an hour. The range is widened to whole quarters, and the response states the widened range.
        return new(
            begins is { } first ? UsageRollup.QuarterOf(first) : null,
            ends is { } last ? UsageRollup.QuarterOf(last + UsageRollup.Quarter - TimeSpan.FromTicks(1)) : null);
    }

    /// <summary>Returns the whole local days within the range; null if it contains none.</summary>
    internal WholeDays? WholeDays(BudgetCalendar calendar)
    {
        DateOnly? first = From is not { } from ? null : calendar.StartOf(calendar.DateOf(from)) == from ? calendar.DateOf(from) : calendar.DateOf(from).AddDays(1);
        DateOnly? end = To is { } to ? calendar.DateOf(to) : null;
        return first >= end
            ? null
            : new(first, end, new(first is { } begins ? calendar.StartOf(begins) : null, end is { } ends ? calendar.StartOf(ends) : null));
    }

    /// <summary>Returns the parts of the range before and after another range.</summary>
    internal IEnumerable<CostRange> EdgesOf(CostRange part)
    {
        CostRange[] edges = [new(From, part.From), new(part.To, To)];
        return edges.Where(edge => edge.From < edge.To);
    }

    /// <summary>Parses a bound; null if it is absent.</summary>
    /// <param name="name">The name of the parameter.</param>
    /// <param name="text">A local date or an instant.</param>
    /// <param name="calendar">The calendar of local days.</param>
    /// <param name="days">0 for the start of a date, 1 for its end.</param>
    /// <exception cref="InvalidInputException">The text is neither a date nor an instant.</exception>
    internal static DateTimeOffset? Parse(string name, string? text, BudgetCalendar calendar, int days)
    {
        if (text is null)
        {
            return null;
        }

        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            && date > DateOnly.MinValue.AddDays(7) && date < DateOnly.MaxValue.AddDays(-7))
        {
            return calendar.StartOf(date.AddDays(days));
        }

        return UtcJsonConverter.HasOffset(text)
            && DateTimeOffset.TryParseExact(text, InstantFormats, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var instant)
            && instant.Year is > 1 and < 9999
                ? instant
                : throw new InvalidInputException(name, $"'{name}' must be a local date (2026-11-23) or an instant (2026-11-23T10:15:00Z).");
    }
}

/// <summary>A range of whole local days.</summary>
/// <param name="First">The first day; null if unbounded.</param>
/// <param name="End">The day after the last; null if unbounded.</param>
/// <param name="Range">The same range as instants.</param>
internal sealed record WholeDays(DateOnly? First, DateOnly? End, CostRange Range);
