using Entourage.Application.Audit;
using Entourage.Application.Stops;
using Entourage.Domain.Audit;
using Entourage.Domain.Stops;

namespace Entourage.Application.Ledger;

/// <summary>
/// Archives and restores within a transaction. An archive mark stops like a pause that only a restore ends. It also kills the active sessions below, so
/// nothing is left that could spend. Usage that they report later is recorded, as for every killed session (rule 1).
/// </summary>
/// <param name="loader">The rows of the transaction.</param>
/// <param name="by">The actor.</param>
/// <param name="now">The current time (UTC).</param>
internal sealed class ArchiveWriter(LedgerLoader loader, AuditActor by, DateTimeOffset now)
{
    /// <summary>Archives an agent, a team or an organisation, and kills the active sessions below it.</summary>
    /// <param name="subject">The agent, team or organisation.</param>
    /// <param name="moved">The agents of a team that came from other teams. Their sessions there are killed too.</param>
    /// <returns>How many sessions were killed; null if it was archived already, in which case nothing changes.</returns>
    public async Task<int?> ArchiveAsync(PauseSubject subject, IReadOnlyList<Guid> moved)
    {
        var present = await loader.FindPauseAsync(subject);
        if (present is { IsArchive: true })
        {
            return null;
        }

        var sessions = new List<LedgerSession>(await loader.LoadSessionsUnderAsync(subject));
        foreach (var agentId in moved)
        {
            sessions.AddRange((await loader.LoadSessionsUnderAsync(subject with { Scope = PauseScope.Agent, Id = agentId })).Where(session => !sessions.Contains(session)));
        }

        await new SessionKills(loader.WorkingSet, loader).KillAsync(sessions, ArchiveMarks.ReasonOf(subject.Scope), by, now);
        await new PauseWriter(subject, StopAction.Archived, Reason: null, ExpiresAt: null, by, now).WriteAsync(
            loader,
            Pause.WithArchive(present, now),
            new AuditedArchive(Archived: false),
            new AuditedArchive(Archived: true, sessions.Count == 0 ? null : sessions.Count),
            sessions);
        return sessions.Count;
    }

    /// <summary>Restores an agent, a team or an organisation. A pause from before the archive is in force again, unless it has expired.</summary>
    /// <returns>Whether it was archived.</returns>
    public async Task<bool> RestoreAsync(PauseSubject subject)
    {
        if (await loader.FindPauseAsync(subject) is not { IsArchive: true } present)
        {
            return false;
        }

        await new PauseWriter(subject, StopAction.Restored, Reason: null, ExpiresAt: null, by, now).WriteAsync(
            loader, present.BeforeArchive, new AuditedArchive(Archived: true), new AuditedArchive(Archived: false), sessions: []);
        return true;
    }
}
