using Entourage.Application.Ledger;
using Entourage.Infrastructure.Ledger.SqlServer;
using Microsoft.Data.SqlClient;

namespace Entourage.Infrastructure.Persistence;

/// <summary>Faults of SQL Server.</summary>
internal static class SqlServerFaults
{
    private const int Deadlock = 1205;
    private const int Timeout = -2;

    // From this severity on the fault is one of the server's resources, not of the statement.
    private const byte ResourceClass = 17;

    /// <summary>Whether the same work may succeed later.</summary>
    public static bool IsTransient(Exception fault) => fault switch
    {
        LedgerConflictException or LostConnectionException or TimeoutException or IOException => true,
        SqlException { Number: Deadlock or SqlServerWrites.Conflict or Timeout } => true,
        SqlException sql => sql.Class >= ResourceClass || SqlServerEntourageDb.IsUniqueViolation(sql),
        _ => false,
    };
}
