using Entourage.Application.Audit;
using Entourage.Application.Events;
using Entourage.Application.Stops;
using Entourage.Domain;
using Entourage.Domain.Audit;
using Entourage.Domain.Budgets;
using Entourage.Domain.Events;
using Entourage.Domain.Stops;

namespace Entourage.Application.Ledger;

/// <summary>
/// Kills trees of sessions within a transaction. Kills are rare, so the sessions, reservations and counters are loaded when one occurs. The organisation
/// is locked, so no session or reservation can begin in between.
/// </summary>
internal sealed class SessionKills(LedgerWorkingSet workingSet, LedgerLoader loader)
{
    /// <summary>Kills a session and its descendants, if they are active, and releases their reservations.</summary>
    /// <param name="teamId">The team of the session.</param>
    /// <param name="sessionId">The session.</param>
    /// <param name="reason">The reason, which becomes the sessions' <c>error</c>.</param>
    /// <param name="by">The actor.</param>
    /// <param name="now">The current time (UTC).</param>
    public async Task KillAsync(Guid teamId, long sessionId, string reason, AuditActor by, DateTimeOffset now) => await KillAsync(
        [.. (await loader.LoadActiveSessionsAsync(PauseScope.Team, teamId)).Where(below => below.Policy.SessionPath.Contains(sessionId))], reason, by, now);

    /// <summary>Kills active sessions, and releases their reservations.</summary>
    /// <param name="killed">The sessions, each with all its active descendants.</param>
    /// <param name="reason">The reason, which becomes the sessions' <c>error</c>.</param>
    /// <param name="by">The actor.</param>
    /// <param name="now">The current time (UTC).</param>
    public async Task KillAsync(IReadOnlyCollection<LedgerSession> killed, string reason, AuditActor by, DateTimeOffset now)
    {
        await loader.ReleaseReservationsAsync(killed, now);
        foreach (var session in killed)
        {
            var (state, policy) = (session.State.Kill(reason, now), session.Policy);
            workingSet.End(session, state);
            workingSet.Add(AuditEntryFactory.Of(
                AuditAction.SessionKilled,
                AuditSubject.Of(AuditSubjectKind.Session, session.Id, policy.OrganisationId, policy.TeamId),
                AuditedSession.Of(session.State),
                AuditedSession.Of(state),
                by,
                now));
            workingSet.Add(TeamEventFactory.Of(workingSet.ResponseOf(session.Id, now), policy.TeamId, now));
            var notice = new StopNotice(StopAction.Killed, StopScope.Session, BudgetWindow.IdOf(session.Id), reason, by.Name, now, ExpiresAt: null);
            workingSet.Add(TeamEventFactory.Of(EventKind.Stop, policy.TeamId, policy.AgentId, session.Id, notice, now));
        }
    }

    /// <summary>
    /// Kills the active sessions of a team that count against exhausted budgets, if the team or the budget kills on exceed. It is for budgets that a change other than a
    /// usage has exhausted. Sessions that have spent nothing are left alone, as when a usage exhausts a budget.
    /// </summary>
    /// <param name="teamId">The team.</param>
    /// <param name="exhausted">The windows of the exhausted budgets.</param>
    /// <param name="now">The current time (UTC).</param>
    public async Task KillUnderExhaustedAsync(Guid teamId, IReadOnlyCollection<BudgetWindow> exhausted, DateTimeOffset now)
    {
        foreach (var session in (await loader.LoadActiveSessionsAsync(PauseScope.Team, teamId)).OrderBy(session => session.Id))
        {
            var drawnOn = session.Policy.BudgetsAt(now)
                .Where(budget => exhausted.Contains(budget.Window) && session.Policy.Kills(budget) && HasSpent(session, budget))
                .ToArray();
            if (RequiredStop.KillUnder(session, drawnOn) is { KilledId: { } top, Reason: var reason })
            {
                // Sessions that were already killed with another one do not change.
                await KillAsync(teamId, top, reason, RequiredStop.AutomaticActor, now);
            }
        }
    }

    private static bool HasSpent(LedgerSession session, Budget budget) =>
        budget.Unit == BudgetUnit.Tokens ? session.Tokens.OfAllClasses > 0 : session.Cost > MoneyTotal.Zero;
}
