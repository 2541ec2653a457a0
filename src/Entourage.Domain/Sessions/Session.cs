using Entourage.Domain.Agents;
using Entourage.Domain.Labels;
using Entourage.Domain.Tasks;

namespace Entourage.Domain.Sessions;

/// <summary>The status of a session.</summary>
public enum SessionStatus
{
    /// <summary>Not ended.</summary>
    Active,

    /// <summary>Ended without an error.</summary>
    Completed,

    /// <summary>Ended with an error.</summary>
    Failed,

    /// <summary>Ended by a person or by a rule of the team.</summary>
    Killed,

    /// <summary>Ended because it was silent for too long.</summary>
    Abandoned,
}

/// <summary>One run of an agent, with its usage.</summary>
/// <remarks>
/// After the start only the ledger writes it: the totals with the usage that they count, and the end with that of its reservations.
/// </remarks>
public sealed class Session
{
    /// <summary>The longest error text, in UTF-16 code units.</summary>
    public const int ErrorLength = 2_000;

    /// <summary>The maximum depth of a session tree.</summary>
    public const int MaxDepth = 16;

    private Session()
    {
    }

    /// <summary>The number that the store assigns.</summary>
    public long Id { get; private init; }

    /// <summary>The agent's team.</summary>
    public Guid TeamId { get; private init; }

    /// <summary>The agent.</summary>
    public Guid AgentId { get; private init; }

    /// <summary>The task, if any.</summary>
    public long? TaskId { get; private init; }

    /// <summary>The parent session, if the agent is a sub-agent.</summary>
    public long? ParentSessionId { get; private init; }

    /// <summary>The ancestors: the parent first, the topmost session last.</summary>
    public IReadOnlyList<long> Ancestors { get; private init; } = [];

    /// <summary>The default model of its usage.</summary>
    public string? Model { get; private init; }

    /// <summary>The labels of its usage, those of the parent session included.</summary>
    public LabelSet Labels { get; private init; } = LabelSet.None;

    /// <summary>The status.</summary>
    public SessionStatus Status { get; private init; }

    /// <summary>When the session started (UTC).</summary>
    public DateTimeOffset StartedAt { get; private init; }

    /// <summary>When the session ended (UTC); null while it is active.</summary>
    public DateTimeOffset? EndedAt { get; private init; }

    /// <summary>The error that the agent reported at the end, or the reason why the session was killed or abandoned.</summary>
    public string? Error { get; private init; }

    /// <summary>When a usage was last reported (UTC), regardless of when it occurred; null before the first.</summary>
    public DateTimeOffset? LastCallAt { get; private init; }

    /// <summary>Input tokens of its usage.</summary>
    public long InputTokens { get; private init; }

    /// <summary>Output tokens of its usage.</summary>
    public long OutputTokens { get; private init; }

    /// <summary>Cache-read tokens of its usage.</summary>
    public long CacheReadTokens { get; private init; }

    /// <summary>Cache-write tokens of its usage.</summary>
    public long CacheWriteTokens { get; private init; }

    /// <summary>The whole billions (10⁹) of dollars of <see cref="Cost"/>; nearly always 0.</summary>
    public long CostBillionUsd { get; private init; }

    /// <summary>The rest of <see cref="Cost"/>, in nano-dollars.</summary>
    public long CostNanoUsd { get; private init; }

    /// <summary>The whole billions (10⁹) of dollars of <see cref="ImputedCost"/>; nearly always 0.</summary>
    public long ImputedCostBillionUsd { get; private init; }

    /// <summary>The rest of <see cref="ImputedCost"/>, in nano-dollars.</summary>
    public long ImputedCostNanoUsd { get; private init; }

    /// <summary>The cost of its usage (USD), without its sub-agents.</summary>
    public MoneyTotal Cost => MoneyTotal.Of(CostBillionUsd, CostNanoUsd);

    /// <summary>The imputed cost of its usage under a subscription (USD), which counts against no cap.</summary>
    public MoneyTotal ImputedCost => MoneyTotal.Of(ImputedCostBillionUsd, ImputedCostNanoUsd);

    /// <summary>Its calls that the gateway let through, running ones included.</summary>
    public long GatewayCalls { get; private init; }

    /// <summary>Its calls through the gateway that a budget refused.</summary>
    public long RefusedCalls { get; private init; }

    /// <summary>Its calls that the gateway let through with a lower output limit than they asked for.</summary>
    public long LoweredCalls { get; private init; }

    /// <summary>Its calls that the gateway sent to another model than they asked for.</summary>
    public long FallbackCalls { get; private init; }

    /// <summary>When a budget last refused one of its calls through the gateway (UTC); null for never.</summary>
    public DateTimeOffset? LastRefusedAt { get; private init; }

    /// <summary>Counts of its calls through the gateway.</summary>
    public CallCounts Calls => new(GatewayCalls, RefusedCalls, LoweredCalls, FallbackCalls, LastRefusedAt);

    /// <summary>The text of the session's <see cref="Alerts.DetectorState"/>.</summary>
    public string Watch { get; private init; } = "";

    /// <summary>Incremented by each change of status.</summary>
    public long Version { get; private init; }

    /// <summary>Starts a session.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="task">The task of the agent's team, if any.</param>
    /// <param name="parent">The parent session of the agent's team, if the agent is a sub-agent.</param>
    /// <param name="model">The default model; null takes the agent's.</param>
    /// <param name="now">The current time (UTC).</param>
    /// <param name="labels">Its own labels, beside those of the parent session; null for none.</param>
    /// <exception cref="RuleViolationException">
    /// <c>session-ended</c>: the parent has ended; <c>session-depth</c>: too many levels of sub-agents; <c>validation</c>: too many labels.
    /// </exception>
    public static Session Start(Agent agent, WorkTask? task, Session? parent, string? model, DateTimeOffset now, LabelSet? labels = null)
    {
        if (parent is not null)
        {
            EnsureCanHaveChild(parent.Id, parent.Status, parent.Ancestors.Count + 1);
        }

        return new()
        {
            TeamId = agent.TeamId,
            AgentId = agent.Id,
            TaskId = task?.Id,
            ParentSessionId = parent?.Id,
            Ancestors = parent is null ? [] : [parent.Id, .. parent.Ancestors],
            Model = model ?? agent.Model,
            Labels = (parent?.Labels ?? LabelSet.None).With(labels ?? LabelSet.None),
            StartedAt = now,
        };
    }

    /// <summary>Creates a session for usage that an agent spent before it was stopped and that is reported only now. Nothing can be spent in it.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="task">The task of the agent's team, if any.</param>
    /// <param name="model">The default model; null takes the agent's.</param>
    /// <param name="reason">Why the agent was stopped.</param>
    /// <param name="now">The current time (UTC).</param>
    /// <param name="labels">Its labels; null for none.</param>
    public static Session StartKilled(Agent agent, WorkTask? task, string? model, string reason, DateTimeOffset now, LabelSet? labels = null) => new()
    {
        TeamId = agent.TeamId,
        AgentId = agent.Id,
        TaskId = task?.Id,
        Model = model ?? agent.Model,
        Labels = labels ?? LabelSet.None,
        Status = SessionStatus.Killed,
        StartedAt = now,
        EndedAt = now,
        Error = reason,
    };

    /// <summary>Checks that a session can be the parent of another one.</summary>
    /// <param name="id">The session.</param>
    /// <param name="status">Its status.</param>
    /// <param name="depth">The number of sessions from the topmost session of its tree to it.</param>
    /// <exception cref="RuleViolationException">
    /// <c>session-ended</c>: it has ended; <c>session-depth</c>: too many levels of sub-agents.
    /// </exception>
    public static void EnsureCanHaveChild(long id, SessionStatus status, int depth)
    {
        if (status != SessionStatus.Active)
        {
            throw ParentEnded(id);
        }

        if (depth >= MaxDepth)
        {
            throw new RuleViolationException("session-depth", $"Sub-agents can be nested at most {MaxDepth} sessions deep.", nameof(ParentSessionId));
        }
    }

    /// <summary>Creates the exception for a parent session that has ended.</summary>
    public static RuleViolationException ParentEnded(long id) => new("session-ended", $"The parent session {id} has ended.");
}
