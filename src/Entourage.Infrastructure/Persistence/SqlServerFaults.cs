using System.Data.Common;
using System.Net.Sockets;
using Entourage.Application.Errors;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Entourage.Infrastructure.Persistence;

/// <summary>
/// Classifies the faults of SQL Server and Azure SQL. The numbers and severities are those of Microsoft's "Database Engine events and errors" and
/// "Troubleshoot common connection issues to Azure SQL Database".
/// </summary>
/// <remarks>
/// No number says whether a commit took effect. That follows from the state of the connection; see <see cref="LeavesOutcomeUnknown"/>.
/// </remarks>
internal static class SqlServerFaults
{
    private const string WhileOpening = "Entourage.WhileOpening";

    private const int Deadlock = 1205;
    private const int DuplicateKeyOfIndex = 2601;
    private const int DuplicateKeyOfConstraint = 2627;

    // SqlClient's number for a statement that took too long.
    private const int CommandTimeout = -2;

    // From 17 on, the server lacks a resource, is damaged, or has closed the connection. SqlClient reports network failures with 20.
    private const byte LacksResources = 17;

    // From 20 on, the server closes the connection.
    private const byte ClosesConnection = 20;

    // Faults of the environment that the server reports with a lower severity.
    private static readonly HashSet<int> Environmental =
    [
        CommandTimeout,
        Deadlock,

        // Locks: none left, or the wait took too long.
        1203, 1204, 1221, 1222,

        // The database is not available to anybody: in recovery, offline, in transition or read-only, as after a failover.
        601, 617, 669, 904, 921, 922, 923, 924, 926, 927, 942, 945, 952, 955, 3906, 3908,

        // An availability group: the replica is a secondary, or is not ready yet.
        976, 978, 979, 981, 982, 983, 988, 997, 35201, 35202, 35206, 35207, 35217, 35250, 41131, 41142, 41143,

        // The server is starting, stopping or paused.
        6005, 10922, 17142, 17197, 17198, 18401,

        // The login waits for a database that has just moved or is resuming (Azure SQL).
        4060, 4221, 40532, 42108, 42109,

        // Azure SQL moves, throttles or limits the database or the session.
        10928, 10929, 10936, 40143, 40166, 40174, 40197, 40501, 40540, 40544, 40549, 40550, 40551, 40552, 40553, 40613, 40648, 40671,
        45168, 45169, 49918, 49919, 49920,
    ];

    /// <summary>Whether the server ended the transaction because it waited in a circle with others.</summary>
    public static bool IsDeadlock(Exception? fault) => SqlFaultIn(fault)?.Number == Deadlock;

    /// <summary>Whether a unique index or constraint refused a row.</summary>
    public static bool IsUniqueViolation(Exception? fault) => SqlFaultIn(fault)?.Number is DuplicateKeyOfIndex or DuplicateKeyOfConstraint;

    /// <summary>
    /// Whether the same work may succeed later: the connection could not be opened or broke, a wait took too long, or the server lacks something at
    /// the moment. Such a fault says nothing about whether a commit took effect.
    /// </summary>
    public static bool IsTransient(Exception? fault)
    {
        // A fault that was given up on is not tried again further out.
        for (; fault is not null and not StoreUnavailableException; fault = fault.InnerException)
        {
            if (fault is TimeoutException or IOException or SocketException || fault.Data.Contains(WhileOpening) || (fault is SqlException sql && IsTransient(sql)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Whether it is unknown, after a COMMIT that failed, if it took effect. It is known to have failed only if the server said so, which it does on a
    /// connection that stays open.
    /// </summary>
    /// <param name="fault">What COMMIT threw.</param>
    /// <param name="connection">The connection of the transaction, as COMMIT left it.</param>
    public static bool LeavesOutcomeUnknown(Exception fault, DbConnection connection) =>
        connection.State != System.Data.ConnectionState.Open
        || SqlFaultIn(fault) is not { } sql
        || sql.Class >= ClosesConnection
        || sql.Number is CommandTimeout or 0;

    /// <summary>Opens a connection. A fault is transient, whatever its number, because nothing was sent.</summary>
    public static async Task OpenMarkedAsync(this SqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await connection.OpenAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            MarkAsOpening(exception);
            throw;
        }
    }

    /// <summary>Notes that a fault prevented a connection from opening, so that nothing was sent and any number is a fault of the store.</summary>
    public static void MarkAsOpening(Exception fault) => fault.Data[WhileOpening] = true;

    private static bool IsTransient(SqlException fault) =>
        fault.Class >= LacksResources || fault.Errors.Cast<SqlError>().Any(error => error.Class >= LacksResources || Environmental.Contains(error.Number));

    private static SqlException? SqlFaultIn(Exception? fault)
    {
        while (fault is not null and not SqlException)
        {
            fault = fault.InnerException;
        }

        return fault as SqlException;
    }
}

/// <summary>Marks the faults of connections that Entity Framework could not open; see <see cref="SqlServerFaults.MarkAsOpening"/>.</summary>
internal sealed class OpeningFaults : DbConnectionInterceptor
{
    public override void ConnectionFailed(DbConnection connection, ConnectionErrorEventData eventData) =>
        SqlServerFaults.MarkAsOpening(eventData.Exception);

    public override Task ConnectionFailedAsync(
        DbConnection connection, ConnectionErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        SqlServerFaults.MarkAsOpening(eventData.Exception);
        return Task.CompletedTask;
    }
}
