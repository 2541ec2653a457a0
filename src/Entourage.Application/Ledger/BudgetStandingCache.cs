using Entourage.Domain.Budgets;

namespace Entourage.Application.Ledger;

/// <summary>
/// The rows that budget checks have read, as of the last commit. The ledger's own commits are applied to them. Whenever anything else has committed, the
/// owner clears them. Not safe for concurrent use.
/// </summary>
internal sealed class BudgetStandingCache
{
    // When there are too many rows of a kind, all rows are dropped.
    private const int MaxEntries = 4_096;
    private const int MaxCounters = 65_536;

    private readonly Dictionary<Key, Entry> entries = [];
    private readonly Dictionary<BudgetWindow, Spending> counters = [];
    private readonly Dictionary<Guid, DateTimeOffset> nextExpiries = [];
    private long commits;

    /// <summary>The result of a check, if everything that it depends on is kept; else null.</summary>
    public BudgetStanding? Find(BudgetSubject subject, DateTimeOffset now)
    {
        if (!entries.TryGetValue(KeyOf(subject), out var entry)
            || nextExpiries[entry.Work.Policy.OrganisationId] <= now)
        {
            return null;
        }

        var budgets = entry.Work.Policy.BudgetsAt(now);
        if (entry.Standing is { } standing && entry.Commits == commits && ReferenceEquals(entry.Budgets, budgets))
        {
            return standing;
        }

        var statuses = new BudgetStatus[budgets.Count];
        for (var i = 0; i < statuses.Length; i++)
        {
            if (!HasCounters(budgets[i]))
            {
                return null;
            }

            statuses[i] = budgets[i].With(counters);
        }

        standing = entry.Work.StandingAt(now, new(statuses));
        if (!entry.Work.HasPause)
        {
            (entry.Standing, entry.Budgets, entry.Commits) = (standing, budgets, commits);
        }

        return standing;
    }

    /// <summary>Keeps what a check has read.</summary>
    /// <param name="subject">The work of the check.</param>
    /// <param name="reading">The check.</param>
    /// <param name="now">The time of the check (UTC).</param>
    /// <param name="nextExpiry">The earliest expiry of the organisation's reservations that have not ended (UTC).</param>
    public void Keep(BudgetSubject subject, StandingReading reading, DateTimeOffset now, DateTimeOffset nextExpiry)
    {
        // A kill is reported for a while only.
        if (reading.Work.WasKilled)
        {
            return;
        }

        if (entries.Count >= MaxEntries || counters.Count >= MaxCounters)
        {
            Clear();
        }

        entries[KeyOf(subject)] = new(reading.Work);
        nextExpiries[reading.Work.Policy.OrganisationId] = nextExpiry;
        foreach (var window in Budget.WindowsOf(reading.Work.Policy.BudgetsAt(now)))
        {
            counters[window] = reading.Counters.GetValueOrDefault(window);
        }
    }

    /// <summary>Applies changes that the ledger has committed.</summary>
    public void Apply(LedgerChanges changes)
    {
        commits++;
        if (changes.Pauses.Count > 0)
        {
            // Pauses are a part of many entries, and rare.
            Clear();
            return;
        }

        foreach (var counter in changes.Counters)
        {
            if (counters.ContainsKey(counter.Window))
            {
                counters[counter.Window] = counter.After;
            }
        }

        foreach (var reservation in changes.ReservationsAfter)
        {
            var (organisationId, lapsesAt) = (reservation.Reservation.OrganisationId, reservation.Reservation.LapsesAt);
            if (nextExpiries.TryGetValue(organisationId, out var next) && lapsesAt < next && reservation.Reservation.EndedAt is null)
            {
                nextExpiries[organisationId] = lapsesAt.Value;
            }
        }

        if (changes.Starts.Sessions.Count + changes.EndedSessions.Count > 0)
        {
            // Another session is the agent's newest now.
            var sessions = changes.EndedSessions.Keys.Concat(changes.Starts.Sessions).ToHashSet();
            var agents = changes.SessionsAfter.Where(session => sessions.Contains(session.Id)).Select(session => session.Policy.AgentId).ToHashSet();
            foreach (var key in entries.Keys.Where(key => agents.Contains(key.AgentId)).ToArray())
            {
                entries.Remove(key);
            }
        }
    }

    /// <summary>Drops everything.</summary>
    public void Clear()
    {
        entries.Clear();
        counters.Clear();
        nextExpiries.Clear();
    }

    private bool HasCounters(Budget budget) => budget.Rate is { } rate
        ? counters.ContainsKey(rate.Held) && rate.Parts.All(part => counters.ContainsKey(part.Window))
        : counters.ContainsKey(budget.Window);

    private static Key KeyOf(BudgetSubject subject) =>
        new(subject.AgentId, subject.TaskId, subject.Session.UseNewestActive, subject.Session.Path.Count == 0 ? null : subject.Session.Path[0]);

    private readonly record struct Key(Guid AgentId, long? TaskId, bool UseNewestActive, long? SessionId);

    private sealed class Entry(BudgetedWork work)
    {
        public BudgetedWork Work => work;

        /// <summary>The latest result, its budgets and the number of commits before it; null if pauses depend on the time.</summary>
        public BudgetStanding? Standing { get; set; }

        public IReadOnlyList<Budget>? Budgets { get; set; }

        public long Commits { get; set; }
    }
}
