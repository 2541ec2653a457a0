using System.Collections.Concurrent;
using System.Data;
using Entourage.Application.Ledger;
using Entourage.Infrastructure.Persistence;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Ledger.SqlServer;

/// <summary>The ledger on SQL Server. Organisations are written side by side, each by one process at a time.</summary>
internal sealed class SqlServerLedgerTransactions(
    string connectionString, BudgetRuleLists rules, IOptions<DatabaseOptions> options, TimeProvider time) : ILedgerTransactions
{
    private readonly string connectionString = new SqlConnectionStringBuilder(connectionString)
    {
        // A separate pool. A request may wait for the ledger while it has a connection of the main pool, so a shared pool could deadlock.
        ApplicationName = "Entourage ledger",

        // A connection that is silently made anew has lost its locks.
        ConnectRetryCount = 0,
    }.ToString();

    private readonly SqlServerDirectory directory = new();

    // The turns that go on, by organisation. The ledger's queue runs one transaction of an organisation after the other.
    private readonly ConcurrentDictionary<Guid, SqlServerTurn> turns = new();

    private int TimeoutSeconds => options.Value.CommandTimeoutSeconds;

    public async ValueTask<IReadOnlyCollection<Guid>> FindOrganisationsAsync(IReadOnlyList<LedgerEntry> entries) =>
        await directory.FindOrganisationsAsync(entries, ReadAsync);

    public async Task<Guid?> WriteAsync(LedgerTurn turn, Func<ILedgerStore, Task> work, CancellationToken cancellationToken)
    {
        var own = await BeginAsync(turn, cancellationToken);
        SqlServerTransaction? transaction = null;
        try
        {
            await own.LockAsync(turn.Organisations);
            transaction = new SqlServerTransaction(own, turn, directory, time, TimeoutSeconds);
            if (await transaction.FindCommittedAsync() is { } committed)
            {
                await own.DisposeAsync();
                return committed;
            }

            await work(transaction);
            await transaction.FinishAsync();
        }
        catch (Exception exception)
        {
            Exception? told = transaction?.IsUnconfirmed(exception) == true ? new UnconfirmedCommitException(exception)
                : own.Connection.State != ConnectionState.Open ? new LostConnectionException(exception)
                : null;
            await own.DisposeAsync();
            if (told is not null)
            {
                throw told;
            }

            throw;
        }

        if (!transaction.Continues || !turns.TryAdd(own.Locked.Single(), own))
        {
            await own.DisposeAsync();
        }

        return null;
    }

    public Task WithinAsync(EntourageDb db, Func<ILedgerStore, Task> work) => work(new SqlServerLedger(
        (SqlConnection)db.Database.GetDbConnection(),
        (SqlTransaction)db.Database.CurrentTransaction!.GetDbTransaction(),
        TimeoutSeconds));

    // Not one snapshot, unlike on SQLite. The result of a check may be outdated anyway, and nothing is decided by it alone.
    public async Task<BudgetStanding> ReadStandingAsync(BudgetSubject subject, DateTimeOffset now, CancellationToken cancellationToken)
    {
        StandingReading? reading = null;
        await ReadAsync(async ledger => reading = await BudgetStandingReader.ReadAsync(ledger, rules, subject, now));
        return reading!.Standing;
    }

    public LedgerFault? ClassifyFault(Exception fault) =>
        fault is LedgerConflictException or LostConnectionException or SqlException { Number: SqlServerWrites.Conflict }
        || SqlServerFaults.IsUniqueViolation(fault) || SqlServerFaults.IsTransient(fault)
            ? LedgerFault.Rerun
            : null;

    private async Task<SqlServerTurn> BeginAsync(LedgerTurn turn, CancellationToken cancellationToken)
    {
        if (turn.Organisations.Count == 1 && turns.TryRemove(turn.Organisations.Single(), out var own))
        {
            return own;
        }

        return await SqlServerTurn.BeginAsync(connectionString, TimeoutSeconds, cancellationToken);
    }

    private async Task ReadAsync(Func<SqlServerLedger, Task> read)
    {
        await using var connection = new SqlConnection(connectionString);
        await connection.OpenMarkedAsync(CancellationToken.None);
        await read(new(connection, transaction: null, TimeoutSeconds));
    }
}

/// <summary>A connection was lost before anything was committed.</summary>
internal sealed class LostConnectionException(Exception innerException) : Exception("The connection to the database was lost.", innerException);
