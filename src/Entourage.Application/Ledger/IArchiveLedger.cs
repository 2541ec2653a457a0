using Entourage.Domain.Audit;

namespace Entourage.Application.Ledger;

/// <summary>
/// Archives and restores in the current transaction, so that keys are revoked together with it. The caller's transaction must have locked the organisation
/// and saved its own changes.
/// </summary>
public interface IArchiveLedger
{
    /// <summary>Archives an agent, a team or an organisation, and kills the active sessions below it.</summary>
    /// <param name="subject">The agent, team or organisation.</param>
    /// <param name="moved">The agents of a team that came from other teams. Their sessions there are killed too.</param>
    /// <param name="by">The actor.</param>
    /// <param name="now">The current time (UTC).</param>
    /// <param name="cancellationToken">Cancels before the first statement.</param>
    /// <returns>How many sessions were killed; null if it was archived already, in which case nothing changes.</returns>
    Task<int?> ArchiveAsync(PauseSubject subject, IReadOnlyList<Guid> moved, AuditActor by, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Restores an agent, a team or an organisation.</summary>
    /// <param name="subject">The agent, team or organisation.</param>
    /// <param name="by">The actor.</param>
    /// <param name="now">The current time (UTC).</param>
    /// <param name="cancellationToken">Cancels before the first statement.</param>
    /// <returns>Whether it was archived.</returns>
    Task<bool> RestoreAsync(PauseSubject subject, AuditActor by, DateTimeOffset now, CancellationToken cancellationToken);
}
