using Entourage.Application.Abstractions;
using Entourage.Application.Events;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Events;
using Entourage.Domain.Sessions;

namespace Entourage.Infrastructure.Persistence.Ledger;

/// <summary>
/// What a transaction has read of the ledger, and what it makes of it. It is kept in memory while the transaction holds the
/// organisations, so that each entry sees what those before it did, and written at once at the end.
/// </summary>
internal sealed class LedgerBooks(IReadOnlyDictionary<long, LedgerSession> sessions)
{
    // So far below 2^63 nano-dollars that nothing which is added or taken off at once comes near that.
    private static readonly Money GreatestTotal = Money.FromUsd(8_000_000_000m);

    private const string CostMember = "CostUsd";

    private readonly Dictionary<long, LedgerSession> sessions = new(sessions);
    private readonly Dictionary<Guid, LedgerReservation> reservations = [];
    private readonly Dictionary<Guid, Reservation> reservationsBefore = [];
    private readonly Dictionary<BudgetWindow, Spending> counters = [];
    private readonly Dictionary<BudgetWindow, Spending> countersBefore = [];
    private readonly Dictionary<(long Session, DateOnly Day, DateOnly UtcDay), IReadOnlyList<Budget>> budgets = [];
    private readonly Dictionary<long, LedgerSum> sums = [];
    private readonly Dictionary<LedgerBucket, LedgerSum> rollups = [];
    private readonly Dictionary<long, SessionState> ended = [];
    private readonly List<LedgerRecord> records = [];
    private readonly List<TeamEvent> events = [];
    private readonly List<Alert> alerts = [];
    private readonly IReadOnlyDictionary<long, LedgerSession> sessionsBefore = sessions;

    /// <summary>The organisations whose ledgers are held.</summary>
    public IReadOnlyCollection<Guid> OrganisationIds { get; } = [.. sessions.Values.Select(session => session.Policy.OrganisationId).Distinct()];

    /// <summary>The sessions that were read.</summary>
    public IReadOnlyCollection<LedgerSession> Sessions => sessions.Values;

    /// <summary>A session, as it stands after the entries so far; null when there is none.</summary>
    public LedgerSession? FindSession(long id) => sessions.GetValueOrDefault(id);

    /// <summary>A reservation, as it stands after the entries so far; null when there is none.</summary>
    public LedgerReservation? FindReservation(Guid id) => reservations.GetValueOrDefault(id);

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

    /// <summary>Takes note of a reservation that was read.</summary>
    public void Know(LedgerReservation reservation)
    {
        reservations[reservation.Reservation.Id] = reservation;
        reservationsBefore[reservation.Reservation.Id] = reservation.Reservation;
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
        EnsureCountable(held.Windows, reservation.Amount, "EstimatedCostUsd");
        reservations[reservation.Id] = held;
        Hold(held.Windows, reservation.SessionId, reservation.Amount);
    }

    /// <summary>Holds a reservation for longer, in the windows too that it did not reach into before.</summary>
    public LedgerReservation Change(LedgerReservation held, Reservation extended)
    {
        var longer = new LedgerReservation(extended, held.Policy);
        var further = longer.Windows.Except(held.Windows).ToArray();
        EnsureCountable(further, extended.Amount, "TtlSeconds");
        foreach (var window in further)
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
        sessions[session.Id] = session with { State = ended[session.Id] = state };

    /// <summary>Records a usage.</summary>
    public void Add(LedgerRecord record, LedgerSession session, IReadOnlyList<Budget> drawnOn)
    {
        var sum = record.Sum;
        var windows = sum.Cost == Money.Zero ? [] : drawnOn.Select(budget => budget.Window).ToArray();
        EnsureCountable(windows, sum.Cost, CostMember);
        if (session.Cost + sum.Cost > GreatestTotal || session.ImputedCost + sum.ImputedCost > GreatestTotal)
        {
            throw TooLarge(CostMember);
        }

        foreach (var window in windows)
        {
            Count(window, new(sum.Cost, Money.Zero));
        }

        var bucket = new LedgerBucket(session.Policy.TeamId, UsageRollup.QuarterOf(record.Entry.OccurredAt), session.Id, record.Model);
        rollups[bucket] = rollups.GetValueOrDefault(bucket) + sum;
        sums[session.Id] = sums.GetValueOrDefault(session.Id) + sum;
        sessions[session.Id] = sessions[session.Id] with
        {
            Tokens = session.Tokens + sum.Tokens,
            Cost = session.Cost + sum.Cost,
            ImputedCost = session.ImputedCost + sum.ImputedCost,
        };
        records.Add(record);
    }

    /// <summary>Remembers what is to be remembered of a session.</summary>
    public void Watch(long sessionId, SessionWatch watch) => sessions[sessionId] = sessions[sessionId] with { Watch = watch };

    /// <summary>Raises an alert that there is none of yet, and tells of it.</summary>
    public void Raise(Alert alert)
    {
        alerts.Add(alert);
        Tell(Telling.Of(alert));
    }

    /// <summary>Tells the watchers of a team something, if and when this is committed.</summary>
    public void Tell(TeamEvent told) => events.Add(told);

    /// <summary>What is to be written; null when that is nothing.</summary>
    public LedgerChanges? Close(IEnumerable<IdempotentAnswer> answers)
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
            Events = events,
            Alerts = alerts,
            Sessions = sums.ToDictionary(sum => sum.Key, sum => ChangeOf(sessionsBefore[sum.Key], sessions[sum.Key], sum.Value)),
            EndedSessions = ended,
            Rollups = rollups,
        };
        return changes.IsEmpty ? null : changes;

        bool HasChanged(KeyValuePair<BudgetWindow, Spending> counter) => counter.Value != countersBefore.GetValueOrDefault(counter.Key);

        Spending? Before(BudgetWindow window) => countersBefore.TryGetValue(window, out var before) ? before : null;
    }

    private static RuleViolationException TooLarge(string member) =>
        new("total-too-large", $"A total would pass {GreatestTotal} USD, the most that is counted.", member);

    private static SessionChange ChangeOf(LedgerSession before, LedgerSession after, LedgerSum sum) =>
        new(sum, before.WatchText, ReferenceEquals(before.Watch, after.Watch) ? before.WatchText : after.Watch.ToString());

    private void EnsureCountable(IEnumerable<BudgetWindow> windows, Money more, string member)
    {
        foreach (var window in windows)
        {
            var (spent, reserved) = counters.GetValueOrDefault(window);
            if (spent + reserved + more > GreatestTotal)
            {
                throw TooLarge(member);
            }
        }
    }

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
