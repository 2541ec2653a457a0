using Entourage.Application.Abstractions;
using Entourage.Application.Ledger;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Prices;
using Entourage.Domain;
using Entourage.Infrastructure.Persistence.Converters;
using Entourage.Infrastructure.Persistence;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Entourage.Infrastructure.Ledger;

/// <summary>A connection with the ledger's statements, each prepared once.</summary>
/// <param name="connection">The connection.</param>
/// <param name="ownsConnection">Whether to close it in the end.</param>
internal sealed partial class SqliteLedger(SqliteConnection connection, bool ownsConnection = true) : ILedgerWrites, IDisposable
{
    private const string AddToRollup = LedgerSql.InsertRollup + " ON CONFLICT DO UPDATE SET " + LedgerSql.RollupSums;

    // Between two looks whether another process has finished writing.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private readonly sqlite3 database = connection.Handle!;
    private readonly TimeSpan patience = TimeSpan.FromSeconds(connection.DefaultTimeout);
    private readonly Dictionary<string, SqliteStatement> prepared = new(StringComparer.Ordinal);

    /// <summary>See <see cref="SqliteConnections.IsReadOnly"/>.</summary>
    public bool IsReadOnly { get; } = SqliteConnections.IsReadOnly(connection);

    /// <summary>Begins a transaction that reads one state of the file.</summary>
    public void BeginReading() => Prepare("BEGIN").Run();

    /// <summary>
    /// Begins a transaction as the only writer of the file, so that nothing which it reads can change before it writes.
    /// </summary>
    /// <exception cref="SqliteException">Others wrote for as long as a statement may take.</exception>
    public async Task BeginWritingAsync(CancellationToken cancellationToken)
    {
        // The library's own wait sleeps longer and longer, up to a tenth of a second, while the other writers come and go in
        // a few thousandths.
        var began = TimeProvider.System.GetTimestamp();
        _ = raw.sqlite3_busy_timeout(database, 0);
        try
        {
            while (!Prepare("BEGIN IMMEDIATE").TryRun())
            {
                if (TimeProvider.System.GetElapsedTime(began) > patience)
                {
                    throw new SqliteException("Others wrote to the file all the time.", raw.SQLITE_BUSY);
                }

                await Task.Delay(Pause, TimeProvider.System, cancellationToken);
            }
        }
        finally
        {
            _ = raw.sqlite3_busy_timeout(database, (int)patience.TotalMilliseconds);
        }
    }

    public void Commit() => Prepare("COMMIT").Run();

    /// <summary>Ends the transaction without a trace, if a fault has not ended it already.</summary>
    public void Rollback()
    {
        if (raw.sqlite3_get_autocommit(database) == 0)
        {
            Prepare("ROLLBACK").Run();
        }
    }

    public Task<LedgerSubject?> FindAsync(Guid agentId, DateTimeOffset killedSince) => Task.FromResult(
        Prepare(LedgerSql.SelectSubject).Bind("@agent", agentId).Bind("@killedSince", killedSince).ReadFirst(LedgerSql.ReadSubject));

    public Task<TaskCap?> FindTaskAsync(long taskId, Guid teamId) =>
        Task.FromResult(Prepare(LedgerSql.SelectTask).Bind("@task", taskId).Bind("@team", teamId).ReadFirst(row => LedgerSql.ReadTask(row)!));

    public Task<IReadOnlyDictionary<BudgetWindow, Spending>> SpendingAsync(IReadOnlySet<BudgetWindow> windows)
    {
        var rows = new List<(BudgetWindow Window, Spending Spending)>(windows.Count);
        foreach (var window in windows)
        {
            Bind(Prepare(LedgerSql.SelectCounter + LedgerSql.IsCounter), window).ReadAll(LedgerSql.ReadCounter, rows);
        }

        return Task.FromResult<IReadOnlyDictionary<BudgetWindow, Spending>>(rows.ToDictionary(row => row.Window, row => row.Spending));
    }

    public Task<IReadOnlyList<LedgerReservation>> FindExpiredAsync(IReadOnlyCollection<Guid> organisationIds, DateTimeOffset now) => ReadReservations(
        organisationIds,
        id => Prepare(LedgerSql.SelectReservation + LedgerSql.IsExpired + "= @organisation").Bind("@organisation", id).Bind("@now", now));

    public Task<IReadOnlyList<LedgerReservation>> FindReservationsAsync(IReadOnlyCollection<Guid> ids) =>
        ReadReservations(ids, id => Prepare(LedgerSql.SelectReservation + "r.Id = @id").Bind("@id", id));

    public Task<IReadOnlyList<LedgerReservation>> FindReservationsOfAsync(IReadOnlyCollection<long> sessionIds) =>
        ReadReservations(sessionIds, id => Prepare(LedgerSql.SelectReservation + LedgerSql.IsOfSession + "= @session").Bind("@session", id));

    // The transaction is the only writer of the whole file: there is nobody to wait for.
    public Task<IReadOnlyDictionary<long, LedgerSession>> LockAsync(IReadOnlyCollection<long> sessionIds, IReadOnlyCollection<Guid> organisationIds)
    {
        var sessions = new Dictionary<long, LedgerSession>(sessionIds.Count);
        foreach (var id in sessionIds)
        {
            if (Prepare(LedgerSql.SelectSession + "s.Id = @session").Bind("@session", id).ReadFirst(LedgerSql.ReadSession) is { } session)
            {
                sessions.Add(id, session);
            }
        }

        return Task.FromResult<IReadOnlyDictionary<long, LedgerSession>>(sessions);
    }

    public Task<long?> FindNewestSharedPriceAsync()
    {
        var newest = new List<long?>(1);
        Prepare(LedgerSql.SelectNewestSharedPrice).ReadAll(row => row.OptionalInt64(), newest);
        return Task.FromResult(newest[0]);
    }

    public Task<IReadOnlyList<ModelPrice>> FindPricesAsync(Guid? organisationId)
    {
        var prices = new List<ModelPrice>();
        var select = organisationId is { } id
            ? Prepare(LedgerSql.SelectOwnPrices).Bind("@organisation", id)
            : Prepare(LedgerSql.SelectSharedPrices);
        select.ReadAll(LedgerSql.ReadPrice, prices);
        return Task.FromResult<IReadOnlyList<ModelPrice>>(prices);
    }

    public Task<IReadOnlyDictionary<string, IdempotentAnswer>> FindAnswersAsync(IReadOnlyCollection<byte[]> keyHashes)
    {
        var answers = new Dictionary<string, IdempotentAnswer>(StringComparer.Ordinal);
        foreach (var hash in keyHashes)
        {
            if (Prepare(LedgerSql.SelectAnswers + "= @key").Bind("@key", hash).ReadFirst(LedgerSql.ReadAnswer) is { } answer)
            {
                answers.Add(Convert.ToHexString(hash), answer);
            }
        }

        return Task.FromResult<IReadOnlyDictionary<string, IdempotentAnswer>>(answers);
    }

    public Task<IReadOnlySet<AlertKey>> FindAlertsAsync(IReadOnlyCollection<AlertKey> keys)
    {
        var found = new List<AlertKey>();
        foreach (var key in keys)
        {
            Bind(Prepare(LedgerAlertSql.SelectKey + LedgerAlertSql.IsKey), key).ReadAll(LedgerAlertSql.ReadKey, found);
        }

        return Task.FromResult<IReadOnlySet<AlertKey>>(found.ToHashSet());
    }

    public Task<MoneyTotal> CostInAsync(Guid teamId, Guid agentId, DateTimeOffset from, DateTimeOffset until) => Task.FromResult(
        Prepare(LedgerAlertSql.SelectCost)
            .Bind("@team", teamId).Bind("@agent", agentId).Bind("@from", from).Bind("@until", until)
            .ReadFirst(LedgerAlertSql.ReadCost)!.Cost);

    public Task<bool> IsRecordedAsync(long sessionId, Guid recordId) => Task.FromResult(
        Prepare(LedgerUsageSql.SelectRecorded).Bind("@session", sessionId).Bind("@id", recordId).ReadFirst(row => row) is not null);

    public Task SaveAsync(LedgerChanges changes)
    {
        foreach (var (id, change) in changes.Sessions)
        {
            BindSum(Prepare(LedgerSql.AddToSession), change.Sum)
                .Bind("@session", id)
                .Bind("@called", change.LastCallAt)
                .Bind("@watch", change.WatchAfter)
                .Bind("@watchBefore", change.WatchBefore)
                .Write();
        }

        foreach (var (id, state) in changes.EndedSessions)
        {
            Prepare(LedgerSql.EndSession)
                .Bind("@session", id)
                .Bind("@status", state.Status.ToString())
                .Bind("@ended", state.EndedAt)
                .Bind("@error", state.Error)
                .Write();
        }

        foreach (var change in changes.Pauses)
        {
            Write(change);
        }

        foreach (var change in changes.Counters)
        {
            Write(change);
        }

        foreach (var reservation in changes.NewReservations)
        {
            Bind(Prepare(LedgerSql.InsertReservation), reservation)
                .Bind("@session", reservation.SessionId)
                .Bind("@organisation", reservation.OrganisationId)
                .Bind("@amount", reservation.Amount.NanoUsd)
                .Bind("@assumed", reservation.IsAssumed ? 1 : 0)
                .Bind("@created", reservation.CreatedAt)
                .Write();
        }

        foreach (var (before, after) in changes.ChangedReservations)
        {
            Bind(Prepare(LedgerSql.UpdateReservation), after).Bind("@expiresBefore", before.ExpiresAt).Write();
        }

        foreach (var (bucket, sum) in changes.Rollups)
        {
            Bind(BindRollup(Prepare(AddToRollup), sum), bucket).Write();
        }

        foreach (var record in changes.Records)
        {
            Write(record);
        }

        foreach (var alert in changes.Alerts)
        {
            Bind(Prepare(LedgerAlertSql.Insert), alert.Key)
                .Bind("@id", alert.Id)
                .Bind("@agent", alert.AgentId)
                .Bind("@session", alert.SessionId)
                .Bind("@task", alert.TaskId)
                .Bind("@message", alert.Message)
                .Bind("@details", AlertDetailsConverter.ToText(alert.Details))
                .Bind("@status", alert.Status.ToString())
                .Bind("@created", alert.CreatedAt)
                .Bind("@acknowledged", alert.AcknowledgedAt)
                .Bind("@version", alert.Version)
                .Write();
        }

        foreach (var told in changes.Events)
        {
            Prepare(LedgerSql.InsertEvent)
                .Bind("@id", told.Id)
                .Bind("@team", told.TeamId)
                .Bind("@agent", told.AgentId)
                .Bind("@session", told.SessionId)
                .Bind("@kind", (long)told.Kind)
                .Bind("@occurred", told.OccurredAt)
                .Bind("@payload", told.Payload)
                .Write();
        }

        foreach (var entry in changes.Audited)
        {
            Write(entry);
        }

        foreach (var answer in changes.Answers)
        {
            Bind(Prepare(LedgerSql.InsertAnswer), answer).Write();
        }

        foreach (var (before, after) in changes.ExtendedAnswers)
        {
            Bind(Prepare(LedgerSql.UpdateAnswer), after).Bind("@requestBefore", before.RequestHash).Write();
        }

        return Task.CompletedTask;
    }

    public void Dispose()
    {
        foreach (var statement in prepared.Values)
        {
            statement.Dispose();
        }

        if (ownsConnection)
        {
            connection.Dispose();
        }
    }

    private static Task<IReadOnlyList<LedgerReservation>> ReadReservations<T>(IReadOnlyCollection<T> keys, Func<T, SqliteStatement> toStatement)
    {
        var found = new List<LedgerReservation>();
        foreach (var key in keys)
        {
            toStatement(key).ReadAll(LedgerSql.ReadReservation, found);
        }

        return Task.FromResult<IReadOnlyList<LedgerReservation>>(found);
    }

    private static SqliteStatement Bind(SqliteStatement statement, IdempotentAnswer answer) => statement
        .Bind("@key", answer.KeyHash)
        .Bind("@request", answer.RequestHash)
        .Bind("@response", answer.Response)
        .Bind("@created", answer.CreatedAt);

    private static SqliteStatement Bind(SqliteStatement statement, BudgetWindow window) => statement
        .Bind("@scope", (long)window.Scope)
        .Bind("@scopeId", window.ScopeId)
        .Bind("@period", (long)window.Period)
        .Bind("@start", DayConverter.ToNumber(window.Start));

    private static SqliteStatement Bind(SqliteStatement statement, LedgerBucket bucket) => statement
        .Bind("@team", bucket.TeamId)
        .Bind("@quarter", bucket.QuarterAt)
        .Bind("@session", bucket.SessionId)
        .Bind("@model", bucket.Model);

    private static SqliteStatement Bind(SqliteStatement statement, Reservation reservation) => statement
        .Bind("@id", reservation.Id)
        .Bind("@expires", reservation.ExpiresAt)
        .Bind("@status", (long)reservation.Status)
        .Bind("@ended", reservation.EndedAt);

    private static SqliteStatement Bind(SqliteStatement statement, AlertKey key) => statement
        .Bind("@team", key.TeamId)
        .Bind("@kind", key.Kind.ToString())
        .Bind("@cause", key.Cause)
        .Bind("@window", key.Window);

    private static SqliteStatement BindSum(SqliteStatement statement, UsageSum sum) => statement
        .Bind("@input", sum.Tokens.Input)
        .Bind("@output", sum.Tokens.Output)
        .Bind("@cacheRead", sum.Tokens.CacheRead)
        .Bind("@cacheWrite", sum.Tokens.CacheWrite)
        .Bind("@costBillion", sum.Cost.BillionUsd)
        .Bind("@cost", sum.Cost.RestNanoUsd)
        .Bind("@imputedBillion", sum.ImputedCost.BillionUsd)
        .Bind("@imputed", sum.ImputedCost.RestNanoUsd);

    private static SqliteStatement BindRollup(SqliteStatement statement, UsageSum sum) => BindSum(statement, sum)
        .Bind("@unpriced", sum.UnpricedTokens)
        .Bind("@assumedBillion", sum.AssumedCost.BillionUsd)
        .Bind("@assumed", sum.AssumedCost.RestNanoUsd);

    private void Write(CounterChange change)
    {
        var statement = Bind(Prepare(change.Before is null ? LedgerSql.InsertCounter : LedgerSql.UpdateCounter), change.Window)
            .Bind("@spentBillion", change.After.Spent.BillionUsd)
            .Bind("@spent", change.After.Spent.RestNanoUsd)
            .Bind("@reservedBillion", change.After.Reserved.BillionUsd)
            .Bind("@reserved", change.After.Reserved.RestNanoUsd);
        if (change.Before is { } before)
        {
            statement
                .Bind("@spentBillionBefore", before.Spent.BillionUsd)
                .Bind("@spentBefore", before.Spent.RestNanoUsd)
                .Bind("@reservedBillionBefore", before.Reserved.BillionUsd)
                .Bind("@reservedBefore", before.Reserved.RestNanoUsd);
        }

        statement.Write();
    }

    private SqliteStatement Prepare(string sql)
    {
        if (!prepared.TryGetValue(sql, out var statement))
        {
            prepared.Add(sql, statement = new(database, sql));
        }

        return statement;
    }
}
