using Entourage.Application.Ledger;
using Entourage.Domain.Alerts;
using Entourage.Domain.Sessions;
using Entourage.Infrastructure.Ledger.Sql;
using Microsoft.Data.SqlClient;

namespace Entourage.Infrastructure.Ledger.SqlServer;

/// <content>Starts sessions. A start takes a round trip of its own, because the database assigns the session's number.</content>
internal sealed partial class SqlServerLedger
{
    public async Task<IReadOnlyList<StartingAgent>> FindStartingAgentsAsync(IReadOnlyCollection<Guid> ids) =>
        [.. (await ReadAsync(ids, SqlServerStatements.SelectStartingAgents, StartingAgentSql.Read)).DistinctBy(agent => agent.Policy.AgentId)];

    public async Task<IReadOnlyList<StartingTask>> FindStartingTasksAsync(IReadOnlyCollection<long> ids)
    {
        var tasks = await ReadAsync(ids, SqlServerStatements.SelectStartingTasks, StartingTaskSql.Read);
        var blockers = (await ReadAsync(ids, SqlServerStatements.SelectBlockers, StartingTaskSql.ReadBlocker))
            .ToLookup(blocked => blocked.TaskId, blocked => blocked.BlockerId);
        return [.. tasks.DistinctBy(task => task.Cap.TaskId).Select(task => task with { BlockedBy = [.. blockers[task.Cap.TaskId].Distinct().Order()] })];
    }

    public async Task<IReadOnlyList<ChildToken>> FindChildTokensAsync(IReadOnlyCollection<byte[]> hashes) =>
        [.. (await ReadAsync(hashes, SqlServerStatements.SelectChildTokens, ChildTokenSql.Read)).DistinctBy(token => Convert.ToHexString(token.TokenHash), StringComparer.Ordinal)];

    public async Task<IReadOnlyList<ActiveSession>> FindActiveOnTaskAsync(long taskId) =>
        await ReadAsync(SqlServerStatements.SelectActiveOnTask(taskId), StartSql.ReadActive, []);

    public async Task<IReadOnlyList<long>> FindActiveChildrenAsync(IReadOnlyCollection<long> parentIds) =>
        [.. (await ReadAsync(parentIds, SqlServerStatements.SelectChildren, static row => row.Int64(0))).Distinct()];

    public async Task<long> AddSessionAsync(LedgerSession session) =>
        (await ReadAsync(SqlServerStatements.InsertSession(session), static row => row.Int64(0), [])).Single();
}

/// <content>Starts sessions.</content>
internal static partial class SqlServerStatements
{
    public static SqlCommand SelectStartingAgents(IReadOnlyCollection<Guid> ids) => Repeat(
        StartingAgentSql.Select + "IN (", ids, "@agent", ", ", ")", (parameters, id) => parameters.BindId("@agent", id));

    public static SqlCommand SelectStartingTasks(IReadOnlyCollection<long> ids) => Repeat(
        StartingTaskSql.Select + "IN (", ids, "@task", ", ", ")", BindTask);

    public static SqlCommand SelectBlockers(IReadOnlyCollection<long> ids) => Repeat(
        StartingTaskSql.SelectBlockers + "IN (", ids, "@task", ", ", ")", BindTask);

    public static SqlCommand SelectChildTokens(IReadOnlyCollection<byte[]> hashes) => Repeat(
        ChildTokenSql.Select + "IN (", hashes, "@key", ", ", ")", (parameters, hash) => parameters.BindBytes("@key", hash));

    public static SqlCommand DeleteChildTokens(IReadOnlyCollection<ChildToken> tokens) => Repeat(ChildTokenSql.Delete, tokens);

    public static SqlCommand SelectActiveOnTask(long taskId) => Single(StartSql.SelectActiveOnTask, parameters => BindTask(parameters, taskId));

    public static SqlCommand SelectChildren(IReadOnlyCollection<long> parentIds) => Repeat(
        StartSql.SelectChildren + "IN (", parentIds, "@session", ", ", ")", BindSession);

    /// <summary>Inserts a session and selects the number that the database assigns to it.</summary>
    public static SqlCommand InsertSession(LedgerSession session) => Single(
        StartSql.Insert.Text + "; SELECT CAST(SCOPE_IDENTITY() AS bigint)", parameters => StartSql.Insert.Binding.Bind(parameters, session));

    private static void BindTask(IParameters parameters, long id) => parameters.BindInt64("@task", id);
}
