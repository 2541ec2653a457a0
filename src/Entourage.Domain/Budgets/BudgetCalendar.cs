using System.Collections.Concurrent;
using Entourage.Domain.Sessions;

namespace Entourage.Domain.Budgets;

/// <summary>
/// Divides time into budget windows in one IANA time zone: days from local midnight to local midnight, weeks from Monday, months from the
/// 1st. Handles days of 23 and 25 hours and days without a midnight.
/// </summary>
/// <param name="zone">The time zone.</param>
public sealed class BudgetCalendar(TimeZoneInfo zone)
{
    /// <summary>The start of a window that never ends.</summary>
    public static readonly DateOnly Always = DateOnly.MinValue;

    // There are few zones, and every usage asks for one.
    private static readonly ConcurrentDictionary<string, BudgetCalendar> Calendars = new(StringComparer.Ordinal);

    // Caches the latest day, because nearly every usage is on the same day as the one before.
    private volatile LocalDay? latest;
    private volatile BudgetSpan? latestHour;

    /// <summary>The calendar of organisations, in UTC.</summary>
    public static readonly BudgetCalendar Utc = new(TimeZoneInfo.Utc);

    /// <summary>Returns the calendar of a time zone.</summary>
    /// <param name="ianaZone">An IANA name: <c>America/New_York</c>.</param>
    /// <exception cref="RuleViolationException"><c>unknown-timezone</c>: the machine's time zone data has no such zone.</exception>
    public static BudgetCalendar Of(string ianaZone) =>
        Calendars.TryGetValue(ianaZone, out var known) ? known
        // The system's lookup is lax: whether it finds a zone under a different spelling depends on earlier lookups.
        : IsZoneName(ianaZone) && TimeZoneInfo.TryFindSystemTimeZoneById(ianaZone, out var zone) && zone.HasIanaId && zone.Id == ianaZone
            ? Calendars.GetOrAdd(ianaZone, new BudgetCalendar(zone))
            : throw new RuleViolationException("unknown-timezone", $"'{ianaZone}' is not an IANA time zone such as 'Europe/Berlin'.", nameof(BudgetPolicy.Timezone));

    /// <summary>Returns the local date of an instant.</summary>
    public DateOnly DateOf(DateTimeOffset instant) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, zone).DateTime);

    /// <summary>Returns when the local hour of an instant began (UTC).</summary>
    public DateTimeOffset HourOf(DateTimeOffset instant)
    {
        var local = TimeZoneInfo.ConvertTime(instant, zone);
        return (local - TimeSpan.FromTicks(local.TimeOfDay.Ticks % TimeSpan.TicksPerHour)).ToUniversalTime();
    }

    /// <summary>Returns the first local day of the window that contains an instant.</summary>
    public DateOnly WindowOf(BudgetPeriod period, DateTimeOffset instant) => FirstDay(period, DayOf(instant).Date);

    /// <summary>Returns when the window that contains an instant ends (UTC); null if it never ends.</summary>
    public DateTimeOffset? ResetsAt(BudgetPeriod period, DateTimeOffset instant) => period switch
    {
        BudgetPeriod.Day => DayOf(instant).EndsAt,
        BudgetPeriod.Week => DayOf(instant).WeekEndsAt,
        BudgetPeriod.Month => DayOf(instant).MonthEndsAt,
        _ => null,
    };

    /// <summary>Returns when the window that contains an instant began (UTC); null if it has no beginning.</summary>
    public DateTimeOffset? StartsAt(BudgetPeriod period, DateTimeOffset instant) => period switch
    {
        BudgetPeriod.Day => DayOf(instant).StartsAt,
        BudgetPeriod.Week => DayOf(instant).WeekStartsAt,
        BudgetPeriod.Month => DayOf(instant).MonthStartsAt,
        _ => null,
    };

    /// <summary>Returns the window that contains an instant.</summary>
    /// <param name="period">The period, but not the minute of a rate, whose window slides.</param>
    /// <param name="instant">The instant.</param>
    /// <param name="startsOn">The day of the month on which a month begins, from 1 to 31. In a shorter month it begins on the last day.</param>
    public BudgetSpan SpanOf(BudgetPeriod period, DateTimeOffset instant, int startsOn = 1) => period switch
    {
        BudgetPeriod.Hour => HourSpanOf(instant),
        BudgetPeriod.Month when startsOn != 1 => MonthSpanOf(DayOf(instant).Date, startsOn),
        _ => new(WindowOf(period, instant), StartsAt(period, instant), ResetsAt(period, instant)),
    };

    private BudgetSpan MonthSpanOf(DateOnly date, int startsOn)
    {
        var (thisMonth, next) = (new DateOnly(date.Year, date.Month, 1), new DateOnly(date.Year, date.Month, 1).AddMonths(1));
        var first = On(thisMonth);
        var (start, end) = date >= first ? (first, On(next)) : (On(thisMonth.AddMonths(-1)), first);
        return new(start, StartOf(start), StartOf(end));

        DateOnly On(DateOnly month) => month.AddDays(Math.Min(startsOn, DateTime.DaysInMonth(month.Year, month.Month)) - 1);
    }

    /// <summary>Returns the local hour of an instant. It is shorter or longer where clocks change by half an hour.</summary>
    private BudgetSpan HourSpanOf(DateTimeOffset instant)
    {
        if (latestHour is { } known && known.StartsAt <= instant && instant < known.EndsAt)
        {
            return known;
        }

        var hour = HourOf(instant);
        var (start, end) = (UsageRollup.QuarterOf(instant), UsageRollup.QuarterOf(instant) + UsageRollup.Quarter);
        while (HourOf(start - UsageRollup.Quarter) == hour)
        {
            start -= UsageRollup.Quarter;
        }

        while (HourOf(end) == hour)
        {
            end += UsageRollup.Quarter;
        }

        return latestHour = new(DateOf(start), start, end);
    }

    private LocalDay DayOf(DateTimeOffset instant)
    {
        if (latest is { } known && known.StartsAt <= instant && instant < known.EndsAt)
        {
            return known;
        }

        var date = DateOf(instant);
        return latest = new(
            date,
            StartOf(date),
            StartOf(date.AddDays(1)),
            StartOf(FirstDay(BudgetPeriod.Week, date)),
            StartOf(FirstDay(BudgetPeriod.Week, date).AddDays(7)),
            StartOf(FirstDay(BudgetPeriod.Month, date)),
            StartOf(FirstDay(BudgetPeriod.Month, date).AddMonths(1)));
    }

    /// <summary>Returns when a local day begins (UTC): at midnight, or at the first instant after it if the clocks skip midnight.</summary>
    public DateTimeOffset StartOf(DateOnly date)
    {
        var midnight = date.ToDateTime(TimeOnly.MinValue);
        var likely = new DateTimeOffset(midnight - zone.GetUtcOffset(midnight), TimeSpan.Zero);
        return DateOf(likely) >= date && DateOf(likely.AddTicks(-1)) < date ? likely : FindStartOf(date);
    }

    /// <summary>Returns an instant of a local day (UTC).</summary>
    /// <param name="date">The day.</param>
    /// <param name="hour">The local hour, one that the clocks neither skip nor repeat.</param>
    public DateTimeOffset At(DateOnly date, int hour)
    {
        // Clocks may have changed since midnight.
        var likely = StartOf(date).AddHours(hour);
        return likely + (TimeSpan.FromHours(hour) - TimeZoneInfo.ConvertTime(likely, zone).TimeOfDay);
    }

    /// <summary>
    /// Finds the first instant of a day by conversions from UTC only. Where clocks skip or repeat midnight, the library's conversions from
    /// local time are not reliable for zones that have changed their rules since.
    /// </summary>
    private DateTimeOffset FindStartOf(DateOnly date)
    {
        var utcMidnight = new DateTimeOffset(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

        // Binary search in quarters of an hour, because every offset is a multiple of 15 minutes. No offset reaches 30 hours.
        var (before, reached) = (-120, 120);
        while (reached - before > 1)
        {
            var middle = (before + reached) / 2;
            (before, reached) = DateOf(utcMidnight + (middle * UsageRollup.Quarter)) < date ? (middle, reached) : (before, middle);
        }

        return utcMidnight + (reached * UsageRollup.Quarter);
    }

    private static DateOnly FirstDay(BudgetPeriod period, DateOnly day) => period switch
    {
        BudgetPeriod.Day => day,
        BudgetPeriod.Week => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
        BudgetPeriod.Month => new DateOnly(day.Year, day.Month, 1),
        _ => Always,
    };

    // Every part of a zone's name begins with a capital letter, unlike the other files of a machine's zone database.
    private static bool IsZoneName(string name) =>
        name != "Factory" && name.Split('/').All(part => part.Length > 0 && char.IsAsciiLetterUpper(part[0]));

    /// <summary>A local day with the beginning and end (UTC) of the day, its week and its month.</summary>
    private sealed record LocalDay(
        DateOnly Date,
        DateTimeOffset StartsAt,
        DateTimeOffset EndsAt,
        DateTimeOffset WeekStartsAt,
        DateTimeOffset WeekEndsAt,
        DateTimeOffset MonthStartsAt,
        DateTimeOffset MonthEndsAt);
}

/// <summary>A window of a calendar.</summary>
/// <param name="First">Its first local day; <see cref="BudgetCalendar.Always"/> for one that never ends.</param>
/// <param name="StartsAt">When it begins (UTC); null if it has no beginning.</param>
/// <param name="EndsAt">When it ends (UTC); null if it never does.</param>
public sealed record BudgetSpan(DateOnly First, DateTimeOffset? StartsAt, DateTimeOffset? EndsAt);
