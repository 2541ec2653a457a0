using Entourage.Application.Ledger;
using Entourage.Domain.Audit;
using Entourage.Infrastructure.Persistence;

namespace Entourage.Infrastructure.Ledger;

/// <summary>Archives and restores in the transaction of a context, with the same code as the ledger.</summary>
internal sealed class ArchiveLedger(EntourageDb db, ILedgerTransactions store) : IArchiveLedger
{
    public Task<int?> ArchiveAsync(PauseSubject subject, IReadOnlyList<Guid> moved, AuditActor by, DateTimeOffset now, CancellationToken cancellationToken) =>
        WithinAsync(subject, loader => new ArchiveWriter(loader, by, now).ArchiveAsync(subject, moved), cancellationToken);

    public Task<bool> RestoreAsync(PauseSubject subject, AuditActor by, DateTimeOffset now, CancellationToken cancellationToken) =>
        WithinAsync(subject, loader => new ArchiveWriter(loader, by, now).RestoreAsync(subject), cancellationToken);

    private async Task<T> WithinAsync<T>(PauseSubject subject, Func<LedgerLoader, Task<T>> work, CancellationToken cancellationToken)
    {
        T? result = default;
        await store.WithinAsync(
            db,
            async writes =>
            {
                // The ledger's statements are short, so they are not cancelled once they have begun.
                cancellationToken.ThrowIfCancellationRequested();
                var loader = await LedgerLoader.OpenAsync([], [subject.OrganisationId], writes);
                result = await work(loader);
                if (loader.WorkingSet.FindChanges([], [], loader.Starts) is { } changes)
                {
                    await writes.SaveAsync(changes);
                    db.TeamsWithLedgerEvents.UnionWith(changes.Events.Select(added => added.TeamId));
                }
            });
        return result!;
    }
}
