using Entourage.Application.Ledger;
using Entourage.Domain.Alerts;
using Entourage.Domain.Sessions;
using Entourage.Infrastructure.Ledger.Sql;
using SQLitePCL;

namespace Entourage.Infrastructure.Ledger.Sqlite;

/// <content>Starts sessions.</content>
internal sealed partial class SqliteLedger
{
    private static readonly string SelectStartingAgent = StartingAgentSql.Select + "= @agent";
    private static readonly string SelectStartingTask = StartingTaskSql.Select + "= @task";
    private static readonly string SelectBlockers = StartingTaskSql.SelectBlockers + "= @task ORDER BY k.Id";
    private static readonly string SelectChildToken = ChildTokenSql.Select + "= @key";
    private static readonly string SelectChildren = StartSql.SelectChildren + "= @session";

    public Task<IReadOnlyList<StartingAgent>> FindStartingAgentsAsync(IReadOnlyCollection<Guid> ids) =>
        FindEach(image?.StartingAgents, ids, static (ledger, id) => ledger.Prepare(SelectStartingAgent).Bind("@agent", id).ReadFirst(StartingAgentSql.Read));

    public Task<IReadOnlyList<StartingTask>> FindStartingTasksAsync(IReadOnlyCollection<long> ids) =>
        FindEach(image?.StartingTasks, ids, static (ledger, id) => ledger.ReadStartingTask(id));

    public Task<IReadOnlyList<ChildToken>> FindChildTokensAsync(IReadOnlyCollection<byte[]> hashes) =>
        ReadEach(hashes, hash => Prepare(SelectChildToken).Bind("@key", hash), ChildTokenSql.Read);

    public Task<IReadOnlyList<ActiveSession>> FindActiveOnTaskAsync(long taskId) =>
        Read(Prepare(StartSql.SelectActiveOnTask).Bind("@task", taskId), StartSql.ReadActive);

    public Task<IReadOnlyList<long>> FindActiveChildrenAsync(IReadOnlyCollection<long> parentIds) =>
        ReadEach(parentIds, id => Prepare(SelectChildren).Bind("@session", id), static row => row.Int64(0));

    public Task<long> AddSessionAsync(LedgerSession session)
    {
        Write(StartSql.Insert, session);
        return Task.FromResult(raw.sqlite3_last_insert_rowid(database));
    }

    private StartingTask? ReadStartingTask(long id)
    {
        if (Prepare(SelectStartingTask).Bind("@task", id).ReadFirst(StartingTaskSql.Read) is not { } task)
        {
            return null;
        }

        var blockers = new List<long>();
        Prepare(SelectBlockers).Bind("@task", id).ReadAll(static row => StartingTaskSql.ReadBlocker(row).BlockerId, blockers);
        return task with { BlockedBy = blockers };
    }
}
