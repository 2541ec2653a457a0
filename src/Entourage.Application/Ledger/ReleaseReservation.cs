using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Domain.Budgets;
using MediatR;

namespace Entourage.Application.Ledger;

/// <summary>Releases a reservation. A reservation that has ended does not change.</summary>
/// <param name="Id">The reservation.</param>
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

/// <summary>Releases a reservation. The response says whether it was live. A reservation that has ended does not change.</summary>
/// <param name="ReservationId">The reservation.</param>
/// <param name="Now">The current time (UTC).</param>
public sealed record ReleaseEntry(Guid ReservationId, DateTimeOffset Now) : LedgerEntry<bool>(Now, null)
{
    /// <summary>Whether the gateway releases it, because the provider did not bill the call. Only the gateway may release a held reservation.</summary>
    public bool IsOfGateway { get; init; }

    internal override LedgerEntryKind Kind => LedgerEntryKind.Release;

    internal override Guid? NamedReservation => ReservationId;

    internal override ValueTask<LedgerOutcome> DecideAsync(LedgerTransaction ledger)
    {
        var reservation = ledger.GetReservation(ReservationId, IsOfGateway);
        var isLive = reservation.Reservation.IsLiveAt(Now);
        if (isLive)
        {
            ledger.WorkingSet.End(reservation, ReservationStatus.Released, Now);
        }

        return ValueTask.FromResult(LedgerOutcome.Accepted(isLive));
    }
}
