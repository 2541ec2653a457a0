using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Behaviors;
using Entourage.Application.Stops;
using Entourage.Domain.Audit;
using Entourage.Domain.Stops;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Ledger;

/// <summary>
/// Ends the pause of an agent, a team or an organisation, if it is paused. A pause of a wider scope remains in force, and the response says so.
/// </summary>
/// <param name="Scope">The kind of subject to resume.</param>
/// <param name="Id">Its id.</param>
/// <param name="Reason">The reason; null for none.</param>
public sealed record ResumeCommand(PauseScope Scope, Guid Id, string? Reason) : ILedgerCommand<PauseResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Scope.NeedsToStop(Id);
}

internal sealed class ResumeValidator : AbstractValidator<ResumeCommand>
{
    public ResumeValidator() => RuleFor(command => command.Reason).OptionalLine(Pause.ReasonLength);
}

internal sealed class ResumeHandler(IEntourageDb db, IBudgetLedger ledger, CallerContext caller, TimeProvider time)
    : IRequestHandler<ResumeCommand, PauseResponse>
{
    public async Task<PauseResponse> Handle(ResumeCommand request, CancellationToken cancellationToken)
    {
        var subject = await db.FindPauseSubjectAsync(request.Scope, request.Id, cancellationToken);
        var now = time.GetUtcNow();
        await ledger.WriteAsync(new ResumeEntry(subject, request.Reason, caller.Current.ToActor(), now), cancellationToken);
        return await PauseResponse.ReadAsync(db, subject, now, cancellationToken);
    }
}

/// <summary>Ends a pause. The response says whether one was in force, which an expired pause is not.</summary>
/// <param name="Subject">The agent, team or organisation.</param>
/// <param name="Reason">The reason; null for none.</param>
/// <param name="By">The actor.</param>
/// <param name="Now">The current time (UTC).</param>
public sealed record ResumeEntry(PauseSubject Subject, string? Reason, AuditActor By, DateTimeOffset Now) : LedgerEntry<bool>(Now, null)
{
    internal override LedgerEntryKind Kind => LedgerEntryKind.Resume;

    internal override Guid? NamedOrganisation => Subject.OrganisationId;

    internal override async ValueTask<LedgerOutcome> DecideAsync(LedgerTransaction ledger)
    {
        if (await ledger.Loader.FindPauseAsync(Subject) is not { } present || !present.IsInForceAt(Now))
        {
            return LedgerOutcome.Accepted(false);
        }

        if (present.IsArchive)
        {
            return LedgerOutcome.Refused(PausedRefusal.Of(new(Subject.Scope, present)));
        }

        var writer = new PauseWriter(Subject, StopAction.Resumed, Reason, ExpiresAt: null, By, Now);
        await writer.WriteAsync(
            ledger.Loader, pause: null, AuditedPause.Of(present), AuditedPause.None(Reason), await ledger.Loader.LoadSessionsUnderAsync(Subject));
        return LedgerOutcome.Accepted(true);
    }
}
