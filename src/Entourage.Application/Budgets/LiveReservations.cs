using Entourage.Domain.Budgets;

namespace Entourage.Application.Budgets;

/// <summary>Queries of reservations that hold money.</summary>
internal static class LiveReservations
{
    /// <summary>The reservations that hold money at an instant (UTC): <see cref="Reservation.IsLiveAt"/> as a query.</summary>
    public static IQueryable<Reservation> LiveAt(this IQueryable<Reservation> reservations, DateTimeOffset now) =>
        reservations.Where(reservation => reservation.EndedAt == null && (reservation.IsHeld || reservation.ExpiresAt > now));
}
