using Entourage.Application.Ledger;
using Entourage.Domain.Budgets;
using Entourage.Infrastructure.Persistence;

namespace Entourage.Infrastructure.Ledger;

/// <summary>Kills sessions in the transaction of a context, with the same code as the ledger.</summary>
internal sealed class LedgerKiller(EntourageDb db, ILedgerTransactions store) : ISessionKiller
{
    public Task KillAsync(
        Guid organisationId, Guid teamId, IReadOnlyCollection<BudgetWindow> exhausted, DateTimeOffset now, CancellationToken cancellationToken) => store.WithinAsync(
        db,
        async writes =>
        {
            // The ledger's statements are short, so they are not cancelled once they have begun.
            cancellationToken.ThrowIfCancellationRequested();
            var loader = await LedgerLoader.OpenAsync([], [organisationId], writes);
            await new SessionKills(loader.WorkingSet, loader).KillUnderExhaustedAsync(teamId, exhausted, now);
            if (loader.WorkingSet.FindChanges([], [], loader.Starts) is { } changes)
            {
                await writes.SaveAsync(changes);
            }
        });
}
