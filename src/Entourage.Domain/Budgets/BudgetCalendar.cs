using System.Collections.Concurrent;
using Entourage.Domain.Sessions;

namespace Entourage.Domain.Budgets;

/// <summary>
/// Cuts time into budget windows: days from local midnight to local midnight, weeks from Monday, months from the 1st,
/// in one IANA time zone. Days of 23 and 25 hours come out right, and so do days that have no midnight.
/// </summary>
/// <param name="zone">The time zone whose clocks count.</param>
public sealed class BudgetCalendar(TimeZoneInfo zone)
{
    /// <summary>The first day of a window that never ends.</summary>
    public static readonly DateOnly Always = DateOnly.MinValue;

    // Zones are few and are asked for with every usage.
    private static readonly ConcurrentDictionary<string, BudgetCalendar> Calendars = new(StringComparer.Ordinal);

    // Nearly every usage is of the day of the one before it.
    private volatile LocalDay? latest;

    /// <summary>The calendar of organisations.</summary>
    public static readonly BudgetCalendar Utc = new(TimeZoneInfo.Utc);

    /// <summary>The calendar of a time zone.</summary>
    /// <param name="ianaZone">An IANA name: <c>America/New_York</c>.</param>
    /// <exception cref="RuleViolationException"><c>unknown-timezone</c>: this machine's time zone data has no such zone.</exception>
    public static BudgetCalendar Of(string ianaZone) =>
        Calendars.TryGetValue(ianaZone, out var known) ? known
        // The system's look-up is lax: what it finds under another spelling depends on what was looked up before.
        : IsZoneName(ianaZone) && TimeZoneInfo.TryFindSystemTimeZoneById(ianaZone, out var zone) && zone.HasIanaId && zone.Id == ianaZone
            ? Calendars.GetOrAdd(ianaZone, new BudgetCalendar(zone))
            : throw new RuleViolationException("unknown-timezone", $"'{ianaZone}' is not an IANA time zone such as 'Europe/Berlin'.", "Timezone");

    /// <summary>The local date of an instant.</summary>
    public DateOnly DateOf(DateTimeOffset instant) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, zone).DateTime);

    /// <summary>The instant at which the local hour of an instant began (UTC).</summary>
    public DateTimeOffset HourOf(DateTimeOffset instant)
    {
        var local = TimeZoneInfo.ConvertTime(instant, zone);
        return (local - TimeSpan.FromTicks(local.TimeOfDay.Ticks % TimeSpan.TicksPerHour)).ToUniversalTime();
    }

    /// <summary>The first local day of the window that holds an instant.</summary>
    public DateOnly WindowOf(BudgetPeriod period, DateTimeOffset instant) => FirstDay(period, DayOf(instant).Date);

    /// <summary>When the window that holds an instant ends and the next begins (UTC); null for one that never ends.</summary>
    public DateTimeOffset? ResetsAt(BudgetPeriod period, DateTimeOffset instant) => period switch
    {
        BudgetPeriod.Day => DayOf(instant).EndsAt,
        BudgetPeriod.Week => DayOf(instant).WeekEndsAt,
        BudgetPeriod.Month => DayOf(instant).MonthEndsAt,
        _ => null,
    };

    /// <summary>When the window that holds an instant began (UTC); null for one that always was.</summary>
    public DateTimeOffset? StartsAt(BudgetPeriod period, DateTimeOffset instant) => period switch
    {
        BudgetPeriod.Day => DayOf(instant).StartsAt,
        BudgetPeriod.Week => DayOf(instant).WeekStartsAt,
        BudgetPeriod.Month => DayOf(instant).MonthStartsAt,
        _ => null,
    };

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

    /// <summary>The instant at which a local day begins (UTC): its midnight, or where clocks skip that, the first instant after.</summary>
    public DateTimeOffset StartOf(DateOnly date)
    {
        var midnight = date.ToDateTime(TimeOnly.MinValue);
        var likely = new DateTimeOffset(midnight - zone.GetUtcOffset(midnight), TimeSpan.Zero);
        return DateOf(likely) >= date && DateOf(likely.AddTicks(-1)) < date ? likely : FindStartOf(date);
    }

    /// <summary>
    /// Finds the first instant of a day by looking at clocks alone. Where clocks skip a midnight, or strike it twice, the
    /// library's answers about the local time are not reliable for zones that have changed their rules since.
    /// </summary>
    private DateTimeOffset FindStartOf(DateOnly date)
    {
        var utcMidnight = new DateTimeOffset(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

        // In quarters of an hour, of which every offset is a multiple; no offset is as large as 30 hours.
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

    // Every part of a zone's name begins with a capital, unlike the other files of a machine's zone database.
    private static bool IsZoneName(string name) =>
        name != "Factory" && name.Split('/').All(part => part.Length > 0 && char.IsAsciiLetterUpper(part[0]));

    /// <summary>A local day, and when it and the week and month around it begin and end (UTC).</summary>
    private sealed record LocalDay(
        DateOnly Date,
        DateTimeOffset StartsAt,
        DateTimeOffset EndsAt,
        DateTimeOffset WeekStartsAt,
        DateTimeOffset WeekEndsAt,
        DateTimeOffset MonthStartsAt,
        DateTimeOffset MonthEndsAt);
}
