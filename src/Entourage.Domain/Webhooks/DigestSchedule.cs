using Entourage.Domain.Budgets;

namespace Entourage.Domain.Webhooks;

/// <summary>How often a webhook receives a digest.</summary>
public enum DigestPeriod
{
    /// <summary>Never; the default.</summary>
    None,

    /// <summary>Every morning, about the day before.</summary>
    Daily,

    /// <summary>On Monday morning, about the week before.</summary>
    Weekly,
}

/// <summary>When digests are due and which days they cover, in the time zone of the team; that of an organisation is UTC.</summary>
public static class DigestSchedule
{
    /// <summary>The local hour at which digests are due. No time zone changes its clocks then.</summary>
    public const int Hour = 8;

    private const int DaysOfWeek = 7;

    /// <summary>Returns the first time after an instant at which a digest is due (UTC); null if there is none.</summary>
    public static DateTimeOffset? NextAfter(DateTimeOffset instant, DigestPeriod period, BudgetCalendar calendar)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        if (period == DigestPeriod.None)
        {
            return null;
        }

        var day = calendar.DateOf(instant);
        while ((period == DigestPeriod.Weekly && day.DayOfWeek != DayOfWeek.Monday) || calendar.At(day, Hour) <= instant)
        {
            day = day.AddDays(1);
        }

        return calendar.At(day, Hour);
    }

    /// <summary>Returns the first and the last local day that a digest covers.</summary>
    /// <param name="dueAt">When the digest is due (UTC).</param>
    /// <param name="period">How often it is sent.</param>
    /// <param name="calendar">The calendar of the team or organisation.</param>
    public static (DateOnly First, DateOnly Last) DaysBefore(DateTimeOffset dueAt, DigestPeriod period, BudgetCalendar calendar)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        var last = calendar.DateOf(dueAt).AddDays(-1);
        return (period == DigestPeriod.Weekly ? last.AddDays(1 - DaysOfWeek) : last, last);
    }
}
