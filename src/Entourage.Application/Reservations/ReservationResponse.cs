using Entourage.Application.Budgets;
using Entourage.Domain;
using Entourage.Domain.Budgets;

namespace Entourage.Application.Reservations;

/// <summary>Money reserved for a call that is about to be made.</summary>
public sealed record ReservationResponse
{
    /// <summary>The id, a version-7 UUID. The usage that commits the reservation names it.</summary>
    public required Guid Id { get; init; }

    /// <summary>The session that spends it.</summary>
    public required long SessionId { get; init; }

    /// <summary>The reserved amount (USD).</summary>
    public required Money AmountUsd { get; init; }

    /// <summary>When it was granted (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it expires (UTC).</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>What the agent may spend beyond the reservation.</summary>
    public required BudgetResponse Budget { get; init; }

    /// <summary>The response for a live reservation.</summary>
    /// <param name="reservation">The reservation.</param>
    /// <param name="position">Every budget that applies.</param>
    /// <param name="now">The current time (UTC).</param>
    public static ReservationResponse From(Reservation reservation, BudgetPosition position, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(reservation);
        return new()
        {
            Id = reservation.Id,
            SessionId = reservation.SessionId,
            AmountUsd = reservation.Amount,
            CreatedAt = reservation.CreatedAt,
            ExpiresAt = reservation.ExpiresAt,
            Budget = BudgetResponse.From(position, now),
        };
    }
}
