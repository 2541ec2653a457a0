namespace Entourage.Domain.Budgets;

/// <summary>What spending will come to if it goes on as it does.</summary>
public static class SpendForecast
{
    /// <summary>How many local days the rate is taken from, today included: a whole week, so that weekends count.</summary>
    public const int Days = 7;

    // Of less than a day nobody can say what a day is like.
    private static readonly TimeSpan Shortest = TimeSpan.FromDays(1);

    /// <summary>What a period will have cost at its end: what it has cost so far, and the recent rate for the rest of it.</summary>
    /// <param name="soFar">What it has cost (USD).</param>
    /// <param name="recent">What was spent recently (USD).</param>
    /// <param name="since">From when on that was spent; of less than a day ago, it is taken for what a day costs.</param>
    /// <param name="now">The present (UTC).</param>
    /// <param name="endsAt">When the period ends (UTC).</param>
    public static Money AtEnd(Money soFar, Money recent, DateTimeOffset since, DateTimeOffset now, DateTimeOffset endsAt)
    {
        var over = now - since > Shortest ? now - since : Shortest;
        return soFar + new Money((long)((Int128)recent.NanoUsd * (endsAt - now).Ticks / over.Ticks));
    }
}
