using Entourage.Application.Ledger;
using Entourage.Domain.Budgets;
using Entourage.Domain.Prices;
using Entourage.Domain.Stops;
using Entourage.Infrastructure.Ledger.Sql;
using Entourage.Infrastructure.Persistence;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Entourage.Infrastructure.Ledger.Sqlite;

/// <summary>A connection with the ledger's statements, each prepared once.</summary>
/// <param name="connection">The connection.</param>
/// <param name="image">The rows that the connection's transactions keep; null to read every row.</param>
/// <param name="ownsConnection">Whether to dispose the connection as well.</param>
internal sealed partial class SqliteLedger(SqliteConnection connection, LedgerImage? image = null, bool ownsConnection = true) : ILedgerStore, IDisposable
{
    private static readonly string SelectSession = SessionSql.Select + "s.Id = @session";
    private static readonly string SelectActiveInTeam = SessionSql.Select + SessionSql.IsActiveInTeam;
    private static readonly string SelectActiveInOrganisation = SessionSql.Select + SessionSql.IsActiveInOrganisation;
    private static readonly string SelectReservation = ReservationSql.Select + "r.Id = @id";
    private static readonly string SelectExpired = ReservationSql.Select + ReservationSql.IsExpired + "= @organisation";
    private static readonly string SelectLiveInSession = ReservationSql.Select + ReservationSql.IsLiveInSession + "= @session";
    private static readonly string SelectWorker = WorkerSql.Select + "= @session";
    private static readonly string SelectCounter = $"SELECT {CounterSql.Columns} FROM BudgetCounters WHERE {CounterSql.IsWindow}";

    // The interval between attempts to lock the file while another process writes.
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(1);

    private readonly sqlite3 database = connection.Handle!;
    private readonly TimeSpan timeout = TimeSpan.FromSeconds(connection.DefaultTimeout);

    // The texts of statements are constants, and comparing them by reference avoids hashing them.
    private readonly Dictionary<string, SqliteStatement> prepared = new(ReferenceEqualityComparer.Instance);
    private long dataVersion;
    private bool hasForeignCommit;

    /// <summary>What the current transaction has saved; null for nothing.</summary>
    public LedgerChanges? Saved { get; private set; }

    /// <summary>See <see cref="SqliteConnections.IsReadOnly"/>.</summary>
    public bool IsReadOnly { get; } = SqliteConnections.IsReadOnly(connection);

    /// <summary>Begins a transaction that reads one snapshot of the file.</summary>
    public void BeginReading() => Prepare("BEGIN").Run();

    /// <summary>Begins a transaction as the only writer of the file, so that nothing which it reads can change before it writes.</summary>
    /// <exception cref="SqliteException">Other processes kept the file locked until the timeout.</exception>
    public async Task BeginWritingAsync(CancellationToken cancellationToken)
    {
        // SQLite's own wait sleeps for up to a tenth of a second, while other writers take a few milliseconds.
        var started = TimeProvider.System.GetTimestamp();
        _ = raw.sqlite3_busy_timeout(database, 0);
        try
        {
            while (!Prepare("BEGIN IMMEDIATE").TryRun())
            {
                if (TimeProvider.System.GetElapsedTime(started) > timeout)
                {
                    throw new SqliteException("Other processes kept the database file locked.", raw.SQLITE_BUSY);
                }

                await Task.Delay(RetryInterval, TimeProvider.System, cancellationToken);
            }
        }
        finally
        {
            _ = raw.sqlite3_busy_timeout(database, (int)timeout.TotalMilliseconds);
        }

        (Saved, hasForeignCommit) = (null, false);
        NoticeForeignCommit();
    }

    public void Commit() => Prepare("COMMIT").Run();

    /// <summary>Returns a number that changes with each commit of other connections, of this process or another.</summary>
    public long ReadDataVersion() => ReadNumber(Prepare("PRAGMA data_version"))!.Value;

    /// <summary>Drops the image if another connection has committed since the last call.</summary>
    /// <returns>Whether one has committed since the transaction before the latest one.</returns>
    public bool NoticeForeignCommit()
    {
        var before = dataVersion;
        dataVersion = ReadDataVersion();
        if (dataVersion != before)
        {
            image?.Clear();
            hasForeignCommit = true;
        }

        return hasForeignCommit;
    }

    /// <summary>Rolls the transaction back, unless a fault has already ended it.</summary>
    public void Rollback()
    {
        image?.Clear();
        if (raw.sqlite3_get_autocommit(database) == 0)
        {
            Prepare("ROLLBACK").Run();
        }
    }

    public Task<LedgerAgent?> FindAsync(BudgetSubject subject, DateTimeOffset killedSince) => Task.FromResult(Prepare(SubjectSql.Select)
        .Bind("@agent", subject.AgentId)
        .Bind("@killedSince", killedSince)
        .Bind("@session", SubjectSql.SessionOf(subject))
        .Bind("@newestOf", SubjectSql.NewestOf(subject))
        .Bind("@task", subject.TaskId)
        .ReadFirst(SubjectSql.Read));

    public Task<IReadOnlyList<BudgetRule>> FindRulesAsync(Guid organisationId) =>
        Read(Prepare(BudgetRuleSql.Select).Bind("@organisation", organisationId), BudgetRuleSql.Read);

    public Task<TaskCap?> FindTaskAsync(long taskId, Guid teamId) =>
        Task.FromResult(Prepare(TaskSql.Select).Bind("@task", taskId).Bind("@team", teamId).ReadFirst(TaskSql.Read));

    public Task<IReadOnlyDictionary<BudgetWindow, Spending>> SpendingAsync(IReadOnlySet<BudgetWindow> windows)
    {
        var found = new Dictionary<BudgetWindow, Spending>(windows.Count);
        foreach (var window in windows)
        {
            if (Find(image?.Counters, window, static (ledger, window) => ledger.ReadCounter(window)) is { } spending)
            {
                found.Add(window, spending);
            }
        }

        return Task.FromResult<IReadOnlyDictionary<BudgetWindow, Spending>>(found);
    }

    public Task<IReadOnlyList<LedgerReservation>> FindExpiredAsync(IReadOnlyCollection<Guid> organisationIds, DateTimeOffset now)
    {
        var found = new List<LedgerReservation>();
        foreach (var id in organisationIds)
        {
            if (image is null || Find(image.NextExpiries, id, static (ledger, id) => ledger.ReadNextExpiry(id)) <= now)
            {
                Prepare(SelectExpired).Bind("@organisation", id).Bind("@now", now).ReadAll(ReservationSql.Read, found);
                image?.NextExpiries.Remove(id);
            }
        }

        return Task.FromResult<IReadOnlyList<LedgerReservation>>(found);
    }

    public Task<IReadOnlyList<LedgerReservation>> FindReservationsAsync(IReadOnlyCollection<Guid> ids) =>
        FindEach(image?.Reservations, ids, static (ledger, id) => ledger.Prepare(SelectReservation).Bind("@id", id).ReadFirst(ReservationSql.Read));

    public Task<IReadOnlyList<LedgerReservation>> FindReservationsOfAsync(IReadOnlyCollection<long> sessionIds) =>
        ReadEach(sessionIds, id => Prepare(SelectLiveInSession).Bind("@session", id), ReservationSql.Read);

    // The transaction is the only writer of the whole file, so there is nothing to lock.
    public Task<IReadOnlyDictionary<long, LedgerSession>> LockAsync(IReadOnlyCollection<long> sessionIds, IReadOnlyCollection<Guid> organisationIds)
    {
        var sessions = new Dictionary<long, LedgerSession>(sessionIds.Count);
        foreach (var id in sessionIds)
        {
            if (Find(image?.Sessions, id, static (ledger, id) => ledger.Prepare(SelectSession).Bind("@session", id).ReadFirst(SessionSql.Read)) is { } session)
            {
                sessions.Add(id, session);
            }
        }

        return Task.FromResult<IReadOnlyDictionary<long, LedgerSession>>(sessions);
    }

    public Task<IReadOnlyList<SessionAgent>> FindAgentsAsync(IReadOnlyCollection<long> sessionIds) =>
        FindEach(image?.Agents, sessionIds, static (ledger, id) => ledger.Prepare(SelectWorker).Bind("@session", id).ReadFirst(WorkerSql.Read));

    public Task<IReadOnlyList<LedgerSession>> FindActiveAsync(PauseScope scope, Guid id) => Read(
        scope == PauseScope.Team
            ? Prepare(SelectActiveInTeam).Bind("@team", id)
            : Prepare(SelectActiveInOrganisation).Bind("@organisation", id),
        SessionSql.Read);

    public Task<Pause?> FindPauseAsync(PauseScope scope, Guid id)
    {
        var select = scope switch
        {
            PauseScope.Agent => PauseSql.SelectOfAgent,
            PauseScope.Team => PauseSql.SelectOfTeam,
            _ => PauseSql.SelectOfOrganisation,
        };
        return Task.FromResult(Prepare(select).Bind("@id", id).ReadFirst(row => PauseSql.Read(row)!));
    }

    public Task<IReadOnlyList<Guid>> FindTeamsAsync(Guid organisationId) =>
        Read(Prepare(TeamSql.Select).Bind("@organisation", organisationId), TeamSql.Read);

    public Task<IReadOnlyList<Guid>> FindTeamsOfAgentAsync(Guid agentId) =>
        Task.FromResult(Prepare(AgentTeamsSql.Select).Bind("@agent", agentId).ReadFirst(AgentTeamsSql.Read) ?? []);

    public Task<long?> FindNewestSharedPriceAsync() => Task.FromResult(ReadNumber(Prepare(PriceSql.SelectNewestShared)));

    public Task<IReadOnlyList<ModelPrice>> FindPricesAsync(Guid? organisationId) => Read(
        organisationId is { } id ? Prepare(PriceSql.SelectOwn).Bind("@organisation", id) : Prepare(PriceSql.SelectShared), PriceSql.Read);

    public Task SaveAsync(LedgerChanges changes)
    {
        WriteEach(SessionSql.AddUsages, changes.Sessions);
        WriteEach(SessionSql.AddCalls, changes.Calls);
        WriteEach(SessionSql.End, changes.EndedSessions);
        WriteEach(ChildTokenSql.Delete, changes.Starts.UsedTokens);
        foreach (var change in changes.Pauses)
        {
            Write(
                change.Scope switch
                {
                    PauseScope.Agent => PauseSql.UpdateAgent,
                    PauseScope.Team => PauseSql.UpdateTeam,
                    _ => PauseSql.UpdateOrganisation,
                },
                change);
        }

        foreach (var change in changes.Counters)
        {
            Write(change.Before is null ? CounterSql.Insert : CounterSql.Update, change);
        }

        WriteEach(ReservationSql.Insert, changes.NewReservations);
        WriteEach(ReservationSql.Update, changes.ChangedReservations);
        WriteEach(LabelSql.Add, changes.Labels);
        WriteEach(RollupSql.Add, changes.Rollups);
        WriteEach(UsageSql.Insert, changes.Records);
        WriteEach(AlertSql.Insert, changes.Alerts);
        WriteEach(EventSql.Insert, changes.Events);
        WriteEach(AuditSql.Insert, changes.Audited);
        WriteEach(AnswerSql.Insert, changes.Answers);
        WriteEach(AnswerSql.Update, changes.ExtendedAnswers);
        image?.Apply(changes);
        Saved = changes;
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

    private Spending? ReadCounter(BudgetWindow window)
    {
        var rows = new List<(BudgetWindow Window, Spending Spending)>(1);
        Prepare(SelectCounter, CounterSql.Window, window).ReadAll(CounterSql.Read, rows);
        return rows is [var row] ? row.Spending : null;
    }

    /// <summary>The earliest expiry of an organisation's reservations that have not ended (UTC); the end of time if there are none.</summary>
    public DateTimeOffset ReadNextExpiry(Guid organisationId) =>
        ReadNumber(Prepare(ReservationSql.SelectNextExpiry).Bind("@organisation", organisationId)) is { } ticks ? new(ticks, TimeSpan.Zero) : DateTimeOffset.MaxValue;

    private static long? ReadNumber(SqliteStatement statement)
    {
        var numbers = new List<long?>(1);
        statement.ReadAll(static row => row.OptionalInt64(0), numbers);
        return numbers[0];
    }

    /// <summary>Returns the row with a key: the kept one, or else the stored one, which is then kept.</summary>
    private TRow Find<TKey, TRow>(ImageRows<TKey, TRow>? rows, TKey key, Func<SqliteLedger, TKey, TRow> read)
        where TKey : notnull
    {
        if (rows is null)
        {
            return read(this, key);
        }

        if (!rows.TryGet(key, out var row))
        {
            row = read(this, key);
            rows.Set(key, row);
        }
        else if (image!.IsVerified)
        {
            rows.EnsureCurrent(row, read(this, key));
        }

        return row;
    }

    private Task<IReadOnlyList<TRow>> FindEach<TKey, TRow>(ImageRows<TKey, TRow?>? rows, IReadOnlyCollection<TKey> keys, Func<SqliteLedger, TKey, TRow?> read)
        where TKey : notnull
        where TRow : class
    {
        var found = new List<TRow>(keys.Count);
        foreach (var key in keys)
        {
            if (Find(rows, key, read) is { } row)
            {
                found.Add(row);
            }
        }

        return Task.FromResult<IReadOnlyList<TRow>>(found);
    }

    private static Task<IReadOnlyList<T>> Read<T>(SqliteStatement statement, Func<SqlRow, T> read)
    {
        var found = new List<T>();
        statement.ReadAll(read, found);
        return Task.FromResult<IReadOnlyList<T>>(found);
    }

    private static Task<IReadOnlyList<T>> ReadEach<TKey, T>(IReadOnlyCollection<TKey> keys, Func<TKey, SqliteStatement> select, Func<SqlRow, T> read)
    {
        var found = new List<T>(keys.Count);
        foreach (var key in keys)
        {
            select(key).ReadAll(read, found);
        }

        return Task.FromResult<IReadOnlyList<T>>(found);
    }

    private void WriteEach<T>(RowStatement<T> statement, IEnumerable<T> rows)
    {
        foreach (var row in rows)
        {
            Write(statement, row);
        }
    }

    private void Write<T>(RowStatement<T> statement, T row) => Prepare(statement.Text, statement.Binding, row).Write();

    private SqliteStatement Prepare<T>(string sql, RowBinding<T> binding, T row)
    {
        var statement = Prepare(sql);
        binding.Bind(statement, row);
        return statement;
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
