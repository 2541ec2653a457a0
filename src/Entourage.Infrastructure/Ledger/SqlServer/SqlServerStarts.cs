using Entourage.Application.Ledger;
using Entourage.Domain.Alerts;
using Entourage.Domain.Sessions;
using Entourage.Infrastructure.Ledger.Sql;

namespace Entourage.Infrastructure.Ledger.SqlServer;

/// <content>Starts sessions. A start takes a round trip of its own, because the database assigns the session's number.</content>
internal partial class SqlServerLedger
{
    public async Task<IReadOnlyList<StartingAgent>> FindStartingAgentsAsync(IReadOnlyCollection<Guid> ids) =>
        await ReadAsync(SqlServerQueries.StartingAgents, ids);

    public async Task<IReadOnlyList<StartingTask>> FindStartingTasksAsync(IReadOnlyCollection<long> ids)
    {
        var tasks = await ReadAsync(SqlServerQueries.StartingTasks, ids);
        var blockers = (await ReadAsync(SqlServerQueries.Blockers, ids)).ToLookup(blocked => blocked.TaskId, blocked => blocked.BlockerId);
        return [.. tasks.Select(task => task with { BlockedBy = [.. blockers[task.Cap.TaskId].Order()] })];
    }

    public async Task<IReadOnlyList<ChildToken>> FindChildTokensAsync(IReadOnlyCollection<byte[]> hashes) =>
        await ReadAsync(SqlServerQueries.ChildTokens, hashes);

    public async Task<IReadOnlyList<ActiveSession>> FindActiveOnTaskAsync(long taskId) =>
        await ReadAsync(SqlServerStatements.SelectActiveOnTask(taskId), StartSql.ReadActive);

    public async Task<IReadOnlyList<long>> FindActiveChildrenAsync(IReadOnlyCollection<long> parentIds) =>
        await ReadAsync(SqlServerQueries.Children, parentIds);

    public virtual async Task<long> AddSessionAsync(LedgerSession session) =>
        (await ReadAsync(SqlServerStatements.InsertSession(session), static row => row.Int64(0))).Single();
}
