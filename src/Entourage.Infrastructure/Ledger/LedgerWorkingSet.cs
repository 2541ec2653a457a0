using Entourage.Application.Abstractions;
using Entourage.Application.Events;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Audit;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Events;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;

namespace Entourage.Infrastructure.Ledger;

/// <summary>
/// What a transaction has read of the ledger, and what it makes of it. It is kept in memory while the transaction holds the
/// organisations, so that each entry sees what those before it did, and written at once at the end.
/// </summary>
internal sealed class LedgerWorkingSet
{
    private readonly Dictionary<long, LedgerSession> sessions = [];
    private readonly Dictionary<long, Guid> workers = [];
    private readonly Dictionary<Guid, Pause?> pauses = [];
    private readonly Dictionary<Guid, PauseChange> changedPauses = [];
    private readonly Dictionary<Guid, LedgerReservation> reservations = [];
    private readonly Dictionary<Guid, Reservation> reservationsBefore = [];
    private readonly Dictionary<BudgetWindow, Spending> counters = [];
    private readonly Dictionary<BudgetWindow, Spending> countersBefore = [];
    private readonly Dictionary<(long Session, DateOnly Day, DateOnly UtcDay), IReadOnlyList<Budget>> budgets = [];
    private readonly Dictionary<long, UsageSum> sums = [];
    private readonly Dictionary<LedgerBucket, UsageSum> rollups = [];
    private readonly Dictionary<long, SessionState> ended = [];
    private readonly List<LedgerRecord> records = [];
    private readonly List<TeamEvent> events = [];
    private readonly List<Alert> alerts = [];
    private readonly List<AuditEntry> audited = [];
    private readonly Dictionary<long, DetectorState> watches = [];

    /// <summary>Opens them.</summary>
    /// <param name="sessions">The sessions that entries name.</param>
    /// <param name="organisationIds">The organisations that entries name.</param>
    public LedgerWorkingSet(IReadOnlyDictionary<long, LedgerSession> sessions, IEnumerable<Guid> organisationIds)
    {
        OrganisationIds = [.. sessions.Values.Select(session => session.Policy.OrganisationId).Concat(organisationIds).Distinct()];
        foreach (var session in sessions.Values)
        {
            Know(session);
        }
    }

    /// <summary>The organisations whose ledgers are held.</summary>
    public IReadOnlyCollection<Guid> OrganisationIds { get; }

    /// <summary>The usages that were recorded.</summary>
    public IReadOnlyCollection<LedgerRecord> Records => records;

    /// <summary>Their teams that are concerned.</summary>
    public IReadOnlyCollection<Guid> TeamIds => [.. sessions.Values.Select(session => session.Policy.TeamId).Distinct()];

    /// <summary>The sessions that were read.</summary>
    public IReadOnlyCollection<LedgerSession> Sessions => sessions.Values;

    /// <summary>A session, as it stands after the entries so far; null when there is none.</summary>
    public LedgerSession? FindSession(long id) => sessions.GetValueOrDefault(id);

    /// <summary>A reservation, as it stands after the entries so far; null when there is none.</summary>
    public LedgerReservation? FindReservation(Guid id) => reservations.GetValueOrDefault(id);

    /// <summary>The reservations that were read or granted.</summary>
    public IReadOnlyCollection<LedgerReservation> Reservations => reservations.Values;

    /// <summary>The reservations of a session that have not ended.</summary>
    public IReadOnlyList<LedgerReservation> ReservationsOf(long sessionId) =>
        [.. reservations.Values.Where(held => held.Reservation.SessionId == sessionId && held.Reservation.EndedAt is null)];

    /// <summary>Every budget that a cost of a session at an instant draws on.</summary>
    public IReadOnlyList<Budget> BudgetsAt(LedgerSession session, DateTimeOffset instant)
    {
        // They are the same all day, and most usages of a batch are of one session and one day.
        var policy = session.Policy;
        var key = (session.Id, policy.Calendar.WindowOf(BudgetPeriod.Day, instant), BudgetCalendar.Utc.WindowOf(BudgetPeriod.Day, instant));
        return budgets.TryGetValue(key, out var known) ? known : budgets[key] = policy.BudgetsAt(instant);
    }

    /// <summary>How budgets stand after the entries so far.</summary>
    public BudgetPosition PositionOf(IEnumerable<Budget> budgets) => new([.. budgets.Select(budget => budget.With(counters))]);

    /// <summary>Whether it was read what a window's counter says, or something was counted in it.</summary>
    public bool HasSpendingIn(BudgetWindow window) => counters.ContainsKey(window);

    /// <summary>Whether it is known whose a session is.</summary>
    public bool HasAgentOf(long sessionId) => workers.ContainsKey(sessionId);

    /// <summary>Whether it is known if an agent, a team or an organisation is paused.</summary>
    public bool HasPauseOf(Guid id) => pauses.ContainsKey(id);

    /// <summary>The pause of an agent, a team or an organisation, in force or not, as it stands after the entries so far.</summary>
    public Pause? FindPause(Guid id) => pauses.GetValueOrDefault(id);

    /// <summary>The agents of a session and of those above it, its own first.</summary>
    public IEnumerable<Guid> WorkersOf(LedgerSession session) => session.Policy.SessionPath.Select(id => workers[id]);

    /// <summary>The widest pause in force that stops a session; null when there is none.</summary>
    public PauseInForce? FindPauseOf(LedgerSession session, DateTimeOffset now) => PausesOf(session, now) is [var widest, ..] ? widest : null;

    /// <summary>The pauses in force that stop a session, the widest first.</summary>
    public IReadOnlyList<PauseInForce> PausesOf(LedgerSession session, DateTimeOffset now) => PauseInForce.Of(
        pauses[session.Policy.OrganisationId], pauses[session.Policy.TeamId], WorkersOf(session).Select(FindPause), now);

    /// <summary>Takes note of a session that was read, unless it is known: then what entries did to it is known as well.</summary>
    public void Know(LedgerSession session)
    {
        if (sessions.TryAdd(session.Id, session))
        {
            pauses.TryAdd(session.Policy.OrganisationId, session.Pauses.Organisation);
            pauses.TryAdd(session.Policy.TeamId, session.Pauses.Team);
            Know(new LedgerWorker(session.Id, session.Policy.AgentId, session.Pauses.Agent));
        }
    }

    /// <summary>Takes note of whose a session is.</summary>
    public void Know(LedgerWorker worker)
    {
        workers.TryAdd(worker.SessionId, worker.AgentId);
        Know(worker.AgentId, worker.Pause);
    }

    /// <summary>Takes note of the pause of an agent, a team or an organisation, unless it is known.</summary>
    public void Know(Guid id, Pause? pause) => pauses.TryAdd(id, pause);

    /// <summary>Takes note of a reservation that was read, unless it is known.</summary>
    public void Know(LedgerReservation reservation)
    {
        if (reservations.TryAdd(reservation.Reservation.Id, reservation))
        {
            reservationsBefore.Add(reservation.Reservation.Id, reservation.Reservation);
        }
    }

    /// <summary>Takes note of what the counters say.</summary>
    public void Know(IReadOnlyDictionary<BudgetWindow, Spending> stored)
    {
        foreach (var (window, spending) in stored)
        {
            counters[window] = countersBefore[window] = spending;
        }
    }

    /// <summary>Grants a reservation, which nothing refuses.</summary>
    public void Add(Reservation reservation, LedgerSession session)
    {
        var held = new LedgerReservation(reservation, session.Policy);
        reservations[reservation.Id] = held;
        Hold(held.Windows, reservation.SessionId, reservation.Amount);
    }

    /// <summary>Holds a reservation for longer, in the windows too that it did not reach into before.</summary>
    public LedgerReservation Change(LedgerReservation held, Reservation extended)
    {
        var longer = new LedgerReservation(extended, held.Policy);
        foreach (var window in longer.Windows.Except(held.Windows))
        {
            Count(window, new(Money.Zero, extended.Amount));
        }

        return reservations[extended.Id] = longer;
    }

    /// <summary>Ends a reservation, which gives its money back to the budgets.</summary>
    public void End(LedgerReservation held, ReservationStatus how, DateTimeOffset now)
    {
        reservations[held.Reservation.Id] = held with { Reservation = held.Reservation.End(how, now) };
        Hold(held.Windows, held.Reservation.SessionId, Money.Zero - held.Reservation.Amount);
    }

    /// <summary>Ends a session.</summary>
    public void End(LedgerSession session, SessionState state) =>
        sessions[session.Id] = sessions[session.Id] with { State = ended[session.Id] = state };

    /// <summary>Begins, changes or, with null, ends a pause.</summary>
    public void Set(PauseSubject subject, Pause? pause)
    {
        pauses[subject.Id] = pause;
        changedPauses[subject.Id] = new(subject.Scope, subject.Id, pause);
    }

    /// <summary>Records a usage.</summary>
    public void Add(LedgerRecord record, LedgerSession session, IReadOnlyList<Budget> drawnOn)
    {
        var sum = record.Sum;
        if (sum.Cost != MoneyTotal.Zero)
        {
            foreach (var budget in drawnOn)
            {
                Count(budget.Window, new(sum.Cost, Money.Zero));
            }
        }

        var bucket = new LedgerBucket(session.Policy.TeamId, UsageRollup.QuarterOf(record.Entry.OccurredAt), session.Id, record.Model);
        rollups[bucket] = rollups.GetValueOrDefault(bucket) + sum;
        // A correction is not a call of the agent's.
        var now = record.Entry.Now;
        var lastCallAt = record.Corrects is not null || now < session.LastCallAt ? session.LastCallAt : now;
        sums[session.Id] = sums.GetValueOrDefault(session.Id) + sum;
        sessions[session.Id] = sessions[session.Id] with
        {
            LastCallAt = lastCallAt,
            Tokens = TokenCounts.AddTotals(session.Tokens, sum.Tokens),
            Cost = session.Cost + sum.Cost,
            ImputedCost = session.ImputedCost + sum.ImputedCost,
        };
        records.Add(record);
    }

    /// <summary>What the usages recorded here cost an agent in quarters of an hour (USD), imputed costs included.</summary>
    public MoneyTotal CostIn(Guid agentId, DateTimeOffset from, DateTimeOffset until) => MoneyTotal.Sum(rollups
        .Where(rollup => rollup.Key.QuarterAt >= from && rollup.Key.QuarterAt < until && sessions[rollup.Key.SessionId].Policy.AgentId == agentId)
        .Select(rollup => rollup.Value.Cost + rollup.Value.ImputedCost));

    /// <summary>Remembers what is to be remembered of a session.</summary>
    public void Watch(long sessionId, DetectorState watch) =>
        sessions[sessionId] = sessions[sessionId] with { Watch = watches[sessionId] = watch };

    /// <summary>Raises an alert that there is none of yet, and tells of it.</summary>
    public void Raise(Alert alert)
    {
        alerts.Add(alert);
        Tell(TeamEventFactory.Of(alert));
    }

    /// <summary>Tells the watchers of a team something, if and when this is committed.</summary>
    public void Tell(TeamEvent told) => events.Add(told);

    /// <summary>Adds to the audit trail, if and when this is committed; null where nothing has changed.</summary>
    public void Audit(AuditEntry? entry)
    {
        if (entry is not null)
        {
            audited.Add(entry);
        }
    }

    /// <summary>What is to be written; null when that is nothing.</summary>
    public LedgerChanges? Close(IEnumerable<IdempotentAnswer> answers, IEnumerable<AnswerChange> extendedAnswers)
    {
        var changes = new LedgerChanges
        {
            Counters = [.. counters.Where(HasChanged).Select(counter => new CounterChange(counter.Key, Before(counter.Key), counter.Value))],
            NewReservations = [.. reservations.Values.Select(held => held.Reservation).Where(reservation => !reservationsBefore.ContainsKey(reservation.Id))],
            ChangedReservations = [.. reservationsBefore.Values
                .Select(before => new ReservationChange(before, reservations[before.Id].Reservation))
                .Where(change => change.Before != change.After)],
            Records = records,
            Answers = [.. answers],
            ExtendedAnswers = [.. extendedAnswers],
            Events = events,
            Alerts = alerts,
            Audited = audited,
            Sessions = sums.ToDictionary(sum => sum.Key, sum => ChangeOf(sessions[sum.Key], sum.Value)),
            Pauses = changedPauses.Values,
            EndedSessions = ended,
            Rollups = rollups,
        };
        return changes.IsEmpty ? null : changes;

        bool HasChanged(KeyValuePair<BudgetWindow, Spending> counter) => counter.Value != countersBefore.GetValueOrDefault(counter.Key);

        Spending? Before(BudgetWindow window) => countersBefore.TryGetValue(window, out var before) ? before : null;
    }

    private SessionChange ChangeOf(LedgerSession session, UsageSum sum) => new(
        sum, session.LastCallAt, session.WatchText, watches.TryGetValue(session.Id, out var watch) ? watch.ToString() : session.WatchText);

    private void Hold(IEnumerable<BudgetWindow> windows, long sessionId, Money amount)
    {
        foreach (var window in windows)
        {
            Count(window, new(Money.Zero, amount));
        }

        if (sessions.TryGetValue(sessionId, out var session))
        {
            sessions[sessionId] = session with { Reserved = session.Reserved + amount };
        }
    }

    private void Count(BudgetWindow window, Spending more) => counters[window] = counters.GetValueOrDefault(window) + more;
}
