using System.Collections.Concurrent;
using System.Data.Common;
using Entourage.Application.Abstractions;
using Entourage.Domain.Budgets;
using Entourage.Infrastructure.Persistence.Converters;
using Microsoft.Data.Sqlite;

namespace Entourage.Infrastructure.Persistence.Ledger;

/// <summary>
/// The ledger's statements on SQLite: prepared once on connections of their own, a row at a time, since nothing is
/// saved by sending many at once to a library in the same process.
/// </summary>
internal sealed class SqliteLedgerStore(SqliteConnections connections, SqliteWriteGate gate) : ILedgerStore, IDisposable
{
    private const int Constraint = 19; // SQLITE_CONSTRAINT
    private const int PrimaryKey = 1555; // SQLITE_CONSTRAINT_PRIMARYKEY
    private const int UniqueIndex = 2067; // SQLITE_CONSTRAINT_UNIQUE

    private readonly ConcurrentBag<SqliteLedger> idle = [];

    public async Task WriteAsync(Func<ILedgerWrites, Task> work, CancellationToken cancellationToken)
    {
        using var turn = await gate.EnterAsync(cancellationToken);
        await UseAsync(
            async ledger =>
            {
                // Begins as a writer, so nothing that it reads can change before it writes.
                await using var transaction = ledger.Begin(deferred: false);
                await work(ledger);
                await transaction.CommitAsync(CancellationToken.None);
                return true;
            },
            cancellationToken);
    }

    public Task<T> ReadAsync<T>(Func<ILedgerReads, Task<T>> work, CancellationToken cancellationToken) =>
        UseAsync(
            async ledger =>
            {
                await using var transaction = ledger.Begin(deferred: true);
                return await work(ledger);
            },
            cancellationToken);

    public LedgerFault? Judge(Exception fault) => fault switch
    {
        LedgerConflictException => LedgerFault.Rerun,

        // Another process was first. Any other constraint is a mistake that would be made again.
        SqliteException { SqliteExtendedErrorCode: PrimaryKey or UniqueIndex } => LedgerFault.Rerun,
        SqliteException { SqliteErrorCode: Constraint } => null,

        // There is no connection to lose: what failed was not committed. A busy file has been waited for already.
        DbException => LedgerFault.Unavailable,
        _ => null,
    };

    public void Dispose()
    {
        while (idle.TryTake(out var ledger))
        {
            ledger.Dispose();
        }
    }

    private async Task<T> UseAsync<T>(Func<SqliteLedger, Task<T>> work, CancellationToken cancellationToken)
    {
        if (!idle.TryTake(out var ledger))
        {
            ledger = new(await connections.OpenAsync(cancellationToken));
        }

        T result;
        try
        {
            result = await work(ledger);
        }
        catch (DbException)
        {
            // A connection that met a fault is not trusted again.
            ledger.Dispose();
            throw;
        }
        catch
        {
            idle.Add(ledger);
            throw;
        }

        idle.Add(ledger);
        return result;
    }
}

/// <summary>A connection with its prepared statements.</summary>
internal sealed class SqliteLedger(SqliteConnection connection) : ILedgerWrites, IDisposable
{
    private const string AddToRollup = LedgerSql.InsertRollup + " ON CONFLICT DO UPDATE SET " + LedgerSql.RollupSums;

    private readonly Dictionary<string, SqliteCommand> prepared = new(StringComparer.Ordinal);
    private SqliteTransaction? transaction;

    public SqliteTransaction Begin(bool deferred) => transaction = connection.BeginTransaction(deferred);

    public Task<LedgerSubject?> FindAsync(Guid agentId)
    {
        using var reader = Command(LedgerSql.SelectSubject, ("@agent", IdOf(agentId))).ExecuteReader();
        return Task.FromResult(reader.Read() ? LedgerSql.ReadSubject(new SqliteRow(reader)) : null);
    }

    public Task<TaskCap?> FindTaskAsync(long taskId, Guid teamId)
    {
        using var reader = Command(LedgerSql.SelectTask, ("@task", taskId), ("@team", IdOf(teamId))).ExecuteReader();
        return Task.FromResult(reader.Read() ? LedgerSql.ReadTask(new SqliteRow(reader)) : null);
    }

    public Task<IReadOnlyDictionary<BudgetWindow, Spending>> SpendingAsync(IReadOnlySet<BudgetWindow> windows)
    {
        var spending = new Dictionary<BudgetWindow, Spending>(windows.Count);
        foreach (var window in windows)
        {
            using var reader = WindowCommand(LedgerSql.SelectCounter + LedgerSql.IsCounter, window).ExecuteReader();
            if (reader.Read())
            {
                spending.Add(window, LedgerSql.ReadCounter(new SqliteRow(reader)).Spending);
            }
        }

        return Task.FromResult<IReadOnlyDictionary<BudgetWindow, Spending>>(spending);
    }

    public Task<IReadOnlyList<LedgerReservation>> FindExpiredAsync(IReadOnlyCollection<Guid> organisationIds, DateTimeOffset now) => ReadReservations(
        organisationIds,
        id => Command(LedgerSql.SelectReservation + LedgerSql.IsExpired + "= @organisation", ("@organisation", IdOf(id)), ("@now", now.UtcTicks)));

    public Task<IReadOnlyList<LedgerReservation>> FindReservationsAsync(IReadOnlyCollection<Guid> ids) =>
        ReadReservations(ids, id => Command(LedgerSql.SelectReservation + "r.Id = @id", ("@id", IdOf(id))));

    public Task<IReadOnlyList<LedgerReservation>> FindReservationsOfAsync(IReadOnlyCollection<long> sessionIds) =>
        ReadReservations(sessionIds, id => Command(LedgerSql.SelectReservation + LedgerSql.IsOfSession + "= @session", ("@session", id)));

    // The transaction is the only writer of the whole file: there is nobody to wait for.
    public Task<IReadOnlyDictionary<long, LedgerSession>> HoldAsync(IReadOnlyCollection<long> sessionIds)
    {
        var sessions = new Dictionary<long, LedgerSession>(sessionIds.Count);
        foreach (var id in sessionIds)
        {
            using var reader = Command(LedgerSql.SelectSession + "s.Id = @session", ("@session", id)).ExecuteReader();
            if (reader.Read())
            {
                sessions.Add(id, LedgerSql.ReadSession(new SqliteRow(reader)));
            }
        }

        return Task.FromResult<IReadOnlyDictionary<long, LedgerSession>>(sessions);
    }

    public Task<IReadOnlyDictionary<string, IdempotentAnswer>> FindAnswersAsync(IReadOnlyCollection<byte[]> keyHashes)
    {
        var answers = new Dictionary<string, IdempotentAnswer>(StringComparer.Ordinal);
        foreach (var hash in keyHashes)
        {
            using var reader = Command(LedgerSql.SelectAnswers + "= @key", ("@key", hash)).ExecuteReader();
            if (reader.Read())
            {
                answers.Add(Convert.ToHexString(hash), LedgerSql.ReadAnswer(new SqliteRow(reader)));
            }
        }

        return Task.FromResult<IReadOnlyDictionary<string, IdempotentAnswer>>(answers);
    }

    public Task<bool> IsRecordedAsync(long sessionId, Guid recordId) =>
        Task.FromResult(Command(LedgerSql.SelectRecorded, ("@session", sessionId), ("@id", IdOf(recordId))).ExecuteScalar() is not null);

    public Task SaveAsync(LedgerChanges changes)
    {
        foreach (var (id, sum) in changes.Sessions)
        {
            Write(SumCommand(LedgerSql.AddToSession, sum, ("@session", id)));
        }

        foreach (var (id, state) in changes.EndedSessions)
        {
            Write(Command(
                LedgerSql.EndSession,
                ("@session", id),
                ("@status", state.Status.ToString()),
                ("@ended", state.EndedAt?.UtcTicks),
                ("@error", state.Error)));
        }

        foreach (var change in changes.Counters)
        {
            var command = WindowCommand(change.Before is null ? LedgerSql.InsertCounter : LedgerSql.UpdateCounter, change.Window);
            Set(command, "@spent", change.After.Spent.NanoUsd);
            Set(command, "@reserved", change.After.Reserved.NanoUsd);
            if (change.Before is { } before)
            {
                Set(command, "@spentBefore", before.Spent.NanoUsd);
                Set(command, "@reservedBefore", before.Reserved.NanoUsd);
            }

            Write(command);
        }

        foreach (var reservation in changes.NewReservations)
        {
            Write(Command(
                LedgerSql.InsertReservation,
                ("@id", IdOf(reservation.Id)),
                ("@session", reservation.SessionId),
                ("@organisation", IdOf(reservation.OrganisationId)),
                ("@amount", reservation.Amount.NanoUsd),
                ("@created", reservation.CreatedAt.UtcTicks),
                ("@expires", reservation.ExpiresAt.UtcTicks),
                ("@status", (long)reservation.Status),
                ("@ended", reservation.EndedAt?.UtcTicks)));
        }

        foreach (var (before, after) in changes.ChangedReservations)
        {
            Write(Command(
                LedgerSql.UpdateReservation,
                ("@id", IdOf(after.Id)),
                ("@expires", after.ExpiresAt.UtcTicks),
                ("@status", (long)after.Status),
                ("@ended", after.EndedAt?.UtcTicks),
                ("@expiresBefore", before.ExpiresAt.UtcTicks)));
        }

        foreach (var (bucket, sum) in changes.Rollups)
        {
            Write(SumCommand(
                AddToRollup,
                sum,
                ("@team", IdOf(bucket.TeamId)),
                ("@quarter", bucket.QuarterAt.UtcTicks),
                ("@session", bucket.SessionId),
                ("@model", bucket.Model)));
        }

        foreach (var record in changes.Records)
        {
            Insert(record);
        }

        foreach (var answer in changes.Answers)
        {
            Write(Command(
                LedgerSql.InsertAnswer,
                ("@key", answer.KeyHash),
                ("@request", answer.RequestHash),
                ("@response", answer.Response),
                ("@created", answer.CreatedAt.UtcTicks)));
        }

        return Task.CompletedTask;
    }

    public void Dispose()
    {
        foreach (var command in prepared.Values)
        {
            command.Dispose();
        }

        connection.Dispose();
    }

    private static byte[] IdOf(Guid id) => id.ToByteArray(bigEndian: true);

    private static void Set(SqliteCommand command, string name, object? value)
    {
        var index = command.Parameters.IndexOf(name);
        var parameter = index < 0 ? command.Parameters.Add(new SqliteParameter { ParameterName = name }) : command.Parameters[index];
        parameter.Value = value ?? DBNull.Value;
    }

    private static void Write(SqliteCommand command)
    {
        if (command.ExecuteNonQuery() != 1)
        {
            throw new LedgerConflictException();
        }
    }

    private void Insert(LedgerRecord record)
    {
        var (entry, tokens) = (record.Entry, record.Entry.Tokens);
        Write(Command(
            LedgerSql.InsertRecord,
            ("@id", IdOf(entry.RecordId)),
            ("@session", entry.SessionId),
            ("@occurred", entry.OccurredAt.UtcTicks),
            ("@recorded", entry.Now.UtcTicks),
            ("@model", record.Model),
            ("@input", tokens.Input),
            ("@output", tokens.Output),
            ("@cacheRead", tokens.CacheRead),
            ("@cacheWrite", tokens.CacheWrite),
            ("@cost", record.Cost.NanoUsd),
            ("@source", (long)record.CostSource),
            ("@billing", (long)entry.Billing),
            ("@error", entry.Error),
            ("@reservation", entry.ReservationId is { } reservation ? IdOf(reservation) : null),
            ("@overrun", record.Overrun.NanoUsd)));
    }

    private static Task<IReadOnlyList<LedgerReservation>> ReadReservations<T>(IReadOnlyCollection<T> keys, Func<T, SqliteCommand> toCommand)
    {
        var found = new List<LedgerReservation>();
        foreach (var key in keys)
        {
            using var reader = toCommand(key).ExecuteReader();
            var row = new SqliteRow(reader);
            while (reader.Read())
            {
                found.Add(LedgerSql.ReadReservation(row.Next()));
            }
        }

        return Task.FromResult<IReadOnlyList<LedgerReservation>>(found);
    }

    private SqliteCommand WindowCommand(string sql, BudgetWindow window) => Command(
        sql,
        ("@scope", (long)window.Scope),
        ("@scopeId", window.ScopeId),
        ("@period", (long)window.Period),
        ("@start", (long)DayConverter.ToNumber(window.Start)));

    private SqliteCommand SumCommand(string sql, LedgerSum sum, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = Command(sql, parameters);
        Set(command, "@input", sum.Tokens.Input);
        Set(command, "@output", sum.Tokens.Output);
        Set(command, "@cacheRead", sum.Tokens.CacheRead);
        Set(command, "@cacheWrite", sum.Tokens.CacheWrite);
        Set(command, "@unpriced", sum.UnpricedTokens);
        Set(command, "@cost", sum.Cost.NanoUsd);
        Set(command, "@imputed", sum.ImputedCost.NanoUsd);
        return command;
    }

    private SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        if (!prepared.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text is a constant of this namespace.
            command.CommandText = sql;
#pragma warning restore CA2100
            prepared.Add(sql, command);
        }

        command.Transaction = transaction;
        foreach (var (name, value) in parameters)
        {
            Set(command, name, value);
        }

        return command;
    }
}

/// <summary>Reads the columns of an SQLite row.</summary>
internal sealed class SqliteRow(DbDataReader reader) : LedgerRow(reader)
{
    public override Guid Id() => new(Bytes(), bigEndian: true);

    public override DateTimeOffset? Instant() => OptionalInt64() is { } ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;
}
