using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Behaviors;
using Entourage.Domain.Stops;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Stops;

/// <summary>
/// Ends the pause of an agent, a team or an organisation. What is not paused stays as it is; a pause of what it belongs to goes on.
/// </summary>
/// <param name="Scope">Whose work.</param>
/// <param name="Id">The id of that.</param>
/// <param name="Reason">Why, for those who watch; null where nobody says.</param>
public sealed record ResumeWorkCommand(PauseScope Scope, Guid Id, string? Reason) : ILedgerCommand<PauseResponse>
{
    /// <inheritdoc/>
    public Need Needs() => Scope.NeedsToStop(Id);
}

internal sealed class ResumeWorkValidator : AbstractValidator<ResumeWorkCommand>
{
    public ResumeWorkValidator() => RuleFor(command => command.Reason).OptionalLine(Pause.ReasonLength);
}

internal sealed class ResumeWorkHandler(IEntourageDb db, IBudgetLedger ledger, CallerContext caller, TimeProvider time)
    : IRequestHandler<ResumeWorkCommand, PauseResponse>
{
    public async Task<PauseResponse> Handle(ResumeWorkCommand request, CancellationToken cancellationToken)
    {
        var subject = await db.FindPauseSubjectAsync(request.Scope, request.Id, cancellationToken);
        await ledger.WriteAsync(new ResumeEntry(subject, request.Reason, caller.Current.ToActor(), time.GetUtcNow()), cancellationToken);
        return await PauseResponse.ReadAsync(db, subject, pause: null, cancellationToken);
    }
}
