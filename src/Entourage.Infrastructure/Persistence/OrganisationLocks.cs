using System.Data;
using System.Globalization;
using Entourage.Application.Ledger;
using Microsoft.Data.SqlClient;

namespace Entourage.Infrastructure.Persistence;

/// <summary>
/// The locks of organisations on SQL Server. Whoever changes an organisation's ledger, or decides on it, holds its lock. These are application locks,
/// which no query takes, so reports never wait for them.
/// </summary>
internal static class OrganisationLocks
{
    private const string Lock = "EXEC @result = sp_getapplock @Resource = @resource, @LockMode = 'Exclusive', @LockOwner = @owner, @LockTimeout = @timeout";
    private const string Release = "EXEC sp_releaseapplock @Resource = @resource, @LockOwner = 'Session'";
    private const int TimedOut = -1;
    private const int Deadlock = -3;

    // The server ends the wait for a lock, not the client, so that the connection stays usable.
    private const int SecondsBeforeTimeout = 5;

    /// <summary>The name of an organisation's lock.</summary>
    public static string ResourceOf(Guid organisationId) => $"Entourage organisation {organisationId:D}";

    /// <summary>Locks an organisation until the transaction ends; without a transaction, until it is released or the connection is lost.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="transaction">The transaction; null for none.</param>
    /// <param name="organisationId">The organisation.</param>
    /// <param name="timeoutSeconds">How long to wait for the lock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">The lock was not granted in time.</exception>
    /// <exception cref="LedgerConflictException">The server chose this lock to end a deadlock.</exception>
    public static async Task LockAsync(
        SqlConnection connection, SqlTransaction? transaction, Guid organisationId, int timeoutSeconds, CancellationToken cancellationToken = default)
    {
        await using var command = new SqlCommand(Lock, connection, transaction) { CommandTimeout = timeoutSeconds + SecondsBeforeTimeout };
        command.Parameters.Add("@resource", SqlDbType.NVarChar, 255).Value = ResourceOf(organisationId);
        command.Parameters.Add("@owner", SqlDbType.VarChar, 32).Value = transaction is null ? "Session" : "Transaction";
        command.Parameters.Add("@timeout", SqlDbType.Int).Value = timeoutSeconds * 1_000;
        var result = command.Parameters.Add("@result", SqlDbType.Int);
        result.Direction = ParameterDirection.Output;
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (SqlException exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The wait for a lock was cancelled.", exception, cancellationToken);
        }

        switch ((int)result.Value)
        {
            case >= 0:
                return;
            case TimedOut:
                throw new TimeoutException("The organisation was locked for too long.");
            case Deadlock:
                throw new LedgerConflictException();
            default:
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"sp_getapplock returned {result.Value}."));
        }
    }

    /// <summary>Rolls back an unfinished transaction, and releases locks that the connection may hold.</summary>
    public static async Task ReleaseAsync(SqlConnection connection, IEnumerable<Guid> organisationIds, int timeoutSeconds)
    {
        await using (var rollback = new SqlCommand("IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION", connection) { CommandTimeout = timeoutSeconds })
        {
            await rollback.ExecuteNonQueryAsync();
        }

        foreach (var id in organisationIds)
        {
            await using var command = new SqlCommand(Release, connection) { CommandTimeout = timeoutSeconds };
            command.Parameters.Add("@resource", SqlDbType.NVarChar, 255).Value = ResourceOf(id);
            await command.ExecuteNonQueryAsync();
        }
    }
}
