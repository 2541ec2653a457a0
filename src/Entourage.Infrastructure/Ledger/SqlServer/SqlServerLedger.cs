using Entourage.Application.Abstractions;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Prices;
using Entourage.Domain.Stops;
using Entourage.Infrastructure.Ledger.Sql;
using Microsoft.Data.SqlClient;

namespace Entourage.Infrastructure.Ledger.SqlServer;

/// <summary>A connection, with a transaction when it writes.</summary>
internal sealed partial class SqlServerLedger(SqlConnection connection, SqlTransaction? transaction, int timeoutSeconds) : ILedgerStore
{
    public async Task<LedgerAgent?> FindAsync(Guid agentId, DateTimeOffset killedSince) =>
        (await ReadAsync(SqlServerStatements.SelectSubject(agentId, killedSince), SubjectSql.Read, [])).SingleOrDefault();

    public async Task<TaskCap?> FindTaskAsync(long taskId, Guid teamId) =>
        (await ReadAsync(SqlServerStatements.SelectTask(taskId, teamId), TaskSql.Read, [])).SingleOrDefault();

    public async Task<IReadOnlyDictionary<BudgetWindow, Spending>> SpendingAsync(IReadOnlySet<BudgetWindow> windows)
    {
        var spending = new Dictionary<BudgetWindow, Spending>(windows.Count);
        foreach (var (window, amounts) in await ReadAsync(windows, SqlServerStatements.SelectCounters, CounterSql.Read))
        {
            spending[window] = amounts;
        }

        return spending;
    }

    public async Task<IReadOnlyList<LedgerReservation>> FindExpiredAsync(IReadOnlyCollection<Guid> organisationIds, DateTimeOffset now) =>
        await ReadAsync(organisationIds, ids => SqlServerStatements.SelectExpired(ids, now), ReservationSql.Read);

    public async Task<IReadOnlyList<LedgerReservation>> FindReservationsAsync(IReadOnlyCollection<Guid> ids) =>
        await ReadAsync(ids, SqlServerStatements.SelectReservations, ReservationSql.Read);

    public async Task<IReadOnlyList<LedgerReservation>> FindReservationsOfAsync(IReadOnlyCollection<long> sessionIds) =>
        await ReadAsync(sessionIds, SqlServerStatements.SelectReservationsOf, ReservationSql.Read);

    public async Task<IReadOnlyDictionary<long, LedgerSession>> LockAsync(IReadOnlyCollection<long> sessionIds, IReadOnlyCollection<Guid> organisationIds)
    {
        // Always in the same order, so that two transactions cannot deadlock.
        var found = await ReadAsync(sessionIds, SqlServerStatements.SelectOrganisations, row => row.Id(0));
        await WriteAsync(found.Concat(organisationIds).Distinct().Order(), SqlServerStatements.LockOrganisations);
        return (await ReadAsync(sessionIds, SqlServerStatements.SelectSessions, SessionSql.Read))
            .DistinctBy(session => session.Id)
            .ToDictionary(session => session.Id);
    }

    public async Task<IReadOnlyList<UnsummarisedRollup>> FindUnsummarisedAsync(Guid organisationId) =>
        await ReadAsync(SqlServerStatements.SelectUnsummarised(organisationId), SummarySql.ReadUnsummarised, []);

    public async Task SummariseAsync(IReadOnlyDictionary<CostSummaryKey, UsageSum> sums, IReadOnlyCollection<UsageRollupKey> rollups)
    {
        await WriteAsync(sums, SqlServerStatements.AddToSummaries);
        await WriteAsync(rollups, SqlServerStatements.MarkSummarised);
    }

    public async Task<IReadOnlyList<SessionAgent>> FindAgentsAsync(IReadOnlyCollection<long> sessionIds) =>
        await ReadAsync(sessionIds, SqlServerStatements.SelectWorkers, WorkerSql.Read);

    public async Task<IReadOnlyList<LedgerSession>> FindActiveAsync(PauseScope scope, Guid id) => await ReadAsync(
        scope == PauseScope.Team ? SqlServerStatements.SelectActiveOfTeam(id) : SqlServerStatements.SelectActiveOfOrganisation(id),
        SessionSql.Read,
        []);

    public async Task<Pause?> FindPauseAsync(PauseScope scope, Guid id)
    {
        var command = scope switch
        {
            PauseScope.Agent => SqlServerStatements.SelectAgentPause(id),
            PauseScope.Team => SqlServerStatements.SelectTeamPause(id),
            _ => SqlServerStatements.SelectOrganisationPause(id),
        };
        return (await ReadAsync(command, PauseSql.Read, [])).SingleOrDefault();
    }

    public async Task<IReadOnlyList<Guid>> FindTeamsAsync(Guid organisationId) =>
        await ReadAsync(SqlServerStatements.SelectTeams(organisationId), TeamSql.Read, []);

    public async Task<long?> FindNewestSharedPriceAsync() =>
        (await ReadAsync(SqlServerStatements.SelectNewestSharedPrice(), row => row.OptionalInt64(0), [])).Single();

    public async Task<IReadOnlyList<ModelPrice>> FindPricesAsync(Guid? organisationId) =>
        await ReadAsync(
            organisationId is { } id ? SqlServerStatements.SelectOwnPrices(id) : SqlServerStatements.SelectSharedPrices(), PriceSql.Read, []);

    public async Task<IReadOnlyList<UnpricedRecord>> FindUnpricedAsync(IReadOnlyCollection<long> sequences) =>
        await ReadAsync(sequences, SqlServerStatements.SelectUnpriced, UsageSql.ReadUnpriced);

    public async Task<RecordedUsage?> FindRecordedAsync(long sessionId, Guid recordId)
    {
        var found = (await ReadAsync(SqlServerStatements.SelectRecordedUsage(sessionId, recordId), UsageSql.ReadRecorded, [])).SingleOrDefault();
        while (found is not null
            && (await ReadAsync(SqlServerStatements.SelectCorrection(found.Sequence), UsageSql.ReadRecorded, [])).SingleOrDefault() is { } correction)
        {
            found = found.With(correction);
        }

        return found;
    }

    public async Task<IReadOnlyDictionary<string, IdempotentAnswer>> FindAnswersAsync(IReadOnlyCollection<byte[]> keyHashes) =>
        (await ReadAsync(keyHashes, SqlServerStatements.SelectAnswers, AnswerSql.Read))
            .DistinctBy(answer => Convert.ToHexString(answer.KeyHash), StringComparer.Ordinal)
            .ToDictionary(answer => Convert.ToHexString(answer.KeyHash), StringComparer.Ordinal);

    public async Task<IReadOnlySet<AlertKey>> FindAlertsAsync(IReadOnlyCollection<AlertKey> keys) =>
        (await ReadAsync(keys, SqlServerStatements.SelectAlertKeys, AlertSql.ReadKey)).ToHashSet();

    public async Task<MoneyTotal> CostInAsync(Guid teamId, Guid agentId, DateTimeOffset from, DateTimeOffset until) =>
        (await ReadAsync(SqlServerStatements.SelectCost(teamId, agentId, from, until), AgentCostSql.Read, [])).Single().Cost;

    public async Task<bool> IsRecordedAsync(long sessionId, Guid recordId)
    {
        await using var command = Prepare(SqlServerStatements.SelectRecorded(sessionId, recordId));
        return await command.ExecuteScalarAsync() is not null;
    }

    public async Task SaveAsync(LedgerChanges changes)
    {
        await WriteAsync(changes.Sessions.OrderBy(sum => sum.Key), SqlServerStatements.AddToSessions);
        await WriteAsync(changes.EndedSessions, SqlServerStatements.EndSessions);
        await WriteAsync(changes.Starts.UsedTokens, SqlServerStatements.DeleteChildTokens);
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

    /// <summary>Runs a statement for each item, each of which must change one row.</summary>
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

    /// <summary>Reads the rows of items. A row may occur more than once.</summary>
    private async Task<List<T>> ReadAsync<TItem, T>(IEnumerable<TItem> items, Func<TItem[], SqlCommand> toCommand, Func<SqlRow, T> read)
    {
        var rows = new List<T>();
        foreach (var piece in SqlServerStatements.PaddedPieces(items))
        {
            await ReadAsync(toCommand(piece), read, rows);
        }

        return rows;
    }

    private async Task<List<T>> ReadAsync<T>(SqlCommand command, Func<SqlRow, T> read, List<T> rows)
    {
        await using (Prepare(command))
        {
            await using var reader = await command.ExecuteReaderAsync();
            var row = new SqlServerRow(reader);
            while (await reader.ReadAsync())
            {
                rows.Add(read(row));
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
