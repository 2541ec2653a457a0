using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Behaviors;
using Entourage.Application.Events;
using Entourage.Application.Stops;
using Entourage.Domain;
using Entourage.Domain.Audit;
using Entourage.Domain.Budgets;
using Entourage.Domain.Events;
using Entourage.Domain.Stops;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Ledger;

/// <summary>
/// Pauses an agent, a team or an organisation. Active sessions read <c>stop</c>, no session starts, nothing is reserved, and reservations are released.
/// Pausing again replaces the reason and the expiry.
/// </summary>
/// <param name="Scope">The kind of subject to pause.</param>
/// <param name="Id">Its id.</param>
/// <param name="Reason">The reason, which the stopped agents see.</param>
/// <param name="ExpiresAt">When the pause expires (UTC), in the future; null for never.</param>
public sealed record PauseCommand(PauseScope Scope, Guid Id, string Reason, DateTimeOffset? ExpiresAt) : ILedgerCommand<PauseResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Scope.NeedsToStop(Id);
}

internal sealed class PauseValidator : AbstractValidator<PauseCommand>
{
    public PauseValidator() => RuleFor(command => command.Reason).Line(Pause.ReasonLength);
}

internal sealed class PauseHandler(IEntourageDb db, IBudgetLedger ledger, CallerContext caller, TimeProvider time)
    : IRequestHandler<PauseCommand, PauseResponse>
{
    public async Task<PauseResponse> Handle(PauseCommand request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (request.ExpiresAt <= now)
        {
            throw new RuleViolationException("validation", "'expires_at' must be in the future.", nameof(request.ExpiresAt));
        }

        var subject = await db.FindPauseSubjectAsync(request.Scope, request.Id, cancellationToken);
        var entry = new PauseEntry(subject, request.Reason, request.ExpiresAt, caller.Current.ToActor(), now);
        var pause = (await ledger.WriteAsync(entry, cancellationToken)).Response;
        return await PauseResponse.ReadAsync(db, subject, subject.Scope, pause, cancellationToken);
    }
}

/// <summary>The agent, team or organisation that a pause stops, with its team and organisation.</summary>
/// <param name="Scope">Its kind.</param>
/// <param name="Id">Its id.</param>
/// <param name="TeamId">Its team; null for an organisation.</param>
/// <param name="OrganisationId">Its organisation.</param>
public sealed record PauseSubject(PauseScope Scope, Guid Id, Guid? TeamId, Guid OrganisationId)
{
    /// <summary>The subjects whose pauses stop this one: itself, its team and its organisation.</summary>
    internal IEnumerable<PauseSubject> SelfAndAbove()
    {
        yield return this;
        if (Scope == PauseScope.Agent)
        {
            yield return new(PauseScope.Team, TeamId!.Value, TeamId, OrganisationId);
        }

        if (Scope != PauseScope.Organisation)
        {
            yield return new(PauseScope.Organisation, OrganisationId, TeamId: null, OrganisationId);
        }
    }
}

/// <summary>
/// Pauses an agent, a team or an organisation, and releases the reservations of its sessions. The response is the pause. Pausing again replaces the
/// reason and the expiry.
/// </summary>
/// <param name="Subject">The agent, team or organisation.</param>
/// <param name="Reason">The reason.</param>
/// <param name="ExpiresAt">When it expires (UTC); null for never.</param>
/// <param name="By">The actor.</param>
/// <param name="Now">The current time (UTC).</param>
public sealed record PauseEntry(PauseSubject Subject, string Reason, DateTimeOffset? ExpiresAt, AuditActor By, DateTimeOffset Now)
    : LedgerEntry<Pause>(Now, null)
{
    internal override LedgerEntryKind Kind => LedgerEntryKind.Pause;

    internal override Guid? NamedOrganisation => Subject.OrganisationId;

    internal override async ValueTask<LedgerOutcome> DecideAsync(LedgerTransaction ledger)
    {
        var present = await ledger.Loader.FindPauseAsync(Subject);
        if (present is { IsArchive: true })
        {
            return LedgerOutcome.Refused(PausedRefusal.Of(new(Subject.Scope, present)));
        }

        var pause = Pause.Begin(present, Reason, ExpiresAt, By.Name, Now);
        if (pause == present)
        {
            // A repeated request, perhaps because the commit of the first was never confirmed.
            return LedgerOutcome.Accepted(pause);
        }

        var stopped = await ledger.Loader.LoadSessionsUnderAsync(Subject);
        pause = pause with { ReservationsReleased = pause.ReservationsReleased + await ledger.Loader.ReleaseReservationsAsync(stopped, Now) };
        var before = present?.IsInForceAt(Now) == true ? AuditedPause.Of(present) : AuditedPause.None();
        var writer = new PauseWriter(Subject, StopAction.Paused, pause.Reason, pause.ExpiresAt, By, Now);
        await writer.WriteAsync(ledger.Loader, pause, before, AuditedPause.Of(pause), stopped);
        return LedgerOutcome.Accepted(pause);
    }
}

/// <summary>Writes a pause, an archive mark or its end: the row, an audit entry, and the stop events.</summary>
/// <param name="Subject">The agent, team or organisation.</param>
/// <param name="Action">What was done.</param>
/// <param name="Reason">The reason; null for none.</param>
/// <param name="ExpiresAt">When the pause expires (UTC); null for never.</param>
/// <param name="By">The actor.</param>
/// <param name="Now">The current time (UTC).</param>
internal sealed record PauseWriter(PauseSubject Subject, StopAction Action, string? Reason, DateTimeOffset? ExpiresAt, AuditActor By, DateTimeOffset Now)
{
    /// <summary>Adds the changes to the working set.</summary>
    /// <typeparam name="T">The type that describes the pause or the archive mark in the audit trail.</typeparam>
    /// <param name="loader">The rows of the transaction.</param>
    /// <param name="pause">The new pause or archive mark; null to end it.</param>
    /// <param name="before">The old value for the audit trail.</param>
    /// <param name="after">The new value for the audit trail.</param>
    /// <param name="sessions">The active sessions under the subject.</param>
    public async Task WriteAsync<T>(LedgerLoader loader, Pause? pause, T before, T after, IReadOnlyCollection<LedgerSession> sessions)
        where T : class
    {
        var workingSet = loader.WorkingSet;
        workingSet.Set(Subject, pause);
        var auditAction = Action switch
        {
            StopAction.Paused => AuditAction.Paused,
            StopAction.Archived => AuditAction.Archived,
            StopAction.Restored => AuditAction.Restored,
            _ => AuditAction.Resumed,
        };
        var (auditKind, stopScope) = Subject.Scope switch
        {
            PauseScope.Agent => (AuditSubjectKind.Agent, StopScope.Agent),
            PauseScope.Team => (AuditSubjectKind.Team, StopScope.Team),
            _ => (AuditSubjectKind.Organisation, StopScope.Organisation),
        };
        workingSet.Add(AuditEntryFactory.Of(
            auditAction, AuditSubject.Of(auditKind, Subject.Id, Subject.OrganisationId, Subject.TeamId), before, after, By, Now));
        var notice = new StopNotice(Action, stopScope, BudgetWindow.IdOf(Subject.Id), Reason, By.Name, Now, ExpiresAt);
        if (Subject.Scope == PauseScope.Organisation)
        {
            foreach (var teamId in await loader.FindTeamsAsync(Subject.Id))
            {
                workingSet.Add(TeamEventFactory.Of(EventKind.Stop, teamId, agentId: null, sessionId: null, notice, Now));
            }

            return;
        }

        var ownTeam = Subject.TeamId ?? Subject.Id;
        var agentId = Subject.Scope == PauseScope.Agent ? Subject.Id : (Guid?)null;
        workingSet.Add(TeamEventFactory.Of(EventKind.Stop, ownTeam, agentId, sessionId: null, notice, Now));

        // The pause of an agent also stops its sub-agents, which read only events with their own id, and its sessions from before a move to another team.
        foreach (var session in agentId is null ? [] : sessions.Where(session => session.Policy.AgentId != agentId || session.Policy.TeamId != ownTeam))
        {
            workingSet.Add(TeamEventFactory.Of(EventKind.Stop, session.Policy.TeamId, session.Policy.AgentId, session.Id, notice, Now));
        }
    }
}
