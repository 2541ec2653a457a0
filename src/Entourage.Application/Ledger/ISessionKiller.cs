using Entourage.Domain.Budgets;

namespace Entourage.Application.Ledger;

/// <summary>Kills sessions in the current transaction, for changes outside the ledger.</summary>
public interface ISessionKiller
{
    /// <summary>
    /// Kills the active sessions of a team that draw on exhausted budgets and have spent something, and releases their reservations. The caller's
    /// transaction must have locked the organisation and saved its own changes.
    /// </summary>
    /// <param name="organisationId">The organisation of the team.</param>
    /// <param name="teamId">The team.</param>
    /// <param name="exhausted">The windows of the exhausted budgets.</param>
    /// <param name="now">The current time (UTC).</param>
    /// <param name="cancellationToken">Cancels before the first statement.</param>
    Task KillAsync(
        Guid organisationId, Guid teamId, IReadOnlyCollection<BudgetWindow> exhausted, DateTimeOffset now, CancellationToken cancellationToken);
}
