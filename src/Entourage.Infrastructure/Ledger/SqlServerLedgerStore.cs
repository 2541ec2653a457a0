using System.Data;
using Entourage.Application.Abstractions;
using Entourage.Application.Ledger;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Prices;
using Entourage.Domain.Stops;
using Entourage.Domain;
using Entourage.Infrastructure.Persistence;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Ledger;

/// <summary>The ledger on SQL Server: as few round trips as a batch can do with.</summary>
internal sealed class SqlServerLedgerStore(string connectionString, IOptions<DatabaseOptions> options) : ILedgerStore
{
    private const int Deadlock = 1205;
    private const int DataFileFull = 1105;
    private const int LogFull = 9002;
    private const int ReadOnly = 3906;

    // From this severity on the server closes the connection.
    private const byte FatalClass = 20;

    // The statement took too long; the network failed in one of its ways; Azure SQL moves the database or has too much to do.
    private static readonly HashSet<int> ConnectionFaults =
        [-2, -1, 0, 2, 53, 64, 121, 233, 258, 10053, 10054, 10060, 10928, 10929, 40143, 40197, 40501, 40613, 49918, 49919, 49920];

    // A pool of its own: whoever waits here while it holds a connection of the other pool would keep everybody waiting.
    private readonly string connectionString = new SqlConnectionStringBuilder(connectionString) { ApplicationName = "Entourage ledger" }.ToString();

    public async Task WriteAsync(Func<ILedgerWrites, Task> work, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var transaction = (SqlTransaction)await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        await work(new SqlServerLedger(connection, transaction, options.Value.CommandTimeoutSeconds));
        await transaction.CommitAsync(CancellationToken.None);
    }

    public Task WithinAsync(EntourageDb db, Func<ILedgerWrites, Task> work) => work(new SqlServerLedger(
        (SqlConnection)db.Database.GetDbConnection(),
        (SqlTransaction)db.Database.CurrentTransaction!.GetDbTransaction(),
        options.Value.CommandTimeoutSeconds));

    // Not of one moment, unlike on SQLite: a check says what was there a moment ago in any case, and nothing is decided by it alone.
    public async Task<T> ReadAsync<T>(Func<ILedgerReads, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        return await work(new SqlServerLedger(connection, null, options.Value.CommandTimeoutSeconds));
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
            throw new TimeoutException("Too many wait for a connection to the store.", exception);
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
    public async Task<LedgerSubject?> FindAsync(Guid agentId, DateTimeOffset killedSince) =>
        (await ReadAsync(SqlServerStatements.SelectSubject(agentId, killedSince), LedgerSql.ReadSubject, [])).SingleOrDefault();

    public async Task<TaskCap?> FindTaskAsync(long taskId, Guid teamId) =>
        (await ReadAsync(SqlServerStatements.SelectTask(taskId, teamId), LedgerSql.ReadTask, [])).SingleOrDefault();

    public async Task<IReadOnlyDictionary<BudgetWindow, Spending>> SpendingAsync(IReadOnlySet<BudgetWindow> windows)
    {
        var spending = new Dictionary<BudgetWindow, Spending>(windows.Count);
        foreach (var (window, amounts) in await ReadAsync(windows, SqlServerStatements.SelectCounters, LedgerSql.ReadCounter))
        {
            spending[window] = amounts;
        }

        return spending;
    }

    public async Task<IReadOnlyList<LedgerReservation>> FindExpiredAsync(IReadOnlyCollection<Guid> organisationIds, DateTimeOffset now) =>
        await ReadAsync(organisationIds, ids => SqlServerStatements.SelectExpired(ids, now), LedgerSql.ReadReservation);

    public async Task<IReadOnlyList<LedgerReservation>> FindReservationsAsync(IReadOnlyCollection<Guid> ids) =>
        await ReadAsync(ids, SqlServerStatements.SelectReservations, LedgerSql.ReadReservation);

    public async Task<IReadOnlyList<LedgerReservation>> FindReservationsOfAsync(IReadOnlyCollection<long> sessionIds) =>
        await ReadAsync(sessionIds, SqlServerStatements.SelectReservationsOf, LedgerSql.ReadReservation);

    public async Task<IReadOnlyDictionary<long, LedgerSession>> LockAsync(IReadOnlyCollection<long> sessionIds, IReadOnlyCollection<Guid> organisationIds)
    {
        // In one order everywhere, or two batches could wait for each other.
        var ofSessions = await ReadAsync(sessionIds, SqlServerStatements.SelectOrganisations, row => row.Id());
        await WriteAsync(ofSessions.Concat(organisationIds).Distinct().Order(), SqlServerStatements.Hold);
        return (await ReadAsync(sessionIds, SqlServerStatements.SelectSessions, LedgerSql.ReadSession))
            .DistinctBy(session => session.Id)
            .ToDictionary(session => session.Id);
    }

    public async Task<IReadOnlyList<LedgerUnsummarised>> FindUnsummarisedAsync(Guid organisationId) =>
        await ReadAsync(SqlServerStatements.SelectUnsummarised(organisationId), SummarySql.ReadUnsummarised, []);

    public async Task SummariseAsync(IReadOnlyDictionary<CostSummaryKey, UsageSum> sums, IReadOnlyCollection<LedgerBucket> rollups)
    {
        await WriteAsync(sums, SqlServerStatements.AddToSummaries);
        await WriteAsync(rollups, SqlServerStatements.MarkSummarised);
    }

    public async Task<IReadOnlyList<LedgerWorker>> FindWorkersAsync(IReadOnlyCollection<long> sessionIds) =>
        await ReadAsync(sessionIds, SqlServerStatements.SelectWorkers, LedgerStopSql.ReadWorker);

    public async Task<IReadOnlyList<LedgerSession>> FindActiveAsync(PauseScope scope, Guid id) => await ReadAsync(
        scope == PauseScope.Team ? SqlServerStatements.SelectActiveOfTeam(id) : SqlServerStatements.SelectActiveOfOrganisation(id),
        LedgerSql.ReadSession,
        []);

    public async Task<Pause?> FindPauseAsync(PauseScope scope, Guid id)
    {
        var command = scope switch
        {
            PauseScope.Agent => SqlServerStatements.SelectAgentPause(id),
            PauseScope.Team => SqlServerStatements.SelectTeamPause(id),
            _ => SqlServerStatements.SelectOrganisationPause(id),
        };
        return (await ReadAsync(command, LedgerStopSql.ReadPause, [])).SingleOrDefault();
    }

    public async Task<IReadOnlyList<Guid>> FindTeamsAsync(Guid organisationId) =>
        await ReadAsync(SqlServerStatements.SelectTeams(organisationId), row => row.Id(), []);

    public async Task<long?> FindNewestSharedPriceAsync() =>
        (await ReadAsync(SqlServerStatements.SelectNewestSharedPrice(), row => row.OptionalInt64(), [])).Single();

    public async Task<IReadOnlyList<ModelPrice>> FindPricesAsync(Guid? organisationId) =>
        await ReadAsync(
            organisationId is { } id ? SqlServerStatements.SelectOwnPrices(id) : SqlServerStatements.SelectSharedPrices(), LedgerSql.ReadPrice, []);

    public async Task<IReadOnlyList<LedgerUnpriced>> FindUnpricedAsync(IReadOnlyCollection<long> sequences) =>
        await ReadAsync(sequences, SqlServerStatements.SelectUnpriced, LedgerUsageSql.ReadUnpriced);

    public async Task<LedgerRecorded?> FindRecordedAsync(long sessionId, Guid recordId)
    {
        var found = (await ReadAsync(SqlServerStatements.SelectRecordedUsage(sessionId, recordId), LedgerUsageSql.ReadRecorded, [])).SingleOrDefault();
        while (found is not null
            && (await ReadAsync(SqlServerStatements.SelectCorrection(found.Sequence), LedgerUsageSql.ReadRecorded, [])).SingleOrDefault() is { } correction)
        {
            found = found.With(correction);
        }

        return found;
    }

    public async Task<IReadOnlyDictionary<string, IdempotentAnswer>> FindAnswersAsync(IReadOnlyCollection<byte[]> keyHashes) =>
        (await ReadAsync(keyHashes, SqlServerStatements.SelectAnswers, LedgerSql.ReadAnswer))
            .DistinctBy(answer => Convert.ToHexString(answer.KeyHash), StringComparer.Ordinal)
            .ToDictionary(answer => Convert.ToHexString(answer.KeyHash), StringComparer.Ordinal);

    public async Task<IReadOnlySet<AlertKey>> FindAlertsAsync(IReadOnlyCollection<AlertKey> keys) =>
        (await ReadAsync(keys, SqlServerStatements.SelectAlertKeys, LedgerAlertSql.ReadKey)).ToHashSet();

    public async Task<MoneyTotal> CostInAsync(Guid teamId, Guid agentId, DateTimeOffset from, DateTimeOffset until) =>
        (await ReadAsync(SqlServerStatements.SelectCost(teamId, agentId, from, until), LedgerAlertSql.ReadCost, [])).Single().Cost;

    public async Task<bool> IsRecordedAsync(long sessionId, Guid recordId)
    {
        await using var command = Prepare(SqlServerStatements.SelectRecorded(sessionId, recordId));
        return await command.ExecuteScalarAsync() is not null;
    }

    public async Task SaveAsync(LedgerChanges changes)
    {
        await WriteAsync(changes.Sessions.OrderBy(sum => sum.Key), SqlServerStatements.AddToSessions);
        await WriteAsync(changes.EndedSessions, SqlServerStatements.EndSessions);
        await WriteAsync(changes.Pauses.Where(change => change.Scope == PauseScope.Agent), SqlServerStatements.PauseAgents);
        await WriteAsync(changes.Pauses.Where(change => change.Scope == PauseScope.Team), SqlServerStatements.PauseTeams);
        await WriteAsync(changes.Pauses.Where(change => change.Scope == PauseScope.Organisation), SqlServerStatements.PauseOrganisations);
        await WriteAsync(changes.Counters.Where(change => change.Before is null), SqlServerStatements.InsertCounters);
        await WriteAsync(changes.Counters.Where(change => change.Before is not null), SqlServerStatements.UpdateCounters);
        await WriteAsync(changes.NewReservations, SqlServerStatements.InsertReservations);
        await WriteAsync(changes.ChangedReservations, SqlServerStatements.UpdateReservations);
        await WriteAsync(changes.Rollups, SqlServerStatements.AddToRollups);
        await WriteAsync(changes.Records, SqlServerStatements.InsertRecords);
        await WriteAsync(changes.Alerts, SqlServerStatements.InsertAlerts);
        await WriteAsync(changes.Events, SqlServerStatements.InsertEvents);
        await WriteAsync(changes.Audited, SqlServerStatements.InsertAudited);
        await WriteAsync(changes.Answers, SqlServerStatements.InsertAnswers);
        await WriteAsync(changes.ExtendedAnswers, SqlServerStatements.UpdateAnswers);
    }

    /// <summary>Writes a row for each item.</summary>
    private async Task WriteAsync<T>(IEnumerable<T> items, Func<T[], SqlCommand> toCommand)
    {
        foreach (var piece in SqlServerStatements.Pieces(items))
        {
            await using var command = Prepare(toCommand(piece));
            if (await command.ExecuteNonQueryAsync() != piece.Length)
            {
                throw new LedgerConflictException();
            }
        }
    }

    /// <summary>Reads the rows of items; a row may come more than once.</summary>
    private async Task<List<T>> ReadAsync<TItem, T>(IEnumerable<TItem> items, Func<TItem[], SqlCommand> toCommand, Func<LedgerRow, T> read)
    {
        var rows = new List<T>();
        foreach (var piece in SqlServerStatements.PaddedPieces(items))
        {
            await ReadAsync(toCommand(piece), read, rows);
        }

        return rows;
    }

    private async Task<List<T>> ReadAsync<T>(SqlCommand command, Func<LedgerRow, T> read, List<T> rows)
    {
        await using (Prepare(command))
        {
            await using var reader = await command.ExecuteReaderAsync();
            var row = new SqlServerRow(reader);
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
internal sealed class SqlServerRow(SqlDataReader reader) : LedgerRow
{
    protected override bool IsNull(int column) => reader.IsDBNull(column);

    protected override long GetInt64(int column) => reader.GetInt64(column);

    protected override int GetInt32(int column) => reader.GetInt32(column);

    protected override byte GetByte(int column) => reader.GetByte(column);

    protected override bool GetFlag(int column) => reader.GetBoolean(column);

    protected override string GetText(int column) => reader.GetString(column);

    protected override byte[] GetBytes(int column) => reader.GetFieldValue<byte[]>(column);

    protected override Guid GetId(int column) => reader.GetGuid(column);

    protected override DateTimeOffset GetInstant(int column) => reader.GetDateTimeOffset(column);
}
