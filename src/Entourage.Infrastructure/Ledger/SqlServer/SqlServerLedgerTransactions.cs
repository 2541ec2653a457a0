using System.Data;
using Entourage.Application.Ledger;
using Entourage.Infrastructure.Persistence;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Ledger.SqlServer;

/// <summary>The ledger on SQL Server, with as few round trips for each transaction as possible.</summary>
internal sealed class SqlServerLedgerTransactions(string connectionString, IOptions<DatabaseOptions> options) : ILedgerTransactions
{
    private const int Deadlock = 1205;
    private const int DataFileFull = 1105;
    private const int LogFull = 9002;
    private const int ReadOnly = 3906;

    // From this severity on the server closes the connection.
    private const byte FatalClass = 20;

    // A timeout, a network failure, or Azure SQL moving or throttling the database.
    private static readonly HashSet<int> ConnectionFaults =
        [-2, -1, 0, 2, 53, 64, 121, 233, 258, 10053, 10054, 10060, 10928, 10929, 40143, 40197, 40501, 40613, 49918, 49919, 49920];

    // A separate pool. A request may wait for the ledger while it has a connection of the main pool, so a shared pool could deadlock.
    private readonly string connectionString = new SqlConnectionStringBuilder(connectionString) { ApplicationName = "Entourage ledger" }.ToString();

    // The server orders its writers itself.
    public async Task WriteAsync(Func<ILedgerStore, Task> work, Func<bool>? continues, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var transaction = (SqlTransaction)await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        await work(new SqlServerLedger(connection, transaction, options.Value.CommandTimeoutSeconds));
        await transaction.CommitAsync(CancellationToken.None);
    }

    public Task WithinAsync(EntourageDb db, Func<ILedgerStore, Task> work) => work(new SqlServerLedger(
        (SqlConnection)db.Database.GetDbConnection(),
        (SqlTransaction)db.Database.CurrentTransaction!.GetDbTransaction(),
        options.Value.CommandTimeoutSeconds));

    // Not one snapshot, unlike on SQLite. The result of a check may be outdated anyway, and nothing is decided by it alone.
    public async Task<BudgetStanding> ReadStandingAsync(BudgetSubject subject, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        return (await BudgetStandingReader.ReadAsync(new SqlServerLedger(connection, null, options.Value.CommandTimeoutSeconds), subject, now)).Standing;
    }

    public LedgerFault? ClassifyFault(Exception fault) => fault switch
    {
        LedgerConflictException or SqlException { Number: Deadlock } => LedgerFault.Rerun,
        _ when SqlServerEntourageDb.IsUniqueViolation(fault) => LedgerFault.Rerun,
        SqlException { Number: DataFileFull or LogFull or ReadOnly } => LedgerFault.Unavailable,
        SqlException sql when sql.Class >= FatalClass || ConnectionFaults.Contains(sql.Number) => LedgerFault.Unknown,
        TimeoutException or IOException => LedgerFault.Unknown,
        _ => null,
    };

    private async Task<SqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqlConnection(connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch (InvalidOperationException exception)
        {
            await connection.DisposeAsync();
            throw new TimeoutException("No connection to the store became free in time.", exception);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
