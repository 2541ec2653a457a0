using System.Globalization;
using System.Text.Json.Serialization;
using Entourage.Application.Errors;
using Entourage.Application.Json;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Costs;

/// <summary>A named range of time up to now.</summary>
public enum CostPeriod
{
    /// <summary>Everything; the default.</summary>
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

/// <summary>The time that a report covers: from inclusive, to exclusive, both whole quarters of an hour (UTC); null is open.</summary>
/// <param name="From">Where it begins.</param>
/// <param name="To">Where it ends.</param>
public sealed record CostRange(DateTimeOffset? From, DateTimeOffset? To)
{
    // Three days, one of which may have 25 hours.
    private static readonly TimeSpan MaxHourlyRange = TimeSpan.FromHours((3 * 24) + 1);

    // Whatever else might pass for a time is taken for another one somewhere: 01/02/2026.
    private static readonly string[] InstantFormats = ["yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"];

    /// <summary>Whether it is short enough to be told by the hour: three days.</summary>
    /// <param name="now">The present (UTC), where the range is open.</param>
    public bool IsOfHours(DateTimeOffset now) => From is { } from && (To ?? now) - from <= MaxHourlyRange;

    /// <summary>Makes a range of what a caller asked for.</summary>
    /// <param name="from">A local date or an instant; null leaves it to the period.</param>
    /// <param name="to">A local date (that day included) or an instant; null is open.</param>
    /// <param name="period">A named range; used where <paramref name="from"/> and <paramref name="to"/> are null.</param>
    /// <param name="calendar">Whose local days.</param>
    /// <param name="now">The present (UTC).</param>
    /// <exception cref="InvalidInputException">A bound is malformed, or the range is empty.</exception>
    public static CostRange Of(string? from, string? to, CostPeriod? period, BudgetCalendar calendar, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        if (period is not null && (from ?? to) is not null)
        {
            throw new InvalidInputException("period", "A period and a range exclude each other.");
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
                // Usage may be a little ahead of now, and is then of a day that has not begun.
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
            throw new InvalidInputException("to", "The range ends before it begins.");
        }

        // Usage is added up by quarters of an hour: a range inside one is widened to it, and the answer says so.
        return new(
            begins is { } first ? UsageRollup.QuarterOf(first) : null,
            ends is { } last ? UsageRollup.QuarterOf(last + UsageRollup.Quarter - TimeSpan.FromTicks(1)) : null);
    }

    /// <summary>The whole local days in it; null when there are none.</summary>
    internal WholeDays? WholeDays(BudgetCalendar calendar)
    {
        DateOnly? first = From is not { } from ? null : calendar.StartOf(calendar.DateOf(from)) == from ? calendar.DateOf(from) : calendar.DateOf(from).AddDays(1);
        DateOnly? end = To is { } to ? calendar.DateOf(to) : null;
        return first >= end
            ? null
            : new(first, end, new(first is { } begins ? calendar.StartOf(begins) : null, end is { } ends ? calendar.StartOf(ends) : null));
    }

    /// <summary>What of it lies before and after a part.</summary>
    internal IEnumerable<CostRange> EdgesOf(CostRange part)
    {
        CostRange[] edges = [new(From, part.From), new(part.To, To)];
        return edges.Where(edge => edge.From < edge.To);
    }

    /// <summary>The instant that a bound means; null where it is absent.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="text">A local date or an instant.</param>
    /// <param name="calendar">Whose local days.</param>
    /// <param name="days">0 for the beginning of a date, 1 for its end.</param>
    /// <exception cref="InvalidInputException">It is neither.</exception>
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
                : throw new InvalidInputException(name, "A bound is a local date (2026-11-23) or an instant (2026-11-23T10:15:00Z).");
    }
}

/// <summary>Whole local days.</summary>
/// <param name="First">The first; null is from the beginning.</param>
/// <param name="End">The one after the last; null is open.</param>
/// <param name="Range">The same as instants.</param>
internal sealed record WholeDays(DateOnly? First, DateOnly? End, CostRange Range);
