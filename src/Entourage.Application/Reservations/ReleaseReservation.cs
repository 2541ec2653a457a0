using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Ledger;
using MediatR;

namespace Entourage.Application.Reservations;

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
