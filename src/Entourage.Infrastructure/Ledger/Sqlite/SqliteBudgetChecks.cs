using System.Collections.Concurrent;
using System.Data.Common;
using System.Text.Json;
using Entourage.Application.Ledger;
using Entourage.Infrastructure.Persistence;

namespace Entourage.Infrastructure.Ledger.Sqlite;

/// <summary>
/// Checks budgets, from memory while the file is as it was when the rows were read. The ledger tells it what its own transactions have changed. A
/// connection of its own notices every other commit, of this process or another.
/// </summary>
/// <param name="connections">Opens connections.</param>
/// <param name="rules">The budget rules of organisations.</param>
/// <param name="isVerified">Whether each answer from memory is compared with the file. Slow: for tests.</param>
internal sealed class SqliteBudgetChecks(SqliteConnections connections, BudgetRuleLists rules, bool isVerified) : IDisposable
{
    private readonly ConcurrentBag<SqliteLedger> readers = [];

    // Guards the members below. Nothing waits while it holds the lock.
    private readonly Lock gate = new();
    private readonly BudgetStandingCache cache = new();
    private SqliteLedger? observer;
    private long version;
    private bool isCommitting;

    /// <summary>Checks the budgets of some work.</summary>
    public async Task<BudgetStanding> ReadAsync(BudgetSubject subject, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await OpenObserverAsync(cancellationToken);
        var kept = Find(subject, now, out var seen);
        return kept is null || isVerified ? await ReadRowsAsync(subject, now, seen, kept, cancellationToken) : kept;
    }

    /// <summary>Commits a transaction of the ledger, and applies its changes to the kept rows.</summary>
    /// <exception cref="DbException">It was not committed.</exception>
    public void Commit(SqliteLedger writer)
    {
        lock (gate)
        {
            isCommitting = true;
        }

        var isCommitted = false;
        try
        {
            writer.Commit();
            isCommitted = true;
        }
        finally
        {
            lock (gate)
            {
                isCommitting = false;
                Update(writer, isCommitted);
            }
        }
    }

    public void Dispose()
    {
        observer?.Dispose();
        while (readers.TryTake(out var reader))
        {
            reader.Dispose();
        }
    }

    private async ValueTask OpenObserverAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref observer) is not null)
        {
            return;
        }

        var opened = new SqliteLedger(await connections.OpenAsync(cancellationToken));
        lock (gate)
        {
            if (observer is null && !opened.IsReadOnly)
            {
                cache.Clear();
                observer = opened;
                return;
            }
        }

        opened.Dispose();
    }

    /// <summary>Returns the kept answer; null for none.</summary>
    /// <param name="subject">The work.</param>
    /// <param name="now">The current time (UTC).</param>
    /// <param name="seen">The version of the file; null if it is unknown.</param>
    private BudgetStanding? Find(BudgetSubject subject, DateTimeOffset now, out long? seen)
    {
        lock (gate)
        {
            seen = ReadVersion();
            if (seen is null || (seen != version && isCommitting))
            {
                // Its changes are about to be applied.
                return null;
            }

            if (seen != version)
            {
                cache.Clear();
                version = seen.Value;
            }

            return cache.Find(subject, now);
        }
    }

    private async Task<BudgetStanding> ReadRowsAsync(
        BudgetSubject subject, DateTimeOffset now, long? seen, BudgetStanding? kept, CancellationToken cancellationToken)
    {
        if (!readers.TryTake(out var reader))
        {
            reader = new(await connections.OpenAsync(cancellationToken));
        }

        try
        {
            reader.BeginReading();
            try
            {
                var reading = await BudgetStandingReader.ReadAsync(reader, rules, subject, now);
                Keep(subject, now, reading, reader.ReadNextExpiry(reading.Work.Policy.OrganisationId), seen, kept);
                return reading.Standing;
            }
            finally
            {
                reader.Rollback();
            }
        }
        catch (DbException)
        {
            reader.Dispose();
            reader = null;
            throw;
        }
        finally
        {
            Return(reader);
        }
    }

    /// <summary>Keeps what was read, if the file is as it was before.</summary>
    private void Keep(BudgetSubject subject, DateTimeOffset now, StandingReading reading, DateTimeOffset nextExpiry, long? seen, BudgetStanding? kept)
    {
        lock (gate)
        {
            if (seen is null || seen != version || ReadVersion() != seen)
            {
                return;
            }

            if (kept is not null && JsonSerializer.Serialize(kept) is var text && JsonSerializer.Serialize(reading.Standing) is var stored && text != stored)
            {
                throw new InvalidOperationException($"The kept budgets differ from the store. Kept: {text}. Stored: {stored}.");
            }

            cache.Keep(subject, reading, now, nextExpiry);
        }
    }

    /// <summary>Applies the changes of the ledger's transaction, or clears the rows if it failed or anything else was committed as well.</summary>
    private void Update(SqliteLedger writer, bool isCommitted)
    {
        if (observer is null)
        {
            return;
        }

        try
        {
            // In this order, so that a commit between the two is noticed.
            var committed = ReadVersion();
            if (committed is null || !isCommitted || writer.NoticeForeignCommit())
            {
                cache.Clear();
            }
            else if (writer.Saved is { } changes)
            {
                cache.Apply(changes);
            }

            version = committed ?? 0;
        }
        catch (DbException)
        {
            // The transaction is committed nevertheless.
            cache.Clear();
        }
    }

    /// <summary>Reads the version of the file; null if it cannot be read.</summary>
    private long? ReadVersion()
    {
        try
        {
            return observer?.ReadDataVersion();
        }
        catch (DbException)
        {
            // Do not reuse a connection after a fault.
            observer?.Dispose();
            observer = null;
            cache.Clear();
            return null;
        }
    }

    private void Return(SqliteLedger? reader)
    {
        if (reader is { IsReadOnly: false })
        {
            readers.Add(reader);
        }
        else
        {
            reader?.Dispose();
        }
    }
}
