using Entourage.Application.Events;
using Entourage.Domain.Stops;

namespace Entourage.Application.Ledger;

/// <summary>
/// Ends a session that has been silent for its team's limit. The response says whether it was ended. The caller found the session before this
/// transaction locked the organisation, so the decision checks again that it is silent and has no live reservation and no active sub-session.
/// </summary>
/// <param name="SessionId">The session.</param>
/// <param name="IsFromTelemetry">Whether telemetry opened it. Telemetry does not say when a program ends, so silence completes such a session.</param>
/// <param name="Now">The current time (UTC).</param>
public sealed record AbandonEntry(long SessionId, bool IsFromTelemetry, DateTimeOffset Now) : LedgerEntry<bool>(Now, null)
{
    internal override LedgerEntryKind Kind => LedgerEntryKind.AbandonSession;

    internal override long? NamedSession => SessionId;

    internal override async ValueTask<LedgerOutcome> DecideAsync(LedgerTransaction ledger)
    {
        var session = ledger.GetSession(SessionId);
        if (!session.State.IsActive
            || session.Policy.TeamLimits.AbandonedAfterMinutes is not { } minutes
            || await IsAtWorkAsync(session, minutes, ledger))
        {
            return LedgerOutcome.Accepted(false);
        }

        var workingSet = ledger.WorkingSet;
        workingSet.End(session, IsFromTelemetry
            ? session.State.End(failed: false, error: null, Now)
            : session.State.Abandon($"No usage was reported for {minutes} minutes.", Now));
        workingSet.Add(TeamEventFactory.Of(workingSet.ResponseOf(SessionId, Now), session.Policy.TeamId, Now));
        if (!IsFromTelemetry)
        {
            ledger.Alerts.AddAbandoned(session, Now);
        }

        return LedgerOutcome.Accepted(true);
    }

    private async Task<bool> IsAtWorkAsync(LedgerSession session, int minutes, LedgerTransaction ledger)
    {
        var since = Now.AddMinutes(-minutes);
        await ledger.Loader.LoadReservationsOfAsync([session], Now);
        return session.StartedAt > since
            || session.LastCallAt > since
            || ledger.WorkingSet.Reservations.Any(reservation => reservation.Reservation.SessionId == session.Id && !(reservation.Reservation.EndedAt <= since))
            || (await ledger.Loader.LoadActiveSessionsAsync(PauseScope.Team, session.Policy.TeamId)).Any(below => below.ParentSessionId == session.Id);
    }
}
