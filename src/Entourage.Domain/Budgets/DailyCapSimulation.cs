namespace Entourage.Domain.Budgets;

/// <summary>
/// Simulates a daily cap on past spending. Each local day is judged separately: work that the cap would have stopped is not assumed to
/// return on the next day.
/// </summary>
/// <remarks>
/// The input is quarters of an hour, in order. The order of events within the quarter that reaches the cap is unknown. That quarter is
/// taken to spend exactly up to the cap, and a session that worked in it counts as stopped only if it also worked later.
/// </remarks>
public sealed class DailyCapSimulation
{
    private readonly Money cap;
    private readonly BudgetCalendar calendar;
    private readonly SimulatedDay[] days;
    private DateTimeOffset latest = DateTimeOffset.MinValue;

    /// <summary>Creates a simulation of consecutive days.</summary>
    /// <param name="cap">The daily cap (USD), not negative.</param>
    /// <param name="calendar">The calendar of the local days.</param>
    /// <param name="firstDay">The first day.</param>
    /// <param name="count">The number of days, at least 1.</param>
    public DailyCapSimulation(Money cap, BudgetCalendar calendar, DateOnly firstDay, int count)
    {
        (this.cap, this.calendar) = (cap, calendar);

        // A cap of zero is reached before anything happens.
        days = [.. Enumerable.Range(0, count).Select(firstDay.AddDays).Select(day => new SimulatedDay(day, cap, cap <= Money.Zero ? calendar.StartOf(day) : null))];
    }

    /// <summary>The days in order, with the results so far.</summary>
    public IReadOnlyList<SimulatedDay> Days => days;

    /// <summary>Adds the work of a session in a quarter of an hour.</summary>
    /// <param name="quarterAt">When the quarter began (UTC). It must be on one of the days and not before the previous call's quarter.</param>
    /// <param name="sessionId">The session.</param>
    /// <param name="startedAt">When the session started (UTC).</param>
    /// <param name="cost">The cost of the session in that quarter (USD).</param>
    public void Add(DateTimeOffset quarterAt, long sessionId, DateTimeOffset startedAt, MoneyTotal cost)
    {
        if (quarterAt < latest)
        {
            throw new ArgumentException("Quarters must be added in order.", nameof(quarterAt));
        }

        latest = quarterAt;
        days[calendar.DateOf(quarterAt).DayNumber - days[0].Day.DayNumber].Add(quarterAt, sessionId, startedAt, cost);
    }
}

/// <summary>One day of a <see cref="DailyCapSimulation"/>.</summary>
public sealed class SimulatedDay
{
    private readonly HashSet<long> stopped = [];
    private readonly HashSet<long> refused = [];
    private readonly Money cap;

    // Events from this instant on certainly happened after the cap was reached.
    private DateTimeOffset past;

    internal SimulatedDay(DateOnly day, Money cap, DateTimeOffset? reachedAt)
    {
        (Day, this.cap, CapReachedAt) = (day, cap, reachedAt);
        past = reachedAt ?? DateTimeOffset.MaxValue;
    }

    /// <summary>The local date.</summary>
    public DateOnly Day { get; }

    /// <summary>The actual spending (USD).</summary>
    public MoneyTotal Spent { get; private set; }

    /// <summary>The spending with the cap (USD).</summary>
    public MoneyTotal Allowed => Spent < cap ? Spent : cap;

    /// <summary>The spending that the cap would have prevented (USD).</summary>
    public MoneyTotal Stopped => Spent - Allowed;

    /// <summary>
    /// When the quarter of an hour that reaches the cap began (UTC), or midnight for a cap of zero; null if the cap is not reached.
    /// </summary>
    public DateTimeOffset? CapReachedAt { get; private set; }

    /// <summary>The number of sessions that had started by then and continued after that quarter.</summary>
    public int SessionsStopped => stopped.Count;

    /// <summary>The number of sessions that started after that quarter.</summary>
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
