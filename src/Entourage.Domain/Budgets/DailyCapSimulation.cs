namespace Entourage.Domain.Budgets;

/// <summary>
/// Tries a daily cap on what happened: what each local day would have kept, had nothing been spent beyond the cap. Each day is
/// judged on its own; work that the cap would have stopped is not taken to come back on the next one.
/// </summary>
/// <remarks>
/// It is told of quarters of an hour, in order. Within the quarter in which the cap is reached nobody can say what came before and
/// what after: that one is spent up to the cap exactly, and whoever worked in it is stopped only if it worked later too.
/// </remarks>
public sealed class DailyCapSimulation
{
    private readonly Money cap;
    private readonly BudgetCalendar calendar;
    private readonly SimulatedDay[] days;
    private DateTimeOffset latest = DateTimeOffset.MinValue;

    /// <summary>Makes a trial on days in a row.</summary>
    /// <param name="cap">The cap (USD), not negative.</param>
    /// <param name="calendar">Whose local days.</param>
    /// <param name="firstDay">The first day.</param>
    /// <param name="count">How many days, at least one.</param>
    public DailyCapSimulation(Money cap, BudgetCalendar calendar, DateOnly firstDay, int count)
    {
        (this.cap, this.calendar) = (cap, calendar);

        // A cap of nothing is reached before anything happens.
        days = [.. Enumerable.Range(0, count).Select(firstDay.AddDays).Select(day => new SimulatedDay(day, cap, cap <= Money.Zero ? calendar.StartOf(day) : null))];
    }

    /// <summary>The days, in order, each with what it came to so far.</summary>
    public IReadOnlyList<SimulatedDay> Days => days;

    /// <summary>Adds what a session did in a quarter of an hour.</summary>
    /// <param name="quarterAt">When the quarter began (UTC): on one of the days, and not before the quarter of the last call.</param>
    /// <param name="sessionId">The session.</param>
    /// <param name="startedAt">When the session began (UTC).</param>
    /// <param name="cost">What it cost there (USD).</param>
    public void Add(DateTimeOffset quarterAt, long sessionId, DateTimeOffset startedAt, MoneyTotal cost)
    {
        if (quarterAt < latest)
        {
            throw new ArgumentException("Quarters are told in order.", nameof(quarterAt));
        }

        latest = quarterAt;
        days[calendar.DateOf(quarterAt).DayNumber - days[0].Day.DayNumber].Add(quarterAt, sessionId, startedAt, cost);
    }
}

/// <summary>What a cap would have made of one day.</summary>
public sealed class SimulatedDay
{
    private readonly HashSet<long> stopped = [];
    private readonly HashSet<long> refused = [];
    private readonly Money cap;

    // From here on what happened is known to have happened after the cap was reached.
    private DateTimeOffset past;

    internal SimulatedDay(DateOnly day, Money cap, DateTimeOffset? reachedAt)
    {
        (Day, this.cap, CapReachedAt) = (day, cap, reachedAt);
        past = reachedAt ?? DateTimeOffset.MaxValue;
    }

    /// <summary>The local date.</summary>
    public DateOnly Day { get; }

    /// <summary>What was spent (USD).</summary>
    public MoneyTotal Spent { get; private set; }

    /// <summary>What the cap would have let be spent (USD): all of it, or up to the cap.</summary>
    public MoneyTotal Allowed => Spent < cap ? Spent : cap;

    /// <summary>What the cap would have spared (USD).</summary>
    public MoneyTotal Stopped => Spent - Allowed;

    /// <summary>When the quarter of an hour began in which the cap is reached (UTC), midnight for a cap of nothing; null where it is not reached.</summary>
    public DateTimeOffset? CapReachedAt { get; private set; }

    /// <summary>How many sessions that had begun by then went on after that quarter of an hour.</summary>
    public int SessionsStopped => stopped.Count;

    /// <summary>How many sessions began after that quarter of an hour.</summary>
    public int SessionsRefused => refused.Count;

    internal void Add(DateTimeOffset quarterAt, long sessionId, DateTimeOffset startedAt, MoneyTotal cost)
    {
        Spent += cost;
        if (quarterAt >= past)
        {
            (startedAt >= past ? refused : stopped).Add(sessionId);
        }
        else if (CapReachedAt is null && Spent >= cap)
        {
            CapReachedAt = quarterAt;
            past = quarterAt + Sessions.UsageRollup.Quarter;
        }
    }
}
