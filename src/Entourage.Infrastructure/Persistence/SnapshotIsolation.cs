using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Infrastructure.Persistence;

/// <summary>
/// Ensures that a SQL Server database keeps row versions: for <c>READ COMMITTED</c>, so that reads do not wait for writers, and for the level
/// <c>SNAPSHOT</c>, in which reports and <c>verify</c> read.
/// </summary>
internal static class SnapshotIsolation
{
    private const string AllowSnapshot = "ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON";

    // It waits until all other connections are closed, which may be never. So a new database closes them, and another one gives up.
    private const string ReadVersionsInNew = "ALTER DATABASE CURRENT SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE";
    private const string ReadVersions = "ALTER DATABASE CURRENT SET READ_COMMITTED_SNAPSHOT ON WITH NO_WAIT";

    /// <summary>Turns both options on if they are off.</summary>
    /// <param name="db">The context of a SQL Server database.</param>
    /// <param name="isNew">Whether this process has just created the tables, so that no other connection has work to lose.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <exception cref="IOException">An option is off and could not be turned on. The message names the statements to run.</exception>
    public static async Task EnsureAsync(EntourageDb db, bool isNew, CancellationToken cancellationToken)
    {
        var allowsSnapshot = await IsOnAsync(db, "snapshot_isolation_state", cancellationToken);
        var readsVersions = await IsOnAsync(db, "is_read_committed_snapshot_on", cancellationToken);
        try
        {
            if (!allowsSnapshot)
            {
                await db.Database.ExecuteSqlRawAsync(AllowSnapshot, cancellationToken);
            }

            if (!readsVersions)
            {
                await db.Database.ExecuteSqlRawAsync(isNew ? ReadVersionsInNew : ReadVersions, cancellationToken);
            }
        }
        catch (SqlException exception)
        {
            var name = db.Database.GetDbConnection().Database;
            throw new IOException(
                $"The database '{name}' must allow snapshot isolation and read committed snapshots, and this login could not turn them on "
                + $"({exception.Message.TrimEnd('.')}). Stop all servers, run the following statements as an administrator, and start again: "
                + $"ALTER DATABASE [{name}] SET ALLOW_SNAPSHOT_ISOLATION ON; ALTER DATABASE [{name}] SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE;",
                exception);
        }
    }

    // Every login sees the row of the database that it uses. Another engine with this protocol reports what it does in the same view.
    private static async Task<bool> IsOnAsync(EntourageDb db, string column, CancellationToken cancellationToken)
    {
#pragma warning disable EF1002 // A constant of this class.
        return await db.Database.SqlQueryRaw<int>($"SELECT CAST({column} AS int) AS Value FROM sys.databases WHERE name = DB_NAME()")
            .SingleAsync(cancellationToken) != 0;
#pragma warning restore EF1002
    }
}
