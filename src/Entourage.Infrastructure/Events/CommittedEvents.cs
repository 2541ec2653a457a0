using System.Data.Common;
using Entourage.Domain.Events;
using Entourage.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Entourage.Infrastructure.Events;

/// <summary>Raises the commit signal for events that were written outside the ledger.</summary>
internal sealed class CommittedEvents(CommitSignal signal) : DbTransactionInterceptor
{
    public override Task TransactionCommittedAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        // Events are read without tracking, so every tracked event was added by this context.
        if (eventData.Context is { } db)
        {
            var ofLedger = (db as EntourageDb)?.TeamsWithLedgerEvents ?? [];
            signal.Raise(db.ChangeTracker.Entries<TeamEvent>().Select(entry => entry.Entity.TeamId).Union(ofLedger));
        }

        return Task.CompletedTask;
    }
}
