using Entourage.Application.Events;
using Entourage.Application.Sessions;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Audit;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Events;
using Entourage.Domain.Labels;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;

namespace Entourage.Application.Ledger;

/// <summary>
/// The in-memory state of a transaction: the loaded rows with the changes of the entries so far. The organisations are locked until the transaction
/// ends. The differences are saved together at the end.
/// </summary>
internal sealed partial class LedgerWorkingSet
{
    private readonly Dictionary<long, LedgerSession> sessions = [];
    private readonly IReadOnlyDictionary<Guid, BudgetRuleList> rules;
    private readonly Dictionary<long, Guid> agents = [];
    private readonly Dictionary<Guid, Pause?> pauses = [];
    private readonly Dictionary<Guid, PauseChange> changedPauses = [];
    private readonly Dictionary<Guid, LedgerReservation> reservations = [];
    private readonly Dictionary<Guid, Reservation> reservationsBefore = [];
    private readonly Dictionary<BudgetWindow, Spending> counters = [];
    private readonly Dictionary<BudgetWindow, Spending> countersBefore = [];
    private readonly Dictionary<long, UsageSum> sums = [];
    private readonly Dictionary<UsageRollupKey, UsageSum> rollups = [];
    private readonly Dictionary<(Guid OrganisationId, long Id), LabelSet> labelSets = [];
    private readonly Dictionary<long, CallCounts> calls = [];
    private readonly Dictionary<long, SessionState> ended = [];
    private readonly List<LedgerRecord> records = [];
    private readonly List<TeamEvent> events = [];
    private readonly List<Alert> alerts = [];
    private readonly List<AuditEntry> audited = [];
    private readonly Dictionary<long, DetectorState> detectors = [];
    private readonly Dictionary<Guid, PriceList> prices = [];
    private readonly Dictionary<long, UnpricedRecord> unpriced = [];

    /// <summary>Creates the working set with sessions whose organisations are locked.</summary>
    /// <param name="sessions">The sessions.</param>
    /// <param name="organisationIds">Further organisations that are locked.</param>
    /// <param name="rules">The budget rules of the organisations. Without those of an organisation, its rows keep the rules that they have.</param>
    public LedgerWorkingSet(
        IReadOnlyDictionary<long, LedgerSession> sessions, IEnumerable<Guid> organisationIds, IReadOnlyDictionary<Guid, BudgetRuleList> rules)
    {
        OrganisationIds = [.. sessions.Values.Select(session => session.Policy.OrganisationId).Concat(organisationIds).Distinct()];
        this.rules = rules;
        this.sessions.EnsureCapacity(sessions.Count);
        sums.EnsureCapacity(sessions.Count);
        rollups.EnsureCapacity(sessions.Count);
        foreach (var session in sessions.Values)
        {
            Load(session);
        }
    }

    /// <summary>The locked organisations.</summary>
    public IReadOnlyCollection<Guid> OrganisationIds { get; }

    /// <summary>The usages and corrections that were recorded.</summary>
    public IReadOnlyCollection<LedgerRecord> Records => records;

    /// <summary>The teams of the loaded sessions.</summary>
    public IReadOnlyCollection<Guid> TeamIds => [.. sessions.Values.Select(session => session.Policy.TeamId).Distinct()];

    /// <summary>The loaded sessions.</summary>
    public IReadOnlyCollection<LedgerSession> Sessions => sessions.Values;

    /// <summary>A session after the entries so far; null when it is not loaded.</summary>
    public LedgerSession? FindSession(long id) => sessions.GetValueOrDefault(id);

    /// <summary>A reservation after the entries so far; null when it is not loaded.</summary>
    public LedgerReservation? FindReservation(Guid id) => reservations.GetValueOrDefault(id);

    /// <summary>The reservations that were loaded or granted.</summary>
    public IReadOnlyCollection<LedgerReservation> Reservations => reservations.Values;

    /// <summary>The reservations of a session that have not ended.</summary>
    public IReadOnlyList<LedgerReservation> ReservationsOf(long sessionId) =>
        [.. reservations.Values.Where(reservation => reservation.Reservation.SessionId == sessionId && reservation.Reservation.EndedAt is null)];

    /// <summary>The budgets with their counters after the entries so far.</summary>
    public BudgetPosition PositionOf(IReadOnlyList<Budget> budgets)
    {
        // A for loop, because every usage asks for its position several times and an enumerator would allocate.
        var statuses = new BudgetStatus[budgets.Count];
        for (var i = 0; i < statuses.Length; i++)
        {
            statuses[i] = budgets[i].With(counters);
        }

        return new(statuses);
    }

    /// <summary>Whether the window's counter is loaded.</summary>
    public bool HasSpendingIn(BudgetWindow window) => counters.ContainsKey(window);

    /// <summary>Whether the agent of a session is loaded.</summary>
    public bool HasAgentOf(long sessionId) => agents.ContainsKey(sessionId);

    /// <summary>Whether the pause of an agent, a team or an organisation is loaded. The loaded value may be null.</summary>
    public bool HasPauseOf(Guid id) => pauses.ContainsKey(id);

    /// <summary>The pause of an agent, a team or an organisation, in force or not, after the entries so far; null for none.</summary>
    public Pause? FindPause(Guid id) => pauses.GetValueOrDefault(id);

    /// <summary>The agents of a session and of its ancestors, its own first.</summary>
    public IEnumerable<Guid> AgentsOf(LedgerSession session) => session.Policy.SessionPath.Select(id => agents[id]);

    /// <summary>The widest pause in force that stops a session; null when there is none.</summary>
    public PauseInForce? FindPauseOf(LedgerSession session, DateTimeOffset now) => PausesOf(session, now) is [var widest, ..] ? widest : null;

    /// <summary>The pauses in force that stop a session, the widest first.</summary>
    public IReadOnlyList<PauseInForce> PausesOf(LedgerSession session, DateTimeOffset now) => PauseInForce.Of(
        pauses[session.Policy.OrganisationId], pauses[session.Policy.TeamId], AgentsOf(session).Select(FindPause), now);

    /// <summary>The price list of a session's organisation.</summary>
    public PriceList PricesOf(LedgerSession session) => prices[session.Policy.OrganisationId];

    /// <summary>The price of a model at an instant, with the cost of the tokens; null if it has no price.</summary>
    public LedgerPrice? FindPrice(LedgerSession session, string model, DateTimeOffset at, BilledTokens tokens, string? tier = null)
    {
        if (model.Length == 0)
        {
            return null;
        }

        if (tier is not null && PricesOf(session).Find(model, at, tier) is { } ofTier)
        {
            return new(ofTier.Id, ofTier.CostOf(tokens));
        }

        return PricesOf(session).Find(model, at) is not { } price ? null
            : tier is null ? new(price.Id, price.CostOf(tokens))
            : new(price.Id, price.CostOf(tokens) with { IsEstimated = true });
    }

    /// <summary>A record that waits for a price, by its sequence; null if it has one or is not loaded.</summary>
    public UnpricedRecord? FindUnpriced(long sequence) => unpriced.GetValueOrDefault(sequence);

    /// <summary>The response for a session after the entries so far.</summary>
    public SessionResponse ResponseOf(long sessionId, DateTimeOffset now) =>
        SessionResponse.Of(sessions[sessionId], PositionOf(sessions[sessionId].Policy.BudgetsAt(now)), now);

    /// <summary>Returns a policy with the budget rules of its team.</summary>
    public BudgetPolicy WithRules(BudgetPolicy policy) => rules.TryGetValue(policy.OrganisationId, out var own) ? own.ApplyTo(policy) : policy;

    /// <summary>Adds a granted reservation.</summary>
    public void Add(Reservation reservation, LedgerSession session)
    {
        var added = LedgerReservation.Of(reservation, session.Policy);
        reservations[reservation.Id] = added;
        Hold(added, 1);
    }

    /// <summary>Replaces a reservation by an extended one, which also counts in the further windows that it reaches.</summary>
    public LedgerReservation Change(LedgerReservation reservation, Reservation extended)
    {
        var changed = new LedgerReservation(extended, reservation.Policy);
        foreach (var (window, amount) in changed.Holds.ExceptBy(reservation.Windows, hold => hold.Window))
        {
            Count(window, new(Money.Zero, amount));
        }

        return reservations[extended.Id] = changed;
    }

    /// <summary>Ends a reservation. Its amount returns to the budgets.</summary>
    public void End(LedgerReservation reservation, ReservationStatus status, DateTimeOffset now)
    {
        reservations[reservation.Reservation.Id] = reservation with { Reservation = reservation.Reservation.End(status, now) };
        Hold(reservation, -1);
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

    /// <summary>Adds a usage or a correction.</summary>
    public void Add(LedgerRecord record, LedgerSession session, IReadOnlyList<Budget> drawnOn)
    {
        var sum = record.Sum;
        foreach (var budget in drawnOn)
        {
            if (budget.AmountOf(sum.Cost, sum.Tokens.OfAllClasses) is var amount && amount != MoneyTotal.Zero)
            {
                Count(budget.Window, new(amount, Money.Zero));
            }
        }

        var labels = session.Labels.With(record.Entry.Labels);
        Add(UsageRollupKey.Of(session, record.Entry.OccurredAt, record.Model, labels), sum);
        if (!record.Entry.Labels.IsEmpty)
        {
            AddLabels(session, labels);
        }

        sums[session.Id] = sums.GetValueOrDefault(session.Id) + sum;

        // The caller's session may be from before another record of the same decision, which corrects a span of it.
        var before = sessions[session.Id];
        var now = record.Entry.Now;
        sessions[session.Id] = before with
        {
            // A correction is no call of the agent.
            LastCallAt = record.Corrects is not null || now < before.LastCallAt ? before.LastCallAt : now,
            Tokens = TokenCounts.AddTotals(before.Tokens, sum.Tokens),
            Cost = before.Cost + sum.Cost,
            ImputedCost = before.ImputedCost + sum.ImputedCost,
        };
        records.Add(record);
    }

    /// <summary>Adds to the counts of a session's calls through the gateway.</summary>
    public void Add(long sessionId, CallCounts count) => calls[sessionId] = calls.GetValueOrDefault(sessionId) + count;

    /// <summary>Adds a set of labels, so that reports find the rollups with it.</summary>
    public void AddLabels(LedgerSession session, LabelSet labels)
    {
        if (!labels.IsEmpty)
        {
            labelSets[(session.Policy.OrganisationId, labels.Id)] = labels;
        }
    }

    /// <summary>Adds to a rollup.</summary>
    public void Add(UsageRollupKey bucket, UsageSum sum) => rollups[bucket] = rollups.GetValueOrDefault(bucket) + sum;

    /// <summary>The cost of an agent's usages in this transaction (USD), imputed costs included, in a range of quarter hours.</summary>
    public MoneyTotal CostIn(Guid agentId, DateTimeOffset from, DateTimeOffset until) => MoneyTotal.Sum(rollups
        .Where(rollup => rollup.Key.QuarterAt >= from && rollup.Key.QuarterAt < until && sessions[rollup.Key.SessionId].Policy.AgentId == agentId)
        .Select(rollup => rollup.Value.Cost + rollup.Value.ImputedCost));

    /// <summary>Replaces the detector state of a session.</summary>
    public void Set(long sessionId, DetectorState state) =>
        sessions[sessionId] = sessions[sessionId] with { DetectorState = detectors[sessionId] = state };

    /// <summary>Adds an alert, with its event.</summary>
    public void Add(Alert alert)
    {
        alerts.Add(alert);
        Add(TeamEventFactory.Of(alert));
    }

    /// <summary>Adds an event.</summary>
    public void Add(TeamEvent added) => events.Add(added);

    /// <summary>Adds an audit entry. Null adds none, since nothing has changed.</summary>
    public void Add(AuditEntry? entry)
    {
        if (entry is not null)
        {
            audited.Add(entry);
        }
    }

    /// <summary>The sum of a session's reservations that this transaction has ended (USD).</summary>
    private MoneyTotal EndedAmountOf(long sessionId) => MoneyTotal.Sum(reservationsBefore.Values
        .Where(before => before.SessionId == sessionId && before.EndedAt is null && reservations[before.Id].Reservation.EndedAt is not null)
        .Select(before => before.Amount));

    /// <summary>Adds a reservation to the counters and its session, or takes it away.</summary>
    /// <param name="reservation">The reservation.</param>
    /// <param name="sign">1 to add it, -1 to take it away.</param>
    private void Hold(LedgerReservation reservation, int sign)
    {
        foreach (var (window, amount) in reservation.Holds)
        {
            Count(window, new(Money.Zero, Signed(amount)));
        }

        if (sessions.TryGetValue(reservation.Reservation.SessionId, out var session))
        {
            sessions[session.Id] = session with { Reserved = session.Reserved + Signed(reservation.Reservation.Amount) };
        }

        Money Signed(Money amount) => sign > 0 ? amount : Money.Zero - amount;
    }

    private void Count(BudgetWindow window, Spending amount) => counters[window] = counters.GetValueOrDefault(window) + amount;
}
