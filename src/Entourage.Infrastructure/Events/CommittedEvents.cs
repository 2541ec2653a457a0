using System.Data.Common;
using Entourage.Domain.Events;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Entourage.Infrastructure.Events;

/// <summary>Raises the signal for events that were written beside the ledger, once they are committed.</summary>
internal sealed class CommittedEvents(CommitSignal signal) : DbTransactionInterceptor
{
    public override Task TransactionCommittedAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        // Those that a context tracks are those that it has added: they are read without being tracked.
        if (eventData.Context is { } db)
        {
            signal.Raise(db.ChangeTracker.Entries<TeamEvent>().Select(entry => entry.Entity.TeamId).Distinct());
        }

        return Task.CompletedTask;
    }
}
