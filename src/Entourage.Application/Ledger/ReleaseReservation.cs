using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Domain.Budgets;
using MediatR;

namespace Entourage.Application.Ledger;

/// <summary>Gives a reservation back. One that has ended already stays as it is.</summary>
/// <param name="Id">Which.</param>
public sealed record ReleaseReservationCommand(Guid Id) : ILedgerCommand<Unit>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Reservation(Id));
}

internal sealed class ReleaseReservationHandler(IBudgetLedger ledger, TimeProvider time) : IRequestHandler<ReleaseReservationCommand, Unit>
{
    public async Task<Unit> Handle(ReleaseReservationCommand request, CancellationToken cancellationToken)
    {
        await ledger.WriteAsync(new ReleaseEntry(request.Id, time.GetUtcNow()), cancellationToken);
        return Unit.Value;
    }
}

/// <summary>The release of a reservation. The response says whether it was live. One that has ended stays as it is.</summary>
/// <param name="ReservationId">The reservation.</param>
/// <param name="Now">The present (UTC).</param>
public sealed record ReleaseEntry(Guid ReservationId, DateTimeOffset Now) : LedgerEntry<bool>(Now, null)
{
    internal override LedgerEntryKind Kind => LedgerEntryKind.Release;

    internal override Guid? NamedReservation => ReservationId;

    internal override ValueTask<LedgerOutcome> DecideAsync(LedgerTransaction ledger)
    {
        var held = ledger.GetReservation(ReservationId);
        var isLive = held.Reservation.IsLiveAt(Now);
        if (isLive)
        {
            ledger.WorkingSet.End(held, ReservationStatus.Released, Now);
        }

        return ValueTask.FromResult(LedgerOutcome.Accepted(isLive));
    }
}
