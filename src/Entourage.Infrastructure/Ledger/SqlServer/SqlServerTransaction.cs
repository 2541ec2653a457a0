using System.Data;
using System.Diagnostics;
using Entourage.Application.Ledger;
using Entourage.Infrastructure.Persistence;
using Microsoft.Data.SqlClient;

namespace Entourage.Infrastructure.Ledger.SqlServer;

/// <summary>
/// A transaction of the ledger: it reads what it probably needs in one round trip, and writes and commits in another, while it holds the locks of its
/// organisations.
/// </summary>
internal sealed class SqlServerTransaction(SqlServerTurn turn, LedgerTurn request, SqlServerDirectory directory, TimeProvider time, int timeoutSeconds)
    : SqlServerLedger(turn.Connection, transaction: null, timeoutSeconds)
{
    // Long enough that a busy process does not wait for its own lock after each commit, short enough that others barely notice.
    private static readonly TimeSpan LongestTurn = TimeSpan.FromMilliseconds(20);

    private bool commitSent;
    private bool isCommitted;

    /// <summary>Whether the turn goes on with another transaction.</summary>
    public bool Continues { get; private set; }

    /// <summary>The newest earlier attempt that was committed after all; null if there is none. Its organisations are locked, so it has ended.</summary>
    public async Task<Guid?> FindCommittedAsync()
    {
        var found = await FindMarkersAsync(request.Unconfirmed);
        return request.Unconfirmed.Where(found.Contains).Select(marker => (Guid?)marker).LastOrDefault();
    }

    public override async Task ReadAheadAsync(IReadOnlyList<LedgerEntry> entries)
    {
        if (turn.Locked.Count > 0)
        {
            await ReadAheadAsync(directory.Expect(entries, turn.Locked, this));
        }
    }

    public override async Task<IReadOnlyDictionary<long, LedgerSession>> LockAsync(
        IReadOnlyCollection<long> sessionIds, IReadOnlyCollection<Guid> organisationIds)
    {
        var sessions = await base.LockAsync(sessionIds, organisationIds);
        directory.Learn(sessions.Values, []);
        return sessions;
    }

    public override async Task<long> AddSessionAsync(LedgerSession session)
    {
        // The database assigns the number, which the rows that follow contain. So this transaction takes several round trips.
        Transaction ??= (SqlTransaction)await turn.Connection.BeginTransactionAsync(IsolationLevel.ReadCommitted);
        return await base.AddSessionAsync(session);
    }

    public override async Task SaveAsync(LedgerChanges changes)
    {
        await base.SaveAsync(changes);
        directory.Learn(changes.SessionsAfter, changes.ReservationsAfter);
    }

    /// <summary>Commits if that has not happened yet, and decides whether to keep the turn.</summary>
    public async Task FinishAsync()
    {
        if (Transaction is not null)
        {
            commitSent = true;
            await Transaction.CommitAsync(CancellationToken.None);
            await Transaction.DisposeAsync();
            Transaction = null;
        }

        if (!isCommitted)
        {
            Continues = ShouldContinue();
        }
    }

    /// <summary>Whether the transaction may have been committed in spite of an exception.</summary>
    public bool IsUnconfirmed(Exception exception) => commitSent && SqlServerFaults.LeavesOutcomeUnknown(exception, turn.Connection);

    protected override bool IsLocked(Guid organisationId) => turn.Locked.Contains(organisationId);

    protected override Task LockAsync(IEnumerable<Guid> organisationIds) => turn.LockAsync(organisationIds);

    protected override async Task WriteAsync(SqlServerWrites writes)
    {
        // First, so that it waits for an earlier attempt that is still being committed, and fails if that succeeds.
        var now = time.GetUtcNow();
        writes.Add(SqlServerStatements.InsertMarkers, [.. request.Unconfirmed.Append(request.Marker).Select(marker => (marker, now))]);
        if (Transaction is not null)
        {
            await base.WriteAsync(writes);
            return;
        }

        Continues = ShouldContinue();
        Guid? released = Continues || turn.Locked.Count != 1 ? null : turn.Locked.Single();
        await using var command = Prepare(writes.ToTransaction(released));
        commitSent = true;
        try
        {
            await using var reader = await command.ExecuteReaderAsync();
            isCommitted = await reader.ReadAsync() ? true : throw new InvalidOperationException("The server did not confirm the commit.");
            await reader.NextResultAsync();
            if (released is { } id)
            {
                turn.Released(id);
            }
        }
        catch (Exception) when (isCommitted)
        {
            // Only the release of the lock has failed. The turn does not go on, so it releases the lock again or closes the connection.
            Continues = false;
        }
    }

    private bool ShouldContinue() => turn.Locked.Count == 1 && Stopwatch.GetElapsedTime(turn.Began) < LongestTurn && request.Continues();
}
