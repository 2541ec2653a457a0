using System.Text.Json;
using Entourage.Application.Ledger;
using Entourage.Domain.Budgets;

namespace Entourage.Infrastructure.Ledger;

/// <summary>
/// The rows that the ledger's transactions have read or written, as of the last commit. The next transaction starts from them instead of reading them
/// again. They are dropped when a transaction fails or another connection has committed. Its size is bounded.
/// </summary>
/// <remarks>
/// An outdated counter, reservation or total could not be written over a newer one, because every write compares the stored values.
/// </remarks>
/// <param name="isVerified">Whether each use of a row compares it with the stored one. Slow: for tests.</param>
internal sealed class LedgerImage(bool isVerified)
{
    /// <summary>Whether each use of a row compares it with the stored one.</summary>
    public bool IsVerified => isVerified;

    /// <summary>The sessions, by id; null for an unknown id.</summary>
    public ImageRows<long, LedgerSession?> Sessions { get; } = new(capacity: 4_096);

    /// <summary>The agents of sessions, by the session's id.</summary>
    public ImageRows<long, SessionAgent?> Agents { get; } = new(capacity: 8_192);

    /// <summary>The agents that start sessions; null for an unknown id.</summary>
    public ImageRows<Guid, StartingAgent?> StartingAgents { get; } = new(capacity: 4_096);

    /// <summary>The tasks on which sessions start; null for an unknown number.</summary>
    public ImageRows<long, StartingTask?> StartingTasks { get; } = new(capacity: 4_096);

    /// <summary>The reservations, by id.</summary>
    public ImageRows<Guid, LedgerReservation?> Reservations { get; } = new(capacity: 8_192);

    /// <summary>The counters; null for a window without one.</summary>
    public ImageRows<BudgetWindow, Spending?> Counters { get; } = new(capacity: 32_768);

    /// <summary>The earliest expiry of an organisation's reservations (UTC), or an earlier time if that reservation has ended.</summary>
    public ImageRows<Guid, DateTimeOffset> NextExpiries { get; } = new(capacity: 4_096, static (kept, stored) => kept <= stored);

    /// <summary>Drops all rows.</summary>
    public void Clear()
    {
        Sessions.Clear();
        Agents.Clear();
        StartingAgents.Clear();
        StartingTasks.Clear();
        Reservations.Clear();
        Counters.Clear();
        NextExpiries.Clear();
    }

    /// <summary>Applies the changes that the current transaction has saved. If it is not committed, the image must be dropped.</summary>
    public void Apply(LedgerChanges changes)
    {
        if (changes.Pauses.Count > 0)
        {
            // Pauses are a part of many rows, and rare.
            Clear();
            return;
        }

        foreach (var counter in changes.Counters)
        {
            Counters.Set(counter.Window, counter.After);
        }

        foreach (var change in changes.ChangedReservations)
        {
            // The session's reserved amount has changed. If the transaction has loaded the session, it is set again below.
            Sessions.Remove(change.After.SessionId);
        }

        foreach (var session in changes.SessionsAfter)
        {
            Sessions.Set(session.Id, session);
        }

        foreach (var reservation in changes.ReservationsAfter)
        {
            Set(reservation);
        }
    }

    private void Set(LedgerReservation reservation)
    {
        var (id, organisationId, lapsesAt) = (reservation.Reservation.Id, reservation.Reservation.OrganisationId, reservation.Reservation.LapsesAt);
        if (reservation.Reservation.EndedAt is not null)
        {
            Reservations.Remove(id);
            return;
        }

        Reservations.Set(id, reservation);
        if (NextExpiries.TryGet(organisationId, out var next) && lapsesAt < next)
        {
            NextExpiries.Set(organisationId, lapsesAt.Value);
        }
    }
}

/// <summary>The rows of one kind. When they are too many, all are dropped.</summary>
/// <param name="capacity">The most rows to keep.</param>
/// <param name="isCurrent">Whether a kept row is right, given the stored one; null if all their values must be equal.</param>
internal sealed class ImageRows<TKey, TRow>(int capacity, Func<TRow, TRow, bool>? isCurrent = null)
    where TKey : notnull
{
    private readonly Dictionary<TKey, TRow> rows = [];

    /// <summary>Returns a row, if it is kept.</summary>
    public bool TryGet(TKey key, out TRow row) => rows.TryGetValue(key, out row!);

    /// <summary>Keeps a row.</summary>
    public void Set(TKey key, TRow row)
    {
        if (rows.Count >= capacity && !rows.ContainsKey(key))
        {
            rows.Clear();
        }

        rows[key] = row;
    }

    /// <summary>Compares a kept row with the stored one.</summary>
    /// <exception cref="InvalidOperationException">They differ.</exception>
    public void EnsureCurrent(TRow kept, TRow stored)
    {
        var (text, storedText) = (JsonSerializer.Serialize(kept), JsonSerializer.Serialize(stored));
        if (!(isCurrent?.Invoke(kept, stored) ?? text == storedText))
        {
            throw new InvalidOperationException($"The ledger's image differs from the store. Kept: {text}. Stored: {storedText}.");
        }
    }

    /// <summary>Drops a row.</summary>
    public void Remove(TKey key) => rows.Remove(key);

    /// <summary>Drops all rows.</summary>
    public void Clear() => rows.Clear();
}
