using Entourage.Application.Abstractions;
using Entourage.Application.Ledger;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Sessions;

/// <summary>
/// Closes sessions that have been silent for as long as their teams allow. Reporting usage, holding or ending a reservation and having an active or
/// recently ended child session count as activity; checking the budget does not. Several replicas may run it at the same time: the ledger closes each
/// session once.
/// </summary>
/// <param name="db">The store.</param>
/// <param name="ledger">The ledger, which closes the sessions.</param>
/// <param name="time">The clock.</param>
public sealed class AbandonedSessions(IEntourageDb db, IBudgetLedger ledger, TimeProvider time)
{
    // Small enough that usage hardly waits for the transaction.
    private const int BatchSize = 200;

    private const int TeamBatchSize = 100;

    /// <summary>Closes silent sessions as abandoned and releases their reservations.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        var waiting = await db.Teams.Where(team => team.Limits.AbandonedAfterMinutes != null)
            .Select(team => new { team.Id, Minutes = team.Limits.AbandonedAfterMinutes!.Value })
            .ToListAsync(cancellationToken);
        foreach (var teams in waiting.GroupBy(team => team.Minutes, team => team.Id))
        {
            foreach (var batch in teams.Chunk(TeamBatchSize))
            {
                await CloseAsync(batch, teams.Key, cancellationToken);
            }
        }
    }

    private async Task CloseAsync(Guid[] teamIds, int minutes, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var since = now.AddMinutes(-minutes);
        for (var after = 0L; ;)
        {
            var batch = await db.Sessions
                .Where(session => teamIds.Contains(session.TeamId) && session.EndedAt == null && session.Id > after)
                .Where(session => session.StartedAt <= since && (session.LastCallAt == null || session.LastCallAt <= since))
                .Where(session => !db.Reservations.Any(reservation => reservation.SessionId == session.Id && reservation.EndedAt == null && reservation.ExpiresAt > since))
                .Where(session => !db.Reservations.Any(reservation => reservation.SessionId == session.Id && reservation.EndedAt > since))
                .Where(session => !db.Sessions.Any(child => child.ParentSessionId == session.Id && (child.EndedAt == null || child.EndedAt > since)))
                .OrderBy(session => session.Id)
                .Take(BatchSize)
                .Select(session => new { session.Id, IsFromTelemetry = db.SourceSessions.Any(source => source.SessionId == session.Id) })
                .ToListAsync(cancellationToken);
            if (batch.Count == 0)
            {
                return;
            }

            await ledger.WriteAsync([.. batch.Select(silent => new AbandonEntry(silent.Id, silent.IsFromTelemetry, now))], cancellationToken);
            after = batch[^1].Id;
        }
    }
}
