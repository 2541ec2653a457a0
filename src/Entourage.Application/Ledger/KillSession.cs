using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Behaviors;
using Entourage.Application.Sessions;
using Entourage.Domain.Audit;
using Entourage.Domain.Stops;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Ledger;

/// <summary>
/// Kills a session and the sessions of its sub-agents, and releases their reservations. A session that has ended is returned unchanged.
/// </summary>
/// <param name="Id">The session.</param>
/// <param name="Reason">The reason, which becomes the session's <c>error</c>.</param>
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
/// Kills a session and its descendants, and releases their reservations. Sessions that have ended do not change.
/// </summary>
/// <param name="SessionId">The session.</param>
/// <param name="Reason">The reason.</param>
/// <param name="By">The actor.</param>
/// <param name="Now">The current time (UTC).</param>
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
