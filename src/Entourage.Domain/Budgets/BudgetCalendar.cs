using System.Collections.Concurrent;

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

    /// <summary>The calendar of organisations.</summary>
    public static readonly BudgetCalendar Utc = new(TimeZoneInfo.Utc);

    /// <summary>The calendar of a time zone.</summary>
    /// <param name="ianaZone">An IANA name: <c>America/New_York</c>.</param>
    /// <exception cref="RuleViolationException"><c>unknown-timezone</c>: this machine's time zone data has no such zone.</exception>
    public static BudgetCalendar Of(string ianaZone) =>
        Calendars.TryGetValue(ianaZone, out var known) ? known
        : TimeZoneInfo.TryFindSystemTimeZoneById(ianaZone, out var zone) && zone.HasIanaId && IsZoneName(ianaZone)
            ? Calendars.GetOrAdd(ianaZone, new BudgetCalendar(zone))
            : throw new RuleViolationException("unknown-timezone", $"'{ianaZone}' is not an IANA time zone such as 'Europe/Berlin'.", "Timezone");

    /// <summary>The local date of an instant.</summary>
    public DateOnly DateOf(DateTimeOffset instant) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, zone).DateTime);

    /// <summary>The first local day of the window that holds an instant.</summary>
    public DateOnly WindowOf(BudgetPeriod period, DateTimeOffset instant) => FirstDay(period, DateOf(instant));

    /// <summary>When the window that holds an instant ends and the next begins (UTC); null for one that never ends.</summary>
    public DateTimeOffset? ResetsAt(BudgetPeriod period, DateTimeOffset instant)
    {
        var first = WindowOf(period, instant);
        return period switch
        {
            BudgetPeriod.Day => StartOf(first.AddDays(1)),
            BudgetPeriod.Week => StartOf(first.AddDays(7)),
            BudgetPeriod.Month => StartOf(first.AddMonths(1)),
            _ => null,
        };
    }

    /// <summary>The instant at which a local day begins (UTC): its midnight, or where clocks skip that, the first instant after.</summary>
    public DateTimeOffset StartOf(DateOnly date)
    {
        var midnight = date.ToDateTime(TimeOnly.MinValue);
        if (zone.IsInvalidTime(midnight))
        {
            // Clocks jump over midnight: the offset of the evening before turns the skipped midnight into the instant of the jump.
            var before = zone.GetUtcOffset(midnight.AddHours(-3));
            return new DateTimeOffset(midnight, before).ToUniversalTime();
        }

        // A midnight that strikes twice begins the day the first time, at the larger offset.
        var offset = zone.IsAmbiguousTime(midnight) ? zone.GetAmbiguousTimeOffsets(midnight).Max() : zone.GetUtcOffset(midnight);
        return new DateTimeOffset(midnight, offset).ToUniversalTime();
    }

    private static DateOnly FirstDay(BudgetPeriod period, DateOnly day) => period switch
    {
        BudgetPeriod.Day => day,
        BudgetPeriod.Week => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
        BudgetPeriod.Month => new DateOnly(day.Year, day.Month, 1),
        _ => Always,
    };

    // These are files in a machine's zone database, but not names of zones.
    private static bool IsZoneName(string file) =>
        file is not ("localtime" or "posixrules" or "Factory")
        && !file.StartsWith("posix/", StringComparison.Ordinal)
        && !file.StartsWith("right/", StringComparison.Ordinal);
}
