using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Behaviors;
using Entourage.Application.Ledger;
using Entourage.Domain.Stops;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Sessions;

/// <summary>
/// Ends a session against its agent's will, and the sessions of its sub-agents, and gives their reservations back. Killing one that has
/// ended leaves it unchanged.
/// </summary>
/// <param name="Id">Which.</param>
/// <param name="Reason">Why; the session's <c>error</c> from then on.</param>
public sealed record KillSessionCommand(long Id, string Reason) : ILedgerCommand<SessionResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Session(Id));
}

internal sealed class KillSessionValidator : AbstractValidator<KillSessionCommand>
{
    public KillSessionValidator() => RuleFor(command => command.Reason).Line(Pause.ReasonLength);
}

internal sealed class KillSessionHandler(IBudgetLedger ledger, CallerContext caller, TimeProvider time) : IRequestHandler<KillSessionCommand, SessionResponse>
{
    public async Task<SessionResponse> Handle(KillSessionCommand request, CancellationToken cancellationToken) =>
        (await ledger.WriteAsync(
            new KillSessionEntry(request.Id, request.Reason, caller.Current.ToActor(), time.GetUtcNow()), cancellationToken)).Response;
}
