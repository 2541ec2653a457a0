using Entourage.Application.Errors;
using Entourage.Domain;

namespace Entourage.Application.Ledger;

/// <summary>
/// Runs the entries that share one transaction of the store. It loads the rows that they depend on, lets each decide in turn, and saves the differences.
/// If a row has changed since it was read, the whole transaction is rerun.
/// </summary>
internal sealed class LedgerTransaction
{
    private readonly IdempotentResponses responses;
    private readonly HashSet<long> corrected = [];

    private LedgerTransaction(LedgerLoader loader, IdempotentResponses responses, TelemetryCorrections corrections, LedgerRules rules)
    {
        (Loader, this.responses, Corrections, Rules) = (loader, responses, corrections, rules);
        Kills = new(WorkingSet, loader);
        Alerts = new(WorkingSet, rules);
    }

    /// <summary>The rows that were loaded, as the entries so far have changed them.</summary>
    public LedgerWorkingSet WorkingSet => Loader.WorkingSet;

    /// <summary>Loads further rows for the entries that rarely need them.</summary>
    public LedgerLoader Loader { get; }

    /// <summary>The operator's settings.</summary>
    public LedgerRules Rules { get; }

    /// <summary>The corrections of earlier telemetry.</summary>
    public TelemetryCorrections Corrections { get; }

    /// <summary>Kills trees of sessions.</summary>
    public SessionKills Kills { get; }

    /// <summary>Runs the detectors and raises alerts.</summary>
    public AlertDetection Alerts { get; }

    /// <summary>Decides the entries in order. The changes remain to be saved.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="store">The store, in a transaction that can write.</param>
    /// <param name="priceLists">The price lists of the organisations.</param>
    /// <param name="ruleLists">The budget rules of the organisations.</param>
    /// <param name="rules">The operator's settings.</param>
    /// <returns>An outcome for each entry, and the changes.</returns>
    public static async Task<LedgerTransactionResult> DecideAsync(
        IReadOnlyList<LedgerEntry> entries, ILedgerStore store, PriceLists priceLists, BudgetRuleLists ruleLists, LedgerRules rules)
    {
        await store.ReadAheadAsync(entries);
        var loader = await LedgerLoader.OpenAsync(entries, store, ruleLists);
        await loader.LoadPricesAsync(entries, priceLists);
        var responses = await IdempotentResponses.LoadAsync(entries, store);
        var corrections = await TelemetryCorrections.LoadAsync(entries, responses.Stored, rules.Bounds.MaxCost, store);
        await loader.LoadSessionsOfAsync(corrections.Recorded);
        await loader.LoadCountersAsync(entries, corrections.Recorded);

        var ledger = new LedgerTransaction(loader, responses, corrections, rules);
        var outcomes = new LedgerOutcome[entries.Count];
        for (var i = 0; i < outcomes.Length; i++)
        {
            outcomes[i] = await ledger.DecideAsync(entries[i]);
        }

        await ledger.Alerts.RaiseAsync(store);
        var changes = ledger.WorkingSet.FindChanges(
            responses.Added.Concat(corrections.Added), responses.Extended.Concat(corrections.Changed), loader.Starts);
        return new(outcomes, changes, ledger.WorkingSet.Records, ledger.WorkingSet.TeamIds);
    }

    /// <summary>A session after the entries so far. One that starts in this transaction is unknown, because its number is not told to anyone yet.</summary>
    /// <exception cref="NotFoundException">There is no such session.</exception>
    public LedgerSession GetSession(long id) =>
        WorkingSet.FindSession(id) is { } session && !Loader.Starts.HasStarted(id) ? session : throw new NotFoundException("session", id);

    /// <summary>A reservation after the entries so far.</summary>
    /// <param name="id">The reservation.</param>
    /// <param name="isHeld">Whether it is one that the gateway holds. To everybody else such a reservation does not exist.</param>
    /// <exception cref="NotFoundException">There is no such reservation.</exception>
    public LedgerReservation GetReservation(Guid id, bool isHeld = false) =>
        WorkingSet.FindReservation(id) is { } found && found.Reservation.IsHeld == isHeld ? found : throw new NotFoundException("reservation", id);

    /// <summary>Adds a record with its overrun, the part of its cost that neither a reservation nor a budget's remaining amount covered.</summary>
    /// <param name="record">The record.</param>
    /// <param name="session">Its session.</param>
    /// <param name="reservation">The reservation that it commits; null for none.</param>
    /// <param name="stops">The stops that it causes. A correction causes none.</param>
    /// <returns>The record with its overrun.</returns>
    public LedgerRecord Add(LedgerRecord record, LedgerSession session, LedgerReservation? reservation, out IReadOnlyList<RequiredStop> stops)
    {
        var budgets = session.Policy.ForCall(record.Model, record.Entry.Labels).BudgetsAt(record.Entry.OccurredAt);
        var before = WorkingSet.PositionOf(budgets);
        record = record with { Overrun = before.OverrunOf(record.CountedCost, reservation?.Reservation.Amount, reservation?.Windows ?? []) };
        WorkingSet.Add(record, session, budgets);
        stops = Alerts.Inspect(record, before);
        return record;
    }

    /// <summary>
    /// Adds a correction of a record (rule 5). If it exhausts a budget whose window is current, the budget's sessions are killed, provided that their
    /// teams kill on exceed.
    /// </summary>
    /// <param name="correction">The correction.</param>
    /// <returns>False if the transaction has already corrected this record. A record is corrected once.</returns>
    public async Task<bool> CorrectAsync(LedgerRecord correction)
    {
        if (!corrected.Add(correction.Corrects!.Value))
        {
            return false;
        }

        var (session, now) = (GetSession(correction.Entry.SessionId), correction.Entry.Now);
        var before = WorkingSet.PositionOf(session.Policy.ForCall(correction.Model, correction.Entry.Labels).BudgetsAt(now));
        Add(correction, session, reservation: null, out _);
        var after = WorkingSet.PositionOf([.. before.Budgets.Select(budget => budget.Budget)]);
        var exhausted = after.Budgets.Where((budget, i) => budget.IsExhausted && !before.Budgets[i].IsExhausted).Select(budget => budget.Budget).ToArray();
        if (exhausted.Length > 0)
        {
            var isShared = exhausted.Any(budget => budget.IsShared);
            foreach (var teamId in isShared ? await Loader.FindTeamsAsync(session.Policy.OrganisationId) : [session.Policy.TeamId])
            {
                await Kills.KillUnderExhaustedAsync(teamId, [.. exhausted.Select(budget => budget.Window)], now);
            }
        }

        return true;
    }

    /// <summary>Takes back the usage of the spans above a usage, because such a span repeats the usage of the spans below it.</summary>
    public async Task TakeBackCoveredAsync(UsageEntry usage)
    {
        foreach (var correction in Corrections.CoverSpansAbove(usage))
        {
            await CorrectAsync(correction);
        }
    }

    private async ValueTask<LedgerOutcome> DecideAsync(LedgerEntry entry)
    {
        try
        {
            if (responses.Find(entry) is { } earlier)
            {
                await entry.ReplayAsync(this, earlier);
                return LedgerOutcome.Replay(earlier);
            }

            var outcome = await entry.DecideAsync(this);
            if (outcome is { Refusal: null, Replayed: false })
            {
                responses.Keep(entry, outcome.Response!);
            }

            return outcome;
        }
        catch (Exception refusal) when (refusal is IdempotencyKeyReusedException or RuleViolationException or NotFoundException
            or ConflictException or ForbiddenException or InvalidInputException or MoveDueException)
        {
            return LedgerOutcome.Refused(refusal);
        }
    }
}

/// <summary>The decisions of a transaction.</summary>
/// <param name="Outcomes">An outcome for each entry, in the same order.</param>
/// <param name="Changes">The changes to save; null if there are none.</param>
/// <param name="Records">The usages and corrections among the changes.</param>
/// <param name="TeamIds">The teams of the sessions concerned.</param>
internal sealed record LedgerTransactionResult(
    IReadOnlyList<LedgerOutcome> Outcomes, LedgerChanges? Changes, IReadOnlyCollection<LedgerRecord> Records, IReadOnlyCollection<Guid> TeamIds)
{
    /// <summary>Whether every entry was refused, so that no answer depends on whether the changes are saved.</summary>
    public bool IsRefusal => Outcomes.All(outcome => outcome.Refusal is not null);

    /// <summary>Saves the changes.</summary>
    /// <exception cref="LedgerConflictException">A row has changed since it was read.</exception>
    public Task SaveAsync(ILedgerStore store) => Changes is null ? Task.CompletedTask : store.SaveAsync(Changes);
}
