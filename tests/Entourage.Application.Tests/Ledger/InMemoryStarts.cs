using Entourage.Application.Ledger;
using Entourage.Domain.Alerts;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Tests.Ledger;

/// <content>Starts sessions.</content>
internal sealed partial class InMemoryLedger
{
    public Dictionary<long, StoredTask> Tasks { get; } = [];

    /// <summary>The child tokens, by the hexadecimal text of their hashes.</summary>
    public Dictionary<string, ChildToken> ChildTokens { get; } = [];

    public Task<IReadOnlyList<StartingAgent>> FindStartingAgentsAsync(IReadOnlyCollection<Guid> ids) => Found(ids
        .Where(Agents.ContainsKey)
        .Select(id => new StartingAgent(
            $"agent {id:N}", Agents[id].Model, PolicyOf(id), PausesOf(id), Teams[Agents[id].TeamId].Rules, Organisations[PolicyOf(id).OrganisationId].Version)));

    public Task<IReadOnlyList<StartingTask>> FindStartingTasksAsync(IReadOnlyCollection<long> ids) => Found(ids
        .Where(Tasks.ContainsKey)
        .Select(id => new StartingTask(Tasks[id].Cap, Tasks[id].TeamId, $"task {id}", [.. Tasks[id].DependsOn.Where(other => !Tasks[other].IsDone).Order()])));

    public Task<IReadOnlyList<ChildToken>> FindChildTokensAsync(IReadOnlyCollection<byte[]> hashes) =>
        Found(hashes.Select(Convert.ToHexString).Where(ChildTokens.ContainsKey).Select(hash => ChildTokens[hash]));

    public Task<IReadOnlyList<ActiveSession>> FindActiveOnTaskAsync(long taskId) => Found(Sessions.Values
        .Where(session => session.State.IsActive && session.Task?.TaskId == taskId)
        .OrderBy(session => session.Id)
        .Select(session => new ActiveSession(session.Id, session.AgentId, taskId, session.Path[^1])));

    public Task<IReadOnlyList<long>> FindActiveChildrenAsync(IReadOnlyCollection<long> parentIds) => Found(Sessions.Values
        .Where(session => session.State.IsActive && session.Path.Count > 1 && parentIds.Contains(session.Path[1]))
        .Select(session => session.Id));

    public Task<long> AddSessionAsync(LedgerSession session)
    {
        Note();
        var id = 1L + Sessions.Count;
        Sessions.Add(id, new(id, session.Policy.AgentId)
        {
            Path = [id, .. session.Policy.SessionPath.Skip(1)],
            Task = session.Policy.Task,
            Model = session.Model,
            Labels = session.Labels,
            StartedAt = session.StartedAt,
        });
        return Task.FromResult(id);
    }
}
