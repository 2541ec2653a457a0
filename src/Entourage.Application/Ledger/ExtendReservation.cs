using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Application.Reservations;
using Entourage.Application.Stops;
using Entourage.Domain.Budgets;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Ledger;

/// <summary>Extends a live reservation, so that a long call keeps its money.</summary>
/// <param name="Id">The reservation.</param>
/// <param name="TtlSeconds">The time to live from now, in seconds: 1 to 3,600. It never shortens the reservation.</param>
/// <param name="IdempotencyKey">The caller's key; null for none.</param>
public sealed record ExtendReservationCommand(Guid Id, long? TtlSeconds, string? IdempotencyKey) : ILedgerCommand<ReservationResponse>, IIdempotentCommand
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Reservation(Id));

    /// <inheritdoc/>
    public string IdempotencyScope => $"reservations/{Id}/extend";
}

internal sealed class ExtendReservationValidator : AbstractValidator<ExtendReservationCommand>
{
    public ExtendReservationValidator() => RuleFor(command => command.TtlSeconds).NotNull().Ttl();
}

internal sealed class ExtendReservationHandler(IBudgetLedger ledger, IdempotentReplay replay, TimeProvider time)
    : IRequestHandler<ExtendReservationCommand, ReservationResponse>
{
    public async Task<ReservationResponse> Handle(ExtendReservationCommand request, CancellationToken cancellationToken)
    {
        var entry = new ExtendEntry(request.Id, TimeSpan.FromSeconds(request.TtlSeconds!.Value), time.GetUtcNow(), IdempotencyToken.Of(request));
        return replay.Note(await ledger.WriteAsync(entry, cancellationToken));
    }
}

/// <summary>Extends a live reservation. Further windows that it then reaches must have enough money left.</summary>
/// <param name="ReservationId">The reservation.</param>
/// <param name="Ttl">The time to live from now.</param>
/// <param name="Now">The current time (UTC).</param>
/// <param name="Idempotency">The caller's key; null for none.</param>
public sealed record ExtendEntry(Guid ReservationId, TimeSpan Ttl, DateTimeOffset Now, IdempotencyToken? Idempotency)
    : LedgerEntry<ReservationResponse>(Now, Idempotency)
{
    internal override LedgerEntryKind Kind => LedgerEntryKind.Extend;

    internal override Guid? NamedReservation => ReservationId;

    internal override IReadOnlyList<Budget> FurtherBudgets(LedgerSession session, LedgerWorkingSet workingSet) =>
        workingSet.FindReservation(ReservationId) is { } reservation ? reservation.Policy.BudgetsDuring(Now, Now + Ttl) : [];

    internal override ValueTask<LedgerOutcome> DecideAsync(LedgerTransaction ledger) => ValueTask.FromResult(Decide(ledger));

    private LedgerOutcome Decide(LedgerTransaction ledger)
    {
        var workingSet = ledger.WorkingSet;
        var reservation = ledger.GetReservation(ReservationId);
        var session = ledger.GetSession(reservation.Reservation.SessionId);
        if (workingSet.FindPauseOf(session, Now) is { } paused)
        {
            return LedgerOutcome.Refused(PausedRefusal.Of(paused));
        }

        var extended = reservation.Reservation.Extend(Ttl, Now);
        var further = extended.BudgetsOf(reservation.Policy).Where(budget => !reservation.Windows.Contains(budget.HeldIn)).ToArray();
        if (BudgetExceededException.OfReservation(workingSet.PositionOf(further), extended.Amount, extended.Tokens) is { } refusal)
        {
            return LedgerOutcome.Refused(refusal);
        }

        workingSet.Change(reservation, extended);
        return LedgerOutcome.Accepted(ReservationResponse.From(extended, workingSet.PositionOf(session.Policy.BudgetsAt(Now)), Now));
    }
}
