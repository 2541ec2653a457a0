namespace Entourage.Domain.Budgets;

/// <summary>Forecasts spending at the recent rate.</summary>
public static class SpendForecast
{
    /// <summary>The number of local days that determine the rate, including today: a whole week, so that weekends count.</summary>
    public const int Days = 7;

    // Less than a day of data says nothing about a whole day.
    private static readonly TimeSpan Shortest = TimeSpan.FromDays(1);

    // Less than an hour of data says nothing about the day.
    private static readonly TimeSpan ShortestOfToday = TimeSpan.FromHours(1);

    /// <summary>Forecasts the cost of a period at its end: the cost so far plus the recent rate for the rest.</summary>
    /// <param name="soFar">The cost of the period so far (USD).</param>
    /// <param name="recent">The recent spending (USD).</param>
    /// <param name="since">When the recent spending began (UTC). If that is less than a day ago, the spending counts as that of a whole day.</param>
    /// <param name="now">The current time (UTC).</param>
    /// <param name="endsAt">When the period ends (UTC).</param>
    public static MoneyTotal AtEnd(MoneyTotal soFar, MoneyTotal recent, DateTimeOffset since, DateTimeOffset now, DateTimeOffset endsAt)
    {
        var over = now - since > Shortest ? now - since : Shortest;
        return soFar + recent.Times((endsAt - now).Ticks, over.Ticks);
    }

    /// <summary>
    /// Forecasts when a cap is reached (UTC) at today's rate, rounded up to a second. Null if that is not before the window ends, or if the
    /// cap is already reached.
    /// </summary>
    /// <param name="remaining">The remaining amount of the cap (USD).</param>
    /// <param name="today">The spending of the same scope today (USD).</param>
    /// <param name="dayStartedAt">When today began (UTC). In its first hour, the spending counts as that of a whole hour.</param>
    /// <param name="now">The current time (UTC).</param>
    /// <param name="resetsAt">When the cap's window ends (UTC).</param>
    public static DateTimeOffset? CapReachedAt(MoneyTotal remaining, MoneyTotal today, DateTimeOffset dayStartedAt, DateTimeOffset now, DateTimeOffset resetsAt)
    {
        if (remaining <= MoneyTotal.Zero || today <= MoneyTotal.Zero)
        {
            return null;
        }

        var over = now - dayStartedAt > ShortestOfToday ? now - dayStartedAt : ShortestOfToday;
        var second = (Int128)TimeSpan.TicksPerSecond;
        var lasts = remaining.NanoUsd * over.Ticks / today.NanoUsd;

        // Compared before the conversion to a time, because a very small rate gives a value beyond any time.
        var reached = (now.UtcTicks + lasts + second - 1) / second * second;
        return reached < resetsAt.UtcTicks ? new DateTimeOffset((long)reached, TimeSpan.Zero) : null;
    }
}
