using Entourage.Application.Abstractions;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Labels;

namespace Entourage.Application.Ledger;

/// <content>Finds the differences that a transaction saves.</content>
internal sealed partial class LedgerWorkingSet
{
    /// <summary>The differences from the loaded rows; null for none.</summary>
    /// <param name="answers">The responses to store under keys.</param>
    /// <param name="extendedAnswers">The stored responses that have grown.</param>
    /// <param name="starts">The sessions that have started.</param>
    public LedgerChanges? FindChanges(IEnumerable<IdempotentAnswer> answers, IEnumerable<AnswerChange> extendedAnswers, SessionStarts starts)
    {
        var after = sessions.ToDictionary(session => session.Key, session => AsStored(session.Value));
        var changes = new LedgerChanges
        {
            Counters = [.. counters.Where(HasChanged).Select(counter => new CounterChange(counter.Key, Before(counter.Key), counter.Value))],
            NewReservations = [.. reservations.Values.Select(reservation => reservation.Reservation).Where(reservation => !reservationsBefore.ContainsKey(reservation.Id))],
            ChangedReservations = [.. reservationsBefore.Values
                .Select(before => new ReservationChange(before, reservations[before.Id].Reservation))
                .Where(change => change.Before != change.After)],
            Records = records,
            Answers = [.. answers],
            ExtendedAnswers = [.. extendedAnswers],
            Events = events,
            Alerts = alerts,
            Audited = audited,
            Sessions = sums.ToDictionary(sum => sum.Key, sum => ChangeOf(sessions[sum.Key], after[sum.Key], sum.Value)),
            Calls = calls,
            Pauses = changedPauses.Values,
            Starts = starts.Changes,
            EndedSessions = ended,
            Rollups = rollups,
            Labels = [.. labelSets.SelectMany(set => LabelSetMember.Of(set.Key.OrganisationId, set.Value))],
            SessionsAfter = after.Values,
            ReservationsAfter = reservations.Values,
        };
        return changes.IsEmpty ? null : changes;

        bool HasChanged(KeyValuePair<BudgetWindow, Spending> counter) => counter.Value != countersBefore.GetValueOrDefault(counter.Key);

        Spending? Before(BudgetWindow window) => countersBefore.TryGetValue(window, out var before) ? before : null;
    }

    private static SessionChange ChangeOf(LedgerSession session, LedgerSession after, UsageSum sum) =>
        new(sum, session.LastCallAt, session.DetectorText, after.DetectorText);

    private LedgerSession AsStored(LedgerSession session) =>
        detectors.TryGetValue(session.Id, out var state) ? session with { DetectorText = state.ToString() } : session;
}
