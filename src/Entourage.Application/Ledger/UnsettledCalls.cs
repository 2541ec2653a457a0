using Entourage.Application.Abstractions;
using Entourage.Domain.Budgets;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Ledger;

/// <summary>
/// Charges calls through the gateway that were not settled in time, because the server that made them was killed. The provider may have billed them, so
/// each is charged its whole reservation. Several replicas may run it at the same time: the ledger charges each call once.
/// </summary>
/// <param name="db">The store.</param>
/// <param name="ledger">The ledger, which charges the calls.</param>
/// <param name="time">The clock.</param>
public sealed class UnsettledCalls(IEntourageDb db, IBudgetLedger ledger, TimeProvider time)
{
    // Small enough that usage hardly waits for the transaction.
    private const int BatchSize = 100;

    /// <summary>Charges every call that is still unsettled after its reservation has expired.</summary>
    public async Task ChargeAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        List<Reservation> unsettled;
        do
        {
            unsettled = await db.Reservations.AsNoTracking()
                .Where(reservation => reservation.IsHeld && reservation.EndedAt == null && reservation.ExpiresAt <= now)
                .OrderBy(reservation => reservation.ExpiresAt)
                .Take(BatchSize)
                .ToListAsync(cancellationToken);
            foreach (var organisation in unsettled.GroupBy(reservation => reservation.OrganisationId))
            {
                // A call that was settled meanwhile is left alone.
                await ledger.WriteAsync([.. organisation.Select(reservation => SettleCallEntry.OfUnsettled(reservation, now))], cancellationToken);
            }
        }
        while (unsettled.Count == BatchSize);
    }
}
