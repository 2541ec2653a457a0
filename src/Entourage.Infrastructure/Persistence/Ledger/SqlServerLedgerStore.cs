using System.Data;
using System.Data.Common;
using Entourage.Application.Abstractions;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Infrastructure.Persistence.Converters;
using Microsoft.Data.SqlClient;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Persistence.Ledger;

/// <summary>The ledger on SQL Server: as few round trips as a batch can do with.</summary>
internal sealed class SqlServerLedgerStore(string connectionString, IOptions<DatabaseOptions> options) : ILedgerStore
{
    private const int Deadlock = 1205;

    public async Task WriteAsync(Func<ILedgerWrites, Task> work, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var transaction = (SqlTransaction)await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        await work(new SqlServerLedger(connection, transaction, options.Value.CommandTimeoutSeconds));
        await transaction.CommitAsync(CancellationToken.None);
    }

    // Not of one moment, unlike on SQLite: a check says what was there a moment ago in any case, and nothing is decided by it alone.
    public async Task<T> ReadAsync<T>(Func<ILedgerReads, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        return await work(new SqlServerLedger(connection, null, options.Value.CommandTimeoutSeconds));
    }

    public LedgerFault? Judge(Exception fault) => fault switch
    {
        SqlException { Number: Deadlock } => LedgerFault.Rerun,
        _ when SqlServerEntourageDb.IsUniqueViolation(fault) => LedgerFault.Rerun,
        DbException or InvalidOperationException or TimeoutException or IOException => LedgerFault.Unknown,
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
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}

/// <summary>A connection, and the transaction on it when it writes.</summary>
internal sealed class SqlServerLedger(SqlConnection connection, SqlTransaction? transaction, int timeoutSeconds) : ILedgerWrites
{
    public async Task<LedgerSubject?> FindAsync(Guid agentId) =>
        (await ReadAsync(SqlServerStatements.SelectSubject(agentId), LedgerSql.ReadSubject)).SingleOrDefault();

    public async Task<TaskCap?> FindTaskAsync(long taskId, Guid teamId) =>
        (await ReadAsync(SqlServerStatements.SelectTask(taskId, teamId), LedgerSql.ReadTask)).SingleOrDefault();

    public async Task<IReadOnlyDictionary<BudgetWindow, Money>> SpentAsync(IReadOnlyCollection<BudgetWindow> windows)
    {
        var spent = new Dictionary<BudgetWindow, Money>();
        foreach (var piece in SqlServerStatements.Pieces(windows))
        {
            foreach (var (window, amount) in await ReadAsync(SqlServerStatements.SelectCounters(piece), ReadCounter))
            {
                spent.Add(window, amount);
            }
        }

        return spent;
    }

    public async Task<IReadOnlyDictionary<long, LedgerSession>> HoldAsync(IReadOnlyCollection<long> sessionIds)
    {
        // In one order everywhere, or two batches could wait for each other.
        var ids = sessionIds.Order().ToArray();
        foreach (var piece in SqlServerStatements.Pieces(ids))
        {
            await ExecuteAsync(SqlServerStatements.Hold(piece));
        }

        var sessions = new Dictionary<long, LedgerSession>();
        foreach (var piece in SqlServerStatements.Pieces(ids))
        {
            foreach (var session in await ReadAsync(SqlServerStatements.SelectSessions(piece), LedgerSql.ReadSession))
            {
                sessions.Add(session.Id, session);
            }
        }

        return sessions;
    }

    public async Task<IReadOnlyDictionary<string, IdempotentAnswer>> FindAnswersAsync(IReadOnlyCollection<byte[]> keyHashes)
    {
        var answers = new Dictionary<string, IdempotentAnswer>(StringComparer.Ordinal);
        foreach (var piece in SqlServerStatements.Pieces(keyHashes))
        {
            foreach (var answer in await ReadAsync(SqlServerStatements.SelectAnswers(piece), LedgerSql.ReadAnswer))
            {
                answers.Add(Convert.ToHexString(answer.KeyHash), answer);
            }
        }

        return answers;
    }

    public async Task<bool> IsRecordedAsync(long sessionId, Guid recordId)
    {
        await using var command = Prepare(SqlServerStatements.SelectRecorded(sessionId, recordId));
        return await command.ExecuteScalarAsync() is not null;
    }

    public async Task SaveAsync(LedgerChanges changes)
    {
        await ExecuteAsync(changes.Sessions.OrderBy(sum => sum.Key), SqlServerStatements.AddToSessions);
        await ExecuteAsync(changes.Counters, SqlServerStatements.AddToCounters);
        await ExecuteAsync(changes.Rollups, SqlServerStatements.AddToRollups);
        await ExecuteAsync(changes.Records, SqlServerStatements.InsertRecords);
        await ExecuteAsync(changes.Answers, SqlServerStatements.InsertAnswers);
    }

    private static (BudgetWindow Window, Money Spent) ReadCounter(LedgerRow row)
    {
        var window = new BudgetWindow((BudgetScope)row.Byte(), row.Text()!, (BudgetPeriod)row.Byte(), DayConverter.FromNumber(row.Int32()));
        return (window, row.Amount()!.Value);
    }

    private async Task ExecuteAsync<T>(IEnumerable<T> items, Func<T[], SqlCommand> toCommand)
    {
        foreach (var piece in SqlServerStatements.Pieces(items))
        {
            await ExecuteAsync(toCommand(piece));
        }
    }

    private async Task ExecuteAsync(SqlCommand command)
    {
        await using (Prepare(command))
        {
            await command.ExecuteNonQueryAsync();
        }
    }

    private async Task<List<T>> ReadAsync<T>(SqlCommand command, Func<LedgerRow, T> read)
    {
        await using (Prepare(command))
        {
            await using var reader = await command.ExecuteReaderAsync();
            var row = new SqlServerRow(reader);
            var rows = new List<T>();
            while (await reader.ReadAsync())
            {
                rows.Add(read(row.Next()));
            }

            return rows;
        }
    }

    private SqlCommand Prepare(SqlCommand command)
    {
        command.Connection = connection;
        command.Transaction = transaction;
        command.CommandTimeout = timeoutSeconds;
        return command;
    }
}

/// <summary>Reads the columns of a SQL Server row.</summary>
internal sealed class SqlServerRow(DbDataReader reader) : LedgerRow(reader)
{
    public override Guid Id() => Reader.GetGuid(Take());

    public override DateTimeOffset? Instant() => TakeNull() ? null : Reader.GetFieldValue<DateTimeOffset>(Take());
}
