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
/// Ends the pause of an agent, a team or an organisation. What is not paused stays as it is; a pause of what it belongs to goes on.
/// </summary>
/// <param name="Scope">Whose work.</param>
/// <param name="Id">The id of that.</param>
/// <param name="Reason">Why, for those who watch; null where nobody says.</param>
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
        await ledger.WriteAsync(new ResumeEntry(subject, request.Reason, caller.Current.ToActor(), time.GetUtcNow()), cancellationToken);
        return await PauseResponse.ReadAsync(db, subject, pause: null, cancellationToken);
    }
}

/// <summary>The end of a pause. The response says whether one was in force. A pause that has expired is none.</summary>
/// <param name="Subject">The agent, team or organisation.</param>
/// <param name="Reason">Why; null where none was given.</param>
/// <param name="By">Who resumes.</param>
/// <param name="Now">The present (UTC).</param>
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

        var change = new PauseRecord(Subject, StopAction.Resumed, Reason, ExpiresAt: null, By, Now);
        await change.SaveAsync(
            ledger, pause: null, AuditedPause.Of(present), AuditedPause.None(Reason), await ledger.Loader.LoadSessionsUnderAsync(Subject));
        return LedgerOutcome.Accepted(true);
    }
}
