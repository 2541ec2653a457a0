using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Events;
using Entourage.Application.Sessions;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Ledger;

/// <summary>The outcome of a session, as its agent reports it.</summary>
public enum SessionOutcome
{
    /// <summary>It completed. This is the default.</summary>
    Completed,

    /// <summary>An error ended it.</summary>
    Failed,
}

/// <summary>Ends a session and releases its reservations, except those that are held (rule 7). A session that has ended is returned unchanged.</summary>
/// <param name="Id">The session.</param>
/// <param name="Outcome">The outcome; when null, failed if there is an error and completed otherwise.</param>
/// <param name="Error">The error that ended it; null for none.</param>
public sealed record EndSessionCommand(long Id, SessionOutcome? Outcome, string? Error) : ILedgerCommand<SessionResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Session(Id));
}

internal sealed class EndSessionValidator : AbstractValidator<EndSessionCommand>
{
    public EndSessionValidator() => RuleFor(command => command.Error).OptionalText(Session.ErrorLength);
}

internal sealed class EndSessionHandler(IBudgetLedger ledger, TimeProvider time) : IRequestHandler<EndSessionCommand, SessionResponse>
{
    public async Task<SessionResponse> Handle(EndSessionCommand request, CancellationToken cancellationToken)
    {
        var failed = (request.Outcome ?? (request.Error is null ? SessionOutcome.Completed : SessionOutcome.Failed)) == SessionOutcome.Failed;
        return (await ledger.WriteAsync(new EndSessionEntry(request.Id, failed, request.Error, time.GetUtcNow()), cancellationToken)).Response;
    }
}

/// <summary>Ends a session and releases its reservations, except those that are held (rule 7). A session that has ended does not change.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="Failed">Whether an error ended it.</param>
/// <param name="Error">The error, if known.</param>
/// <param name="Now">The current time (UTC).</param>
public sealed record EndSessionEntry(long SessionId, bool Failed, string? Error, DateTimeOffset Now) : LedgerEntry<SessionResponse>(Now, null)
{
    internal override LedgerEntryKind Kind => LedgerEntryKind.EndSession;

    internal override long? NamedSession => SessionId;

    internal override bool NeedsReservationsOfSession => true;

    internal override ValueTask<LedgerOutcome> DecideAsync(LedgerTransaction ledger)
    {
        var workingSet = ledger.WorkingSet;
        var session = ledger.GetSession(SessionId);
        if (session.State.IsActive)
        {
            workingSet.End(session, session.State.End(Failed, Error, Now));
            foreach (var reservation in workingSet.ReservationsOf(SessionId).Where(reservation => !reservation.Reservation.IsHeld))
            {
                workingSet.End(reservation, ReservationStatus.Released, Now);
            }

            workingSet.Add(TeamEventFactory.Of(workingSet.ResponseOf(SessionId, Now), session.Policy.TeamId, Now));
        }

        return ValueTask.FromResult(LedgerOutcome.Accepted(workingSet.ResponseOf(SessionId, Now)));
    }
}
