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
    /// <returns>How many sessions were killed; null if it was archived already, in which case nothing changes.</returns>
    public async Task<int?> ArchiveAsync(PauseSubject subject)
    {
        var present = await loader.FindPauseAsync(subject);
        if (present is { IsArchive: true })
        {
            return null;
        }

        var sessions = await loader.LoadSessionsUnderAsync(subject);
        await new SessionKills(loader.WorkingSet, loader).KillAsync(sessions, $"{NameOf(subject.Scope)} was archived.", by, now);
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

    private static string NameOf(PauseScope scope) => scope switch
    {
        PauseScope.Agent => "The agent",
        PauseScope.Team => "The team",
        _ => "The organisation",
    };
}
