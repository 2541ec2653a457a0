using Entourage.Application.Abstractions;
using Entourage.Application.Ledger;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Sessions;

/// <summary>
/// Active sessions that nothing has been heard of for as long as their teams wait. What is heard of a session are the usages that it
/// reports, the reservations that it makes, for as long as they hold, and the sessions below it; a look at its budget is not.
/// Several replicas may close them at once: the ledger sees to it that each is closed once.
/// </summary>
/// <param name="db">Where they are found.</param>
/// <param name="ledger">Closes them.</param>
/// <param name="time">When.</param>
public sealed class SilentSessions(IEntourageDb db, IBudgetLedger ledger, TimeProvider time)
{
    // Few enough that usages hardly wait for the transaction.
    private const int PieceSize = 200;

    private const int TeamsAtOnce = 100;

    /// <summary>Closes them as abandoned, and gives their reservations back.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        var waiting = await db.Teams.Where(team => team.Limits.AbandonedAfterMinutes != null)
            .Select(team => new { team.Id, Minutes = team.Limits.AbandonedAfterMinutes!.Value })
            .ToListAsync(cancellationToken);
        foreach (var teams in waiting.GroupBy(team => team.Minutes, team => team.Id))
        {
            foreach (var piece in teams.Chunk(TeamsAtOnce))
            {
                await CloseAsync(piece, teams.Key, cancellationToken);
            }
        }
    }

    private async Task CloseAsync(Guid[] teamIds, int minutes, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var since = now.AddMinutes(-minutes);
        for (var after = 0L; ;)
        {
            var piece = await db.Sessions
                .Where(session => teamIds.Contains(session.TeamId) && session.EndedAt == null && session.Id > after)
                .Where(session => session.StartedAt <= since && (session.LastCallAt == null || session.LastCallAt <= since))
                .Where(session => !db.Reservations.Any(held => held.SessionId == session.Id && held.EndedAt == null && held.ExpiresAt > since))
                .Where(session => !db.Reservations.Any(held => held.SessionId == session.Id && held.EndedAt > since))
                .Where(session => !db.Sessions.Any(below => below.ParentSessionId == session.Id && (below.EndedAt == null || below.EndedAt > since)))
                .OrderBy(session => session.Id)
                .Take(PieceSize)
                .Select(session => new { session.Id, IsTelemetrys = db.SourceSessions.Any(source => source.SessionId == session.Id) })
                .ToListAsync(cancellationToken);
            if (piece.Count == 0)
            {
                return;
            }

            await ledger.WriteAsync([.. piece.Select(silent => new AbandonEntry(silent.Id, silent.IsTelemetrys, now))], cancellationToken);
            after = piece[^1].Id;
        }
    }
}
