using System.Data;
using System.Diagnostics;
using Entourage.Application.Ledger;
using Entourage.Infrastructure.Persistence;
using Microsoft.Data.SqlClient;

namespace Entourage.Infrastructure.Ledger.SqlServer;

/// <summary>
/// The turn of a process to write the ledgers of some organisations: a connection that holds their locks for one or several transactions. If the
/// connection is lost, so are its locks and its unfinished transaction, so nothing can be written without a lock.
/// </summary>
internal sealed class SqlServerTurn : IAsyncDisposable
{
    private readonly int timeoutSeconds;
    private readonly HashSet<Guid> locked = [];

    private SqlServerTurn(SqlConnection connection, int timeoutSeconds) => (Connection, this.timeoutSeconds) = (connection, timeoutSeconds);

    public SqlConnection Connection { get; }

    /// <summary>The organisations that it has locked, or is locking.</summary>
    public IReadOnlySet<Guid> Locked => locked;

    /// <summary>When it got its first lock.</summary>
    public long Began { get; private set; } = Stopwatch.GetTimestamp();

    public static async Task<SqlServerTurn> BeginAsync(string connectionString, int timeoutSeconds, CancellationToken cancellationToken)
    {
        var connection = new SqlConnection(connectionString);
        try
        {
            await connection.OpenMarkedAsync(cancellationToken);
            return new(connection, timeoutSeconds);
        }
        catch
        {
            await connection.DisposeQuietlyAsync();
            throw;
        }
    }

    /// <summary>Locks organisations, always in the same order, so that two turns cannot deadlock.</summary>
    /// <exception cref="TimeoutException">A lock was not granted in time.</exception>
    /// <exception cref="LedgerConflictException">The locks deadlocked with those of another transaction.</exception>
    public async Task LockAsync(IEnumerable<Guid> organisationIds)
    {
        foreach (var id in organisationIds.Where(id => !locked.Contains(id)).Order().ToArray())
        {
            // Before the answer, which may be lost: the lock must not stay behind on a connection of the pool.
            locked.Add(id);
            await OrganisationLocks.LockAsync(Connection, transaction: null, id, timeoutSeconds);
            if (locked.Count == 1)
            {
                Began = Stopwatch.GetTimestamp();
            }
        }
    }

    /// <summary>Notes that a command has released the lock of an organisation.</summary>
    public void Released(Guid organisationId) => locked.Remove(organisationId);

    /// <summary>
    /// Rolls back what is unfinished, releases the locks and returns the connection to its pool, which would keep them. A broken connection has lost them.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (locked.Count > 0 && Connection.State == ConnectionState.Open)
            {
                await OrganisationLocks.ReleaseAsync(Connection, locked, timeoutSeconds);
            }
        }
        catch (Exception)
        {
            // Do not let a pool keep a connection that may hold a lock.
            SqlConnection.ClearPool(Connection);
        }
        finally
        {
            await Connection.DisposeQuietlyAsync();
        }
    }
}
