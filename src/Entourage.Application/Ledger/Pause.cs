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
/// Stops the work of an agent, a team or an organisation: whatever is active below is told to stop, nothing is started or reserved, and
/// reservations are given back. Pausing what is paused changes the reason and the end of the pause.
/// </summary>
/// <param name="Scope">Whose work.</param>
/// <param name="Id">The id of that.</param>
/// <param name="Reason">Why, for those who are told to stop.</param>
/// <param name="ExpiresAt">When the pause runs out (UTC), ahead; null for never.</param>
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
            throw new RuleViolationException("validation", "'expires_at' must be ahead.", nameof(request.ExpiresAt));
        }

        var subject = await db.FindPauseSubjectAsync(request.Scope, request.Id, cancellationToken);
        var entry = new PauseEntry(subject, request.Reason, request.ExpiresAt, caller.Current.ToActor(), now);
        var pause = (await ledger.WriteAsync(entry, cancellationToken)).Response;
        return await PauseResponse.ReadAsync(db, subject, pause, cancellationToken);
    }
}

/// <summary>The agent, team or organisation that a pause stops, and where it belongs.</summary>
/// <param name="Scope">Its kind.</param>
/// <param name="Id">Its id.</param>
/// <param name="TeamId">Its team; null for an organisation.</param>
/// <param name="OrganisationId">Its organisation.</param>
public sealed record PauseSubject(PauseScope Scope, Guid Id, Guid? TeamId, Guid OrganisationId);

/// <summary>
/// A pause, with the release of all reservations below it. The response is the pause. Pausing again replaces the reason and the expiry.
/// </summary>
/// <param name="Subject">The agent, team or organisation.</param>
/// <param name="Reason">Why.</param>
/// <param name="ExpiresAt">When it expires (UTC); null for never.</param>
/// <param name="By">Who pauses.</param>
/// <param name="Now">The present (UTC).</param>
public sealed record PauseEntry(PauseSubject Subject, string Reason, DateTimeOffset? ExpiresAt, AuditActor By, DateTimeOffset Now)
    : LedgerEntry<Pause>(Now, null)
{
    internal override LedgerEntryKind Kind => LedgerEntryKind.Pause;

    internal override Guid? NamedOrganisation => Subject.OrganisationId;

    internal override async ValueTask<LedgerOutcome> DecideAsync(LedgerTransaction ledger)
    {
        var present = await ledger.Loader.FindPauseAsync(Subject);
        var pause = Pause.Begin(present, Reason, ExpiresAt, By.Name, Now);
        if (pause == present)
        {
            // A repeated request, perhaps because the commit of the first was never confirmed.
            return LedgerOutcome.Accepted(pause);
        }

        var stopped = await ledger.Loader.LoadSessionsUnderAsync(Subject);
        pause = pause with { ReservationsReleased = pause.ReservationsReleased + await ledger.Loader.ReleaseReservationsAsync(stopped, Now) };
        var before = present?.IsInForceAt(Now) == true ? AuditedPause.Of(present) : AuditedPause.None();
        var change = new PauseRecord(Subject, StopAction.Paused, pause.Reason, pause.ExpiresAt, By, Now);
        await change.SaveAsync(ledger, pause, before, AuditedPause.Of(pause), stopped);
        return LedgerOutcome.Accepted(pause);
    }
}

/// <summary>What a pause or its end leaves: the row, an audit entry, and events for those who watch.</summary>
/// <param name="Subject">The agent, team or organisation.</param>
/// <param name="Action">Whether it was paused or resumed.</param>
/// <param name="Reason">Why; null where none was given.</param>
/// <param name="ExpiresAt">When the pause expires (UTC); null for never.</param>
/// <param name="By">Who did it.</param>
/// <param name="Now">The present (UTC).</param>
internal sealed record PauseRecord(PauseSubject Subject, StopAction Action, string? Reason, DateTimeOffset? ExpiresAt, AuditActor By, DateTimeOffset Now)
{
    /// <summary>Adds it to the working set.</summary>
    /// <param name="ledger">The transaction.</param>
    /// <param name="pause">The pause from now on; null for none.</param>
    /// <param name="before">What the audit trail shows as the old value.</param>
    /// <param name="after">And as the new one.</param>
    /// <param name="sessions">The active sessions under the subject.</param>
    public async Task SaveAsync(
        LedgerTransaction ledger, Pause? pause, AuditedPause before, AuditedPause after, IReadOnlyCollection<LedgerSession> sessions)
    {
        var workingSet = ledger.WorkingSet;
        workingSet.Set(Subject, pause);
        var (auditAction, (auditKind, stopScope)) = (Action == StopAction.Paused ? AuditAction.Paused : AuditAction.Resumed, Subject.Scope switch
        {
            PauseScope.Agent => (AuditSubjectKind.Agent, StopScope.Agent),
            PauseScope.Team => (AuditSubjectKind.Team, StopScope.Team),
            _ => (AuditSubjectKind.Organisation, StopScope.Organisation),
        });
        workingSet.Add(AuditEntryFactory.Of(
            auditAction, AuditSubject.Of(auditKind, Subject.Id, Subject.OrganisationId, Subject.TeamId), before, after, By, Now));
        var notice = new StopNotice(Action, stopScope, BudgetWindow.IdOf(Subject.Id), Reason, By.Name, Now, ExpiresAt);
        if (Subject.Scope == PauseScope.Organisation)
        {
            foreach (var teamId in await ledger.Loader.FindTeamsAsync(Subject.Id))
            {
                workingSet.Add(TeamEventFactory.Of(EventKind.Stop, teamId, agentId: null, sessionId: null, notice, Now));
            }

            return;
        }

        var ownTeam = Subject.TeamId ?? Subject.Id;
        var agentId = Subject.Scope == PauseScope.Agent ? Subject.Id : (Guid?)null;
        workingSet.Add(TeamEventFactory.Of(EventKind.Stop, ownTeam, agentId, sessionId: null, notice, Now));

        // The pause of an agent also stops its sub-agents, who watch for events of their own.
        foreach (var other in agentId is null ? [] : sessions.Where(session => session.Policy.AgentId != agentId))
        {
            workingSet.Add(TeamEventFactory.Of(EventKind.Stop, ownTeam, other.Policy.AgentId, other.Id, notice, Now));
        }
    }
}
