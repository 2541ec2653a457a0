using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Behaviors;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Stops;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Stops;

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
