namespace Entourage.Domain.Budgets;

/// <summary>What spending will come to if it goes on as it does.</summary>
public static class SpendForecast
{
    /// <summary>How many local days the rate is taken from, today included: a whole week, so that weekends count.</summary>
    public const int Days = 7;

    // Of less than a day nobody can say what a day is like.
    private static readonly TimeSpan Shortest = TimeSpan.FromDays(1);

    // Of less than an hour nobody can say what the day is like.
    private static readonly TimeSpan ShortestOfToday = TimeSpan.FromHours(1);

    /// <summary>What a period will have cost at its end: what it has cost so far, and the recent rate for the rest of it.</summary>
    /// <param name="soFar">What it has cost (USD).</param>
    /// <param name="recent">What was spent recently (USD).</param>
    /// <param name="since">From when on that was spent; of less than a day ago, it is taken for what a day costs.</param>
    /// <param name="now">The present (UTC).</param>
    /// <param name="endsAt">When the period ends (UTC).</param>
    public static MoneyTotal AtEnd(MoneyTotal soFar, MoneyTotal recent, DateTimeOffset since, DateTimeOffset now, DateTimeOffset endsAt)
    {
        var over = now - since > Shortest ? now - since : Shortest;
        return soFar + recent.Times((endsAt - now).Ticks, over.Ticks);
    }

    /// <summary>
    /// When nothing will be left of a cap, if spending goes on as it did today (UTC), rounded up to a second; null where that is not before
    /// its window ends, and where nothing is left already: then it was reached, and nobody guesses when.
    /// </summary>
    /// <param name="remaining">What is left (USD).</param>
    /// <param name="today">What was spent today (USD), of the same scope.</param>
    /// <param name="dayStartedAt">When today began (UTC); in its first hour, what was spent is taken for what an hour costs.</param>
    /// <param name="now">The present (UTC).</param>
    /// <param name="resetsAt">When the window of the cap ends (UTC).</param>
    public static DateTimeOffset? CapReachedAt(MoneyTotal remaining, MoneyTotal today, DateTimeOffset dayStartedAt, DateTimeOffset now, DateTimeOffset resetsAt)
    {
        if (remaining <= MoneyTotal.Zero || today <= MoneyTotal.Zero)
        {
            return null;
        }

        var over = now - dayStartedAt > ShortestOfToday ? now - dayStartedAt : ShortestOfToday;
        var second = (Int128)TimeSpan.TicksPerSecond;
        var lasts = remaining.NanoUsd * over.Ticks / today.NanoUsd;

        // Compared before it is cut down to a time: at a very small rate it is beyond all times.
        var reached = (now.UtcTicks + lasts + second - 1) / second * second;
        return reached < resetsAt.UtcTicks ? new DateTimeOffset((long)reached, TimeSpan.Zero) : null;
    }
}
