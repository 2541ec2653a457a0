using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Labels;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Ledger;

/// <summary>
/// The starts of sessions within a transaction. It loads the agents, tasks and child tokens that they name, and adds each session to the store at once,
/// because the store assigns its number.
/// </summary>
internal sealed class SessionStarts(IReadOnlyList<LedgerEntry> entries, ILedgerStore store)
{
    private readonly StartSessionEntry[] starts = [.. entries.OfType<StartSessionEntry>()];
    private readonly HashSet<long> started = [];
    private readonly List<ChildToken> usedTokens = [];
    private Dictionary<Guid, StartingAgent> agents = [];
    private Dictionary<long, StartingTask> tasks = [];
    private Dictionary<string, ChildToken> tokens = [];

    /// <summary>The agents that start sessions.</summary>
    public IReadOnlyCollection<StartingAgent> Agents => agents.Values;

    /// <summary>The sessions of the child tokens, which become parents.</summary>
    public IEnumerable<long> TokenSessions => tokens.Values.Select(token => token.SessionId);

    /// <summary>The sessions that have started.</summary>
    public StartChanges Changes => new(started, usedTokens);

    /// <summary>
    /// Loads the rows that the starts name. An agent's organisation and a token's session never change, so they may be read before the organisations are
    /// locked. All else must be loaded again afterwards.
    /// </summary>
    public async Task LoadAsync()
    {
        if (starts.Length == 0)
        {
            return;
        }

        agents = (await store.FindStartingAgentsAsync([.. starts.Select(start => start.AgentId).Distinct()])).ToDictionary(agent => agent.Policy.AgentId);
        var taskIds = starts.Select(start => start.TaskId).OfType<long>().Distinct().ToArray();
        tasks = taskIds.Length > 0 ? (await store.FindStartingTasksAsync(taskIds)).ToDictionary(task => task.Cap.TaskId) : [];
        var hashes = starts.Select(start => start.ParentTokenHash).OfType<byte[]>().DistinctBy(KeyOf).ToArray();
        tokens = hashes.Length > 0 ? (await store.FindChildTokensAsync(hashes)).ToDictionary(token => KeyOf(token.TokenHash)) : [];
    }

    /// <summary>Gives the agents the budget rules of their teams.</summary>
    public void ApplyRules(LedgerWorkingSet workingSet)
    {
        foreach (var (id, agent) in agents.ToArray())
        {
            agents[id] = agent with { Policy = workingSet.WithRules(agent.Policy) };
        }
    }

    /// <summary>An agent that starts a session; null if there is no such agent.</summary>
    public StartingAgent? FindAgent(Guid id) => agents.GetValueOrDefault(id);

    /// <summary>The task of a start; null if there is no such task.</summary>
    public StartingTask? FindTask(long id) => tasks.GetValueOrDefault(id);

    /// <summary>A child token that no start has used; null if there is none with the hash.</summary>
    public ChildToken? FindToken(byte[] hash) => tokens.GetValueOrDefault(KeyOf(hash));

    /// <summary>Whether a session has started in this transaction.</summary>
    public bool HasStarted(long sessionId) => started.Contains(sessionId);

    /// <summary>The budgets that apply to a start.</summary>
    public IReadOnlyList<Budget> BudgetsOf(StartSessionEntry start, LedgerWorkingSet workingSet)
    {
        if (FindAgent(start.AgentId) is not { } agent)
        {
            return [];
        }

        var parentId = start.ParentTokenHash is { } hash ? FindToken(hash)?.SessionId : start.ParentSessionId;
        var parent = parentId is { } id ? workingSet.FindSession(id) : null;
        if (parent is not null && !parent.Labels.CanAdd(start.Labels))
        {
            // The decision refuses it. An exception here would also fail the other entries.
            return [];
        }

        var task = start.TaskId is { } taskId ? FindTask(taskId) : null;
        return agent.NewSession(task, parent, start.Model, start.Labels, start.Now).Policy.BudgetsAt(start.Now);
    }

    /// <summary>Adds a session to the store and to the working set.</summary>
    /// <param name="session">The session, without a number.</param>
    /// <param name="token">The child token that it uses; null for none.</param>
    /// <param name="workingSet">The rows that have been loaded.</param>
    /// <returns>The session with its number.</returns>
    public async Task<LedgerSession> AddAsync(LedgerSession session, ChildToken? token, LedgerWorkingSet workingSet)
    {
        var id = await store.AddSessionAsync(session);
        session = session with { Id = id, Policy = session.Policy with { SessionPath = [id, .. session.Policy.SessionPath.Skip(1)] } };
        started.Add(id);
        workingSet.Load(session);
        workingSet.Add(UsageRollupKey.Of(session, session.StartedAt, session.Model ?? "", session.Labels), new() { Sessions = 1 });
        workingSet.AddLabels(session, session.Labels);
        if (token is not null)
        {
            tokens.Remove(KeyOf(token.TokenHash));
            usedTokens.Add(token);
        }

        return session;
    }

    /// <summary>The active sessions of other agents on the task of a session that has started, in the order of their numbers.</summary>
    public async Task<IReadOnlyList<ActiveSession>> FindOthersOnTaskAsync(LedgerSession session, LedgerWorkingSet workingSet) =>
        session.Policy.Task is { } task
            ? [.. (await store.FindActiveOnTaskAsync(task.TaskId)).Where(other => other.AgentId != session.Policy.AgentId && IsActive(other.Id, workingSet))]
            : [];

    /// <summary>
    /// Counts the active sessions below the topmost session of one that has started, through active ones. It stops once there are too many.
    /// </summary>
    /// <returns>Zero for a session without a parent.</returns>
    public async Task<int> CountBelowTopAsync(LedgerSession session, LedgerWorkingSet workingSet)
    {
        if (session.ParentSessionId is null)
        {
            return 0;
        }

        var count = 0;
        for (long[] level = [session.Policy.SessionPath[^1]]; level.Length > 0 && count <= TeamworkDetectors.MaxFanOut; count += level.Length)
        {
            level = [.. (await store.FindActiveChildrenAsync(level)).Where(id => IsActive(id, workingSet))];
        }

        return count;
    }

    private static string KeyOf(byte[] hash) => Convert.ToHexString(hash);

    // The store does not have the ends of this transaction yet.
    private static bool IsActive(long sessionId, LedgerWorkingSet workingSet) => workingSet.FindSession(sessionId) is not { State.IsActive: false };
}

/// <summary>An agent that starts a session, with the limits, pauses and detector rules that will apply to the session.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Model">The default model of its sessions; null for none.</param>
/// <param name="Policy">Its caps.</param>
/// <param name="Pauses">The pauses that apply to it.</param>
/// <param name="DetectorRules">The team's rules for alerts and runaways.</param>
/// <param name="OrganisationVersion">The version of its organisation. See <see cref="LedgerSession.OrganisationVersion"/>.</param>
/// <param name="MovesAt">When its planned move to another team is due (UTC); null if none is planned.</param>
internal sealed record StartingAgent(
    string Name,
    string? Model,
    BudgetPolicy Policy,
    LedgerPauses Pauses,
    DetectorRules DetectorRules,
    long OrganisationVersion,
    DateTimeOffset? MovesAt = null)
{
    /// <summary>Whether its team refuses models without a price.</summary>
    public bool RefusesUnpriced => Policy.TeamLimits.UnpricedModels == UnpricedModelRule.Refuse;

    /// <summary>A session of the agent before the store assigns its number. Its path includes it, so that a session cap of zero refuses it.</summary>
    /// <param name="task">The task, if any.</param>
    /// <param name="parent">The parent session, if any.</param>
    /// <param name="model">The model; null for the agent's default.</param>
    /// <param name="labels">Its own labels, beside those of the parent session.</param>
    /// <param name="now">The current time (UTC).</param>
    /// <exception cref="RuleViolationException"><c>validation</c>: it would have too many labels.</exception>
    public LedgerSession NewSession(StartingTask? task, LedgerSession? parent, string? model, LabelSet labels, DateTimeOffset now)
    {
        var allLabels = (parent?.Labels ?? LabelSet.None).With(labels);
        return new()
        {
            Id = 0,
            AgentName = Name,
            TaskTitle = task?.Title,
            ParentSessionId = parent?.Id,
            Model = model ?? Model,
            Labels = allLabels,
            State = new(SessionStatus.Active, null, null),
            StartedAt = now,
            LastCallAt = null,
            Tokens = default,
            Cost = MoneyTotal.Zero,
            ImputedCost = MoneyTotal.Zero,
            Reserved = MoneyTotal.Zero,
            Policy = Policy with
            {
                Task = task?.Cap,
                SessionPath = parent is null ? [0] : [0, .. parent.Policy.SessionPath],
                Model = model ?? Model ?? "",
                Labels = allLabels,
            },
            Pauses = Pauses,
            DetectorState = DetectorState.Empty,
            DetectorText = "",
            DetectorRules = DetectorRules,
            OrganisationVersion = OrganisationVersion,
        };
    }
}

/// <summary>A task on which a session starts.</summary>
/// <param name="Cap">Its number, and what determines its cap.</param>
/// <param name="TeamId">Its team.</param>
/// <param name="Title">Its title.</param>
/// <param name="BlockedBy">The tasks that it depends on and that are not done, in the order of their numbers.</param>
internal sealed record StartingTask(TaskCap Cap, Guid TeamId, string Title, IReadOnlyList<long> BlockedBy);
