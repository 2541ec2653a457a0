using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Behaviors;
using Entourage.Application.Ledger;
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
