using Entourage.Application.Abstractions;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Prices;
using Entourage.Domain.Stops;
using Entourage.Infrastructure.Ledger.Sql;
using Entourage.Infrastructure.Persistence;
using Microsoft.Data.SqlClient;

namespace Entourage.Infrastructure.Ledger.SqlServer;

/// <summary>The ledger's rows on a connection.</summary>
/// <param name="connection">The connection.</param>
/// <param name="transaction">The transaction of a context; null for none.</param>
/// <param name="timeoutSeconds">The timeout of a statement.</param>
internal partial class SqlServerLedger(SqlConnection connection, SqlTransaction? transaction, int timeoutSeconds) : ILedgerStore
{
    // What ReadAheadAsync has read, by query.
    private readonly Dictionary<ISqlServerText, object> ahead = [];

    protected SqlTransaction? Transaction { get; set; } = transaction;

    public async Task<LedgerAgent?> FindAsync(BudgetSubject subject, DateTimeOffset killedSince) =>
        (await ReadAsync(SqlServerStatements.SelectSubject(subject, killedSince), SubjectSql.Read)).SingleOrDefault();

    public async Task<IReadOnlyList<BudgetRule>> FindRulesAsync(Guid organisationId) =>
        await ReadAsync(SqlServerStatements.SelectBudgetRules(organisationId), BudgetRuleSql.Read);

    public async Task<TaskCap?> FindTaskAsync(long taskId, Guid teamId) =>
        (await ReadAsync(SqlServerStatements.SelectTask(taskId, teamId), TaskSql.Read)).SingleOrDefault();

    public async Task<IReadOnlyDictionary<BudgetWindow, Spending>> SpendingAsync(IReadOnlySet<BudgetWindow> windows) =>
        (await ReadAsync(SqlServerQueries.Counters, windows)).ToDictionary(counter => counter.Window, counter => counter.Spending);

    public async Task<IReadOnlyList<LedgerReservation>> FindExpiredAsync(IReadOnlyCollection<Guid> organisationIds, DateTimeOffset now) =>
        await ReadAsync(SqlServerQueries.ExpiredReservations, [.. organisationIds.Select(id => new Expiry(id, now))]);

    public async Task<IReadOnlyList<LedgerReservation>> FindReservationsAsync(IReadOnlyCollection<Guid> ids) =>
        await ReadAsync(SqlServerQueries.Reservations, ids);

    public async Task<IReadOnlyList<LedgerReservation>> FindReservationsOfAsync(IReadOnlyCollection<long> sessionIds) =>
        await ReadAsync(SqlServerQueries.LiveReservations, sessionIds);

    public virtual Task ReadAheadAsync(IReadOnlyList<LedgerEntry> entries) => Task.CompletedTask;

    /// <summary>Sessions by their numbers, without a lock.</summary>
    public async Task<IReadOnlyList<LedgerSession>> FindSessionsAsync(IReadOnlyCollection<long> ids) => await ReadAsync(SqlServerQueries.Sessions, ids);

    public virtual async Task<IReadOnlyDictionary<long, LedgerSession>> LockAsync(
        IReadOnlyCollection<long> sessionIds, IReadOnlyCollection<Guid> organisationIds)
    {
        var sessions = await ReadAsync(SqlServerQueries.Sessions, sessionIds);
        var unlocked = sessions.Select(session => session.Policy.OrganisationId).Concat(organisationIds).Where(id => !IsLocked(id)).ToHashSet();
        if (unlocked.Count > 0)
        {
            await LockAsync(unlocked);

            // All this was read before the lock.
            ahead.Clear();
            sessions = await ReadAsync(SqlServerQueries.Sessions, sessionIds);
        }

        return sessions.ToDictionary(session => session.Id);
    }

    public async Task<IReadOnlyList<UnsummarisedRollup>> FindUnsummarisedAsync(Guid organisationId) =>
        await ReadAsync(SqlServerStatements.SelectUnsummarised(organisationId), SummarySql.ReadUnsummarised);

    public async Task<IReadOnlyList<StoredLabel>> FindLabelsAsync(IReadOnlyCollection<LabelSetKey> sets) =>
        await ReadAsync(SqlServerQueries.Labels, sets);

    public async Task SummariseAsync(IReadOnlyDictionary<CostSummaryKey, UsageSum> sums, IReadOnlyCollection<UsageRollupKey> rollups)
    {
        var writes = new SqlServerWrites();
        writes.Add(SqlServerStatements.AddToSummaries, sums);
        writes.Add(SqlServerStatements.MarkSummarised, rollups);
        await WriteAsync(writes);
    }

    public async Task<IReadOnlyList<SessionAgent>> FindAgentsAsync(IReadOnlyCollection<long> sessionIds) =>
        await ReadAsync(SqlServerQueries.Workers, sessionIds);

    public async Task<IReadOnlyList<LedgerSession>> FindActiveAsync(PauseScope scope, Guid id) => await ReadAsync(
        scope == PauseScope.Team ? SqlServerStatements.SelectActiveOfTeam(id) : SqlServerStatements.SelectActiveOfOrganisation(id), SessionSql.Read);

    public async Task<Pause?> FindPauseAsync(PauseScope scope, Guid id)
    {
        var command = scope switch
        {
            PauseScope.Agent => SqlServerStatements.SelectAgentPause(id),
            PauseScope.Team => SqlServerStatements.SelectTeamPause(id),
            _ => SqlServerStatements.SelectOrganisationPause(id),
        };
        return (await ReadAsync(command, PauseSql.Read)).SingleOrDefault();
    }

    public async Task<IReadOnlyList<Guid>> FindTeamsAsync(Guid organisationId) =>
        await ReadAsync(SqlServerStatements.SelectTeams(organisationId), TeamSql.Read);

    public async Task<IReadOnlyList<Guid>> FindTeamsOfAgentAsync(Guid agentId) =>
        (await ReadAsync(SqlServerStatements.SelectTeamsOfAgent(agentId), AgentTeamsSql.Read)).SingleOrDefault() ?? [];

    public async Task<long?> FindNewestSharedPriceAsync() => (await ReadAsync(SqlServerQueries.NewestSharedPrice, [0])).Single();

    public async Task<IReadOnlyList<ModelPrice>> FindPricesAsync(Guid? organisationId) => await ReadAsync(
        organisationId is { } id ? SqlServerStatements.SelectOwnPrices(id) : SqlServerStatements.SelectSharedPrices(), PriceSql.Read);

    public async Task<IReadOnlyList<UnpricedRecord>> FindUnpricedAsync(IReadOnlyCollection<long> sequences) =>
        await ReadAsync(SqlServerQueries.Unpriced, sequences);

    public async Task<RecordedUsage?> FindRecordedAsync(long sessionId, Guid recordId)
    {
        var found = (await ReadAsync(SqlServerStatements.SelectRecordedUsage(sessionId, recordId), UsageSql.ReadRecorded)).SingleOrDefault();
        while (found is not null
            && (await ReadAsync(SqlServerStatements.SelectCorrection(found.Sequence), UsageSql.ReadRecorded)).SingleOrDefault() is { } correction)
        {
            found = found.With(correction);
        }

        return found;
    }

    public async Task<IReadOnlyDictionary<string, IdempotentAnswer>> FindAnswersAsync(IReadOnlyCollection<byte[]> keyHashes) =>
        (await ReadAsync(SqlServerQueries.Answers, keyHashes)).ToDictionary(answer => Convert.ToHexString(answer.KeyHash), StringComparer.Ordinal);

    public async Task<IReadOnlySet<AlertKey>> FindAlertsAsync(IReadOnlyCollection<AlertKey> keys) =>
        (await ReadAsync(SqlServerQueries.Alerts, keys)).ToHashSet();

    public async Task<MoneyTotal> CostInAsync(Guid teamId, Guid agentId, DateTimeOffset from, DateTimeOffset until) =>
        (await ReadAsync(SqlServerStatements.SelectCost(teamId, agentId, from, until), AgentCostSql.Read)).Single().Cost;

    public virtual async Task SaveAsync(LedgerChanges changes) => await WriteAsync(SqlServerWrites.Of(changes));

    /// <summary>The given markers that exist.</summary>
    protected Task<IReadOnlyList<Guid>> FindMarkersAsync(IReadOnlyCollection<Guid> markers) => ReadAsync(SqlServerQueries.Markers, markers);

    /// <summary>Whether the transaction has locked an organisation.</summary>
    protected virtual bool IsLocked(Guid organisationId) => false;

    /// <summary>Locks organisations until the transaction ends.</summary>
    protected virtual async Task LockAsync(IEnumerable<Guid> organisationIds)
    {
        // Always in the same order, so that two transactions cannot deadlock.
        foreach (var id in organisationIds.Order())
        {
            await OrganisationLocks.LockAsync(connection, Transaction, id, timeoutSeconds);
        }
    }

    /// <summary>Runs statements that write.</summary>
    protected virtual async Task WriteAsync(SqlServerWrites writes)
    {
        await using var command = Prepare(writes.ToCommand());
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Runs several queries in one round trip. Later reads of the same keys find their rows.</summary>
    protected async Task ReadAheadAsync(SqlServerReads reads)
    {
        await using var command = Prepare(reads.Command);
        foreach (var (query, rows) in await reads.RunAsync())
        {
            ahead[query] = rows;
        }
    }

    protected SqlCommand Prepare(SqlCommand command)
    {
        (command.Connection, command.Transaction, command.CommandTimeout) = (connection, Transaction, timeoutSeconds);
        return command;
    }

    private async Task<IReadOnlyList<TRow>> ReadAsync<TKey, TRow>(SqlServerQuery<TKey, TRow> query, IReadOnlyCollection<TKey> keys)
        where TKey : notnull
    {
        if (keys.Count == 0)
        {
            return [];
        }

        if (ahead.TryGetValue(query, out var read) && ((SqlServerRows<TKey, TRow>)read).Find(query, keys) is { } found)
        {
            return found;
        }

        var reads = new SqlServerReads();
        reads.Add(query, keys);
        await using var command = Prepare(reads.Command);
        return ((SqlServerRows<TKey, TRow>)(await reads.RunAsync())[query]).All;
    }

    private async Task<List<T>> ReadAsync<T>(SqlCommand command, Func<SqlRow, T> read)
    {
        await using (Prepare(command))
        {
            await using var reader = await command.ExecuteReaderAsync();
            var (rows, row) = (new List<T>(), new SqlServerRow(reader));
            while (await reader.ReadAsync())
            {
                rows.Add(read(row));
            }

            return rows;
        }
    }
}
