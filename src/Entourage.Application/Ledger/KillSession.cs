using Entourage.Application.Access;
using Entourage.Application.Abstractions;
using Entourage.Application.Audit;
using Entourage.Application.Behaviors;
using Entourage.Application.Sessions;
using Entourage.Domain.Audit;
using Entourage.Domain.Stops;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Ledger;

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

/// <summary>
/// The kill of a session and of the sessions below it, with the release of all their reservations. Sessions that have ended stay as they are.
/// </summary>
/// <param name="SessionId">The session.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">Who kills.</param>
/// <param name="Now">The present (UTC).</param>
public sealed record KillSessionEntry(long SessionId, string Reason, AuditActor By, DateTimeOffset Now) : LedgerEntry<SessionResponse>(Now, null)
{
    internal override LedgerEntryKind Kind => LedgerEntryKind.KillSession;

    internal override long? NamedSession => SessionId;

    internal override async ValueTask<LedgerOutcome> DecideAsync(LedgerTransaction ledger)
    {
        await ledger.Kills.KillAsync(ledger.GetSession(SessionId).Policy.TeamId, SessionId, Reason, By, Now);
        return LedgerOutcome.Accepted(ledger.WorkingSet.ResponseOf(SessionId, Now));
    }
}
