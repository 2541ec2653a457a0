using Entourage.Domain.Alerts;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Ledger;

/// <summary>Reads what the start of a session depends on, and adds the session, within one transaction of the ledger.</summary>
internal interface ISessionStartStore
{
    /// <summary>Agents by their ids. Unknown ids are missing from the result.</summary>
    Task<IReadOnlyList<StartingAgent>> FindStartingAgentsAsync(IReadOnlyCollection<Guid> ids);

    /// <summary>Tasks by their numbers. Unknown numbers are missing from the result.</summary>
    Task<IReadOnlyList<StartingTask>> FindStartingTasksAsync(IReadOnlyCollection<long> ids);

    /// <summary>Child tokens by their hashes. Unknown hashes are missing from the result.</summary>
    Task<IReadOnlyList<ChildToken>> FindChildTokensAsync(IReadOnlyCollection<byte[]> hashes);

    /// <summary>The active sessions of a task, in the order of their numbers.</summary>
    Task<IReadOnlyList<ActiveSession>> FindActiveOnTaskAsync(long taskId);

    /// <summary>The active children of sessions.</summary>
    Task<IReadOnlyList<long>> FindActiveChildrenAsync(IReadOnlyCollection<long> parentIds);

    /// <summary>Adds a session.</summary>
    /// <returns>The number that the store assigns.</returns>
    Task<long> AddSessionAsync(LedgerSession session);
}
