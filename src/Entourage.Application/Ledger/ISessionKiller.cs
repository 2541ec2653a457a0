using Entourage.Domain.Budgets;

namespace Entourage.Application.Ledger;

/// <summary>Kills sessions in the store's present transaction, for changes that are made outside of the ledger.</summary>
public interface ISessionKiller
{
    /// <summary>
    /// Kills the active sessions of a team that draw on windows of which nothing is left and have spent something, and gives their reservations back. The transaction holds
    /// the organisation, and has saved what it changed.
    /// </summary>
    /// <param name="organisationId">The organisation of the team.</param>
    /// <param name="teamId">The team.</param>
    /// <param name="exhausted">The windows of the budgets.</param>
    /// <param name="now">The present (UTC).</param>
    /// <param name="cancellationToken">The caller has left.</param>
    Task KillAsync(
        Guid organisationId, Guid teamId, IReadOnlyCollection<BudgetWindow> exhausted, DateTimeOffset now, CancellationToken cancellationToken);
}
