using System.Text.Json;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Stops;

namespace Entourage.Application.Tests.Ledger;

/// <summary>Applies changes to a store in memory, or refuses them where a row is not as it was read.</summary>
internal sealed class InMemoryWriter(InMemoryLedger store)
{
    /// <exception cref="LedgerConflictException">A row is not as it was read. Nothing is promised about the other rows.</exception>
    public void Write(LedgerChanges changes)
    {
        foreach (var (id, change) in changes.Sessions)
        {
            var session = store.Sessions[id];
            Expect(session.DetectorState == change.DetectorBefore);
            store.Sessions[id] = session with
            {
                Tokens = TokenCounts.AddTotals(session.Tokens, change.Sum.Tokens),
                Cost = session.Cost + change.Sum.Cost,
                ImputedCost = session.ImputedCost + change.Sum.ImputedCost,
                LastCallAt = change.LastCallAt,
                DetectorState = change.DetectorAfter,
            };
        }

        foreach (var (id, count) in changes.Calls)
        {
            store.Sessions[id] = store.Sessions[id] with { Calls = store.Sessions[id].Calls + count };
        }

        foreach (var token in changes.Starts.UsedTokens)
        {
            Expect(store.ChildTokens.Remove(Convert.ToHexString(token.TokenHash)));
        }

        foreach (var (id, state) in changes.EndedSessions)
        {
            Expect(store.Sessions[id].State.IsActive);
            store.Sessions[id] = store.Sessions[id] with { State = state };
        }

        foreach (var change in changes.Pauses)
        {
            Write(change);
        }

        foreach (var (window, before, after) in changes.Counters)
        {
            Expect(before == (store.Counters.TryGetValue(window, out var stored) ? stored : (Spending?)null));
            store.Counters[window] = after;
        }

        foreach (var reservation in changes.NewReservations)
        {
            Expect(store.Reservations.TryAdd(reservation.Id, reservation));
        }

        foreach (var (before, after) in changes.ChangedReservations)
        {
            Expect(store.Reservations[before.Id] is { EndedAt: null } stored && stored.ExpiresAt == before.ExpiresAt);
            store.Reservations[before.Id] = after;
        }

        foreach (var (bucket, sum) in changes.Rollups)
        {
            store.Rollups[bucket] = store.Rollups.GetValueOrDefault(bucket) + sum;
        }

        foreach (var record in changes.Records)
        {
            Expect(record.Corrects is not { } sequence || store.Records.TrueForAll(usage => usage.Record.Corrects != sequence));
            store.Records.Add(new(store.Records.Count + 1, record));
        }

        foreach (var alert in changes.Alerts)
        {
            Expect(store.Alerts.TryAdd(alert.Key, alert));
        }

        foreach (var answer in changes.Answers)
        {
            Expect(store.Answers.TryAdd(Convert.ToHexString(answer.KeyHash), answer));
        }

        foreach (var (before, after) in changes.ExtendedAnswers)
        {
            var key = Convert.ToHexString(after.KeyHash);
            Expect(store.Answers[key].RequestHash.AsSpan().SequenceEqual(before.RequestHash));
            store.Answers[key] = after;
        }

        store.Events.AddRange(changes.Events);
        store.Audited.AddRange(changes.Audited);
        if (changes.Pauses.Count == 0)
        {
            EnsureRowsAfter(changes);
        }
    }

    /// <summary>Checks that the rows which the ledger keeps in memory after a transaction are the stored ones.</summary>
    private void EnsureRowsAfter(LedgerChanges changes)
    {
        Assert.That(
            changes.SessionsAfter.Select(session => JsonSerializer.Serialize(session)),
            Is.EqualTo(changes.SessionsAfter.Select(session => JsonSerializer.Serialize(store.ToRow(store.Sessions[session.Id])))));
        Assert.That(
            changes.ReservationsAfter.Select(reservation => reservation.Reservation),
            Is.EqualTo(changes.ReservationsAfter.Select(reservation => store.Reservations[reservation.Reservation.Id])));
    }

    private void Write(PauseChange change)
    {
        switch (change.Scope)
        {
            case PauseScope.Agent:
                store.Agents[change.Id] = store.Agents[change.Id] with { Pause = change.After };
                break;
            case PauseScope.Team:
                store.Teams[change.Id] = store.Teams[change.Id] with { Pause = change.After };
                break;
            default:
                store.Organisations[change.Id] = store.Organisations[change.Id] with { Pause = change.After };
                break;
        }
    }

    private static void Expect(bool isAsRead)
    {
        if (!isAsRead)
        {
            throw new LedgerConflictException();
        }
    }
}
