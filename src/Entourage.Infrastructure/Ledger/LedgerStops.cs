using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Budgets;
using Entourage.Application.Events;
using Entourage.Application.Ledger;
using Entourage.Application.Stops;
using Entourage.Domain;
using Entourage.Domain.Audit;
using Entourage.Domain.Budgets;
using Entourage.Domain.Events;
using Entourage.Domain.Stops;

namespace Entourage.Infrastructure.Ledger;

/// <summary>
/// Kills and pauses within a batch. They are rare, so what they reach — the sessions below, their reservations, the counters of these —
/// is read when there is one to carry out, in the same transaction, and only what the books do not know yet: they know what the
/// entries before it did, and the store does not. An organisation is held all the while, so no session or reservation can begin
/// in between.
/// </summary>
internal sealed class LedgerStops(LedgerWorkingSet books, ILedgerWrites store)
{
    private static readonly AuditActor Itself = Caller.Entourage.ToActor();

    private readonly List<Tripped> tripped = [];
    private readonly HashSet<Guid> activeRead = [];
    private readonly HashSet<long> reservationsRead = [];

    /// <summary>Has a session killed, and all below it, as soon as the usage at hand is in the books.</summary>
    /// <param name="session">The session.</param>
    /// <param name="reason">Why, as a stop reason of the API: <c>runaway_tokens</c>.</param>
    /// <param name="now">The present (UTC).</param>
    /// <param name="wholeTree">Whether to kill the sessions above it too, with all that is below these.</param>
    public void Kill(LedgerSession session, string reason, DateTimeOffset now, bool wholeTree = false) =>
        tripped.Add(new(session, wholeTree ? session.Policy.SessionPath[^1] : session.Id, reason, now));

    /// <summary>Has the agent of a session paused, as soon as the usage at hand is in the books. A pause that is in force stays as it is.</summary>
    /// <param name="session">The session.</param>
    /// <param name="reason">Why, as a stop reason of the API: <c>runaway_tokens</c>.</param>
    /// <param name="now">The present (UTC).</param>
    public void PauseAgent(LedgerSession session, string reason, DateTimeOffset now) =>
        tripped.Add(new(session, null, reason, now));

    /// <summary>Carries out what the usage at hand has tripped, if anything, before it is answered.</summary>
    /// <returns>The reasons, for the answer.</returns>
    public async ValueTask<IReadOnlyList<string>> CarryOutAsync()
    {
        if (tripped.Count == 0)
        {
            return [];
        }

        foreach (var (session, killed, reason, now) in tripped)
        {
            var policy = session.Policy;
            var subject = new PauseSubject(PauseScope.Agent, policy.AgentId, policy.TeamId, policy.OrganisationId);
            if (killed is { } top)
            {
                await KillAsync(policy.TeamId, top, reason, Itself, now);
            }
            else if ((await FindPauseAsync(subject))?.IsInForceAt(now) != true)
            {
                await PauseAsync(new PauseEntry(subject, reason, ExpiresAt: null, Itself, now));
            }
        }

        string[] reasons = [.. tripped.Select(stop => stop.Reason)];
        tripped.Clear();
        return reasons;
    }

    /// <summary>Kills what is active of a session and the sessions below it, and gives their reservations back.</summary>
    public async Task KillAsync(Guid teamId, long sessionId, string reason, AuditActor by, DateTimeOffset now)
    {
        var reached = (await ReadActiveAsync(PauseScope.Team, teamId)).Where(below => below.Policy.SessionPath.Contains(sessionId)).ToArray();
        await ReleaseAsync(reached, now);
        foreach (var killed in reached)
        {
            var (state, policy) = (killed.State.Kill(reason, now), killed.Policy);
            books.End(killed, state);
            books.Audit(AuditEntryFactory.Of(
                AuditAction.SessionKilled,
                AuditSubject.Of(AuditSubjectKind.Session, killed.Id, policy.OrganisationId, policy.TeamId),
                AuditedSession.Of(killed.State),
                AuditedSession.Of(state),
                by,
                now));
            books.Tell(TeamEventFactory.Of(LedgerAnswers.OfSession(books.FindSession(killed.Id)!, books, now), policy.TeamId, now));
            var notice = new StopNotice(StopAction.Killed, StopScope.Session, BudgetWindow.IdOf(killed.Id), reason, by.Name, now, ExpiresAt: null);
            books.Tell(TeamEventFactory.Of(EventKind.Stop, policy.TeamId, policy.AgentId, killed.Id, notice, now));
        }
    }

    /// <summary>
    /// Kills the active sessions of a team that draw on windows of which nothing is left, where the team wants that. For what exhausts a budget and
    /// is no usage of a session at work. Sessions that have spent nothing are left alone, as when a usage exhausts it.
    /// </summary>
    public async Task KillUnderAsync(Guid teamId, IReadOnlyCollection<BudgetWindow> exhausted, DateTimeOffset now)
    {
        foreach (var session in (await ReadActiveAsync(PauseScope.Team, teamId)).OrderBy(session => session.Id))
        {
            var reached = session.Policy.TeamLimits.OnExceed == OnExceed.Kill && session.Cost > MoneyTotal.Zero
                ? books.BudgetsAt(session, now).Where(budget => exhausted.Contains(budget.Window)).ToArray()
                : [];
            if (reached is [var widest, ..])
            {
                // The cap of a session is that of its whole tree. What was killed with another session stays as it is.
                var top = reached[^1].Window.Scope == BudgetScope.Session ? session.Policy.SessionPath[^1] : session.Id;
                await KillAsync(teamId, top, StopReason.Of(widest), Itself, now);
            }
        }
    }

    /// <summary>
    /// Ends a session that nothing was heard of for as long as its team waits. Those who found it looked before this turn began, so what
    /// may have happened since is looked at again.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="isTelemetrys">Whether telemetry opened it: then it is completed, since nobody else says when it ends.</param>
    /// <param name="now">The present (UTC).</param>
    /// <returns>Whether it was ended.</returns>
    public async Task<bool> AbandonAsync(LedgerSession session, bool isTelemetrys, DateTimeOffset now)
    {
        if (!session.State.IsActive || session.Policy.TeamLimits.AbandonedAfterMinutes is not { } minutes)
        {
            return false;
        }

        var since = now.AddMinutes(-minutes);
        await ReadReservationsAsync([session], now);
        var isActive = session.StartedAt > since
            || session.LastCallAt > since
            || books.Reservations.Any(held => held.Reservation.SessionId == session.Id && !(held.Reservation.EndedAt <= since))
            || (await ReadActiveAsync(PauseScope.Team, session.Policy.TeamId)).Any(below => below.ParentSessionId == session.Id);
        if (isActive)
        {
            return false;
        }

        books.End(session, isTelemetrys
            ? session.State.End(failed: false, error: null, now)
            : session.State.Abandon($"Nothing was heard of it for {minutes} minutes.", now));
        books.Tell(TeamEventFactory.Of(LedgerAnswers.OfSession(books.FindSession(session.Id)!, books, now), session.Policy.TeamId, now));
        return true;
    }

    /// <summary>Pauses, and gives back all reservations below. A pause that is in force goes on, as the entry says now.</summary>
    public async Task<Pause> PauseAsync(PauseEntry entry)
    {
        var (subject, now) = (entry.Subject, entry.Now);
        var present = await FindPauseAsync(subject);
        var pause = Pause.Begin(present, entry.Reason, entry.ExpiresAt, entry.By.Name, now);
        if (pause == present)
        {
            // The same wish again, perhaps since the end of its transaction was not heard of.
            return pause;
        }

        var reached = await FindReachedAsync(subject);
        pause = pause with { ReservationsReleased = pause.ReservationsReleased + await ReleaseAsync(reached, now) };
        books.Set(subject, pause);
        var before = present?.IsInForceAt(now) == true ? AuditedPause.Of(present) : AuditedPause.None();
        Audit(AuditAction.Paused, subject, before, AuditedPause.Of(pause), entry.By, now);
        await TellAsync(subject, reached, NoticeOf(subject, StopAction.Paused, pause.Reason, entry.By, now, pause.ExpiresAt));
        return pause;
    }

    /// <summary>Ends a pause that is in force; one that has run out is none.</summary>
    /// <returns>Whether one was in force.</returns>
    public async Task<bool> ResumeAsync(ResumeEntry entry)
    {
        var (subject, now) = (entry.Subject, entry.Now);
        if (await FindPauseAsync(subject) is not { } present || !present.IsInForceAt(now))
        {
            return false;
        }

        books.Set(subject, null);
        Audit(AuditAction.Resumed, subject, AuditedPause.Of(present), AuditedPause.None(entry.Reason), entry.By, now);
        await TellAsync(subject, await FindReachedAsync(subject), NoticeOf(subject, StopAction.Resumed, entry.Reason, entry.By, now, null));
        return true;
    }

    private static StopNotice NoticeOf(
        PauseSubject subject, StopAction action, string? reason, AuditActor by, DateTimeOffset now, DateTimeOffset? expiresAt)
    {
        var scope = subject.Scope switch
        {
            PauseScope.Agent => StopScope.Agent,
            PauseScope.Team => StopScope.Team,
            _ => StopScope.Organisation,
        };
        return new(action, scope, BudgetWindow.IdOf(subject.Id), reason, by.Name, now, expiresAt);
    }

    private void Audit(AuditAction action, PauseSubject subject, AuditedPause before, AuditedPause after, AuditActor by, DateTimeOffset now)
    {
        var kind = subject.Scope switch
        {
            PauseScope.Agent => AuditSubjectKind.Agent,
            PauseScope.Team => AuditSubjectKind.Team,
            _ => AuditSubjectKind.Organisation,
        };
        books.Audit(AuditEntryFactory.Of(action, AuditSubject.Of(kind, subject.Id, subject.OrganisationId, subject.TeamId), before, after, by, now));
    }

    private async Task<Pause?> FindPauseAsync(PauseSubject subject)
    {
        if (!books.HasPauseOf(subject.Id))
        {
            books.Know(subject.Id, await store.FindPauseAsync(subject.Scope, subject.Id));
        }

        return books.FindPause(subject.Id);
    }

    /// <summary>The active sessions that a pause stops.</summary>
    private async Task<IReadOnlyCollection<LedgerSession>> FindReachedAsync(PauseSubject subject) => subject.Scope switch
    {
        PauseScope.Agent => [.. (await ReadActiveAsync(PauseScope.Team, subject.TeamId!.Value)).Where(session => books.WorkersOf(session).Contains(subject.Id))],
        PauseScope.Team => await ReadActiveAsync(PauseScope.Team, subject.Id),
        _ => await ReadActiveAsync(PauseScope.Organisation, subject.Id),
    };

    /// <summary>The active sessions of a team or an organisation, as they stand after the entries so far.</summary>
    private async Task<IReadOnlyCollection<LedgerSession>> ReadActiveAsync(PauseScope scope, Guid id)
    {
        if (activeRead.Add(id))
        {
            foreach (var session in await store.FindActiveAsync(scope, id))
            {
                books.Know(session);
            }

            await LedgerLoader.ReadAncestorsAsync(books, store);
        }

        return [.. books.Sessions.Where(session => session.State.IsActive && id == (scope == PauseScope.Team ? session.Policy.TeamId : session.Policy.OrganisationId))];
    }

    /// <summary>Gives the reservations of sessions back.</summary>
    /// <returns>How many there were.</returns>
    private async Task<int> ReleaseAsync(IReadOnlyCollection<LedgerSession> reached, DateTimeOffset now)
    {
        var released = await ReadReservationsAsync(reached, now);
        foreach (var held in released)
        {
            books.End(held, ReservationStatus.Released, now);
        }

        return released.Count;
    }

    /// <summary>Reads the reservations of sessions that have not ended, and what the counters say that these and the sessions are in.</summary>
    private async Task<IReadOnlyCollection<LedgerReservation>> ReadReservationsAsync(IReadOnlyCollection<LedgerSession> reached, DateTimeOffset now)
    {
        var unread = reached.Select(session => session.Id).Where(reservationsRead.Add).ToArray();
        foreach (var held in unread.Length > 0 ? await store.FindReservationsOfAsync(unread) : [])
        {
            books.Know(held);
        }

        var ids = reached.Select(session => session.Id).ToHashSet();
        var live = books.Reservations.Where(held => held.Reservation.EndedAt is null && ids.Contains(held.Reservation.SessionId)).ToArray();
        var windows = reached.SelectMany(session => books.BudgetsAt(session, now).Select(budget => budget.Window))
            .Concat(live.SelectMany(held => held.Windows))
            .Where(window => !books.HasSpendingIn(window))
            .ToHashSet();
        if (windows.Count > 0)
        {
            books.Know(await store.SpendingAsync(windows));
        }

        return live;
    }

    /// <summary>
    /// Tells each team concerned, and, where the sub-agents of others are reached by the pause of an agent, each of these.
    /// </summary>
    private async Task TellAsync(PauseSubject subject, IReadOnlyCollection<LedgerSession> reached, StopNotice notice)
    {
        if (subject.Scope == PauseScope.Organisation)
        {
            foreach (var teamId in await store.FindTeamsAsync(subject.Id))
            {
                books.Tell(TeamEventFactory.Of(EventKind.Stop, teamId, agentId: null, sessionId: null, notice, notice.At));
            }

            return;
        }

        var ownTeam = subject.TeamId ?? subject.Id;
        var agentId = subject.Scope == PauseScope.Agent ? subject.Id : (Guid?)null;
        books.Tell(TeamEventFactory.Of(EventKind.Stop, ownTeam, agentId, sessionId: null, notice, notice.At));
        foreach (var other in agentId is null ? [] : reached.Where(session => session.Policy.AgentId != agentId))
        {
            books.Tell(TeamEventFactory.Of(EventKind.Stop, ownTeam, other.Policy.AgentId, other.Id, notice, notice.At));
        }
    }

    /// <summary>What a usage has tripped.</summary>
    /// <param name="Session">Its session.</param>
    /// <param name="Killed">The session to kill, with all below it; null to pause the agent.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="Now">When.</param>
    private sealed record Tripped(LedgerSession Session, long? Killed, string Reason, DateTimeOffset Now);
}
