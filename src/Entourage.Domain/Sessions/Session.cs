using Entourage.Domain.Agents;
using Entourage.Domain.Tasks;

namespace Entourage.Domain.Sessions;

/// <summary>How a session stands, or ended.</summary>
public enum SessionStatus
{
    /// <summary>Open.</summary>
    Active,

    /// <summary>Ended well.</summary>
    Completed,

    /// <summary>Ended by an error.</summary>
    Failed,

    /// <summary>Ended by somebody else than its agent: a person, or a rule of its team.</summary>
    Killed,

    /// <summary>Ended since nothing was heard of it for too long.</summary>
    Abandoned,
}

/// <summary>One block of an agent's work, and what it has used.</summary>
/// <remarks>After its start it is written by the ledger alone: its totals with the usage that they count, its end with that of its reservations.</remarks>
public sealed class Session
{
    /// <summary>The longest error text kept.</summary>
    public const int ErrorLength = 2_000;

    /// <summary>The most sessions above one another: an agent, its sub-agent, that one's, and so on.</summary>
    public const int MaxDepth = 16;

    private Session()
    {
    }

    /// <summary>A number that the store hands out.</summary>
    public long Id { get; private init; }

    /// <summary>The team of the agent.</summary>
    public Guid TeamId { get; private init; }

    /// <summary>The agent that works.</summary>
    public Guid AgentId { get; private init; }

    /// <summary>The task worked on, if any.</summary>
    public long? TaskId { get; private init; }

    /// <summary>The session that this one is a sub-agent's of, if any.</summary>
    public long? ParentSessionId { get; private init; }

    /// <summary>The session and its ancestors: its parent first, the topmost last, without itself.</summary>
    public IReadOnlyList<long> Ancestors { get; private init; } = [];

    /// <summary>The model that its usage is of unless a usage says otherwise.</summary>
    public string? Model { get; private init; }

    /// <summary>How it stands.</summary>
    public SessionStatus Status { get; private init; }

    /// <summary>When it began (UTC).</summary>
    public DateTimeOffset StartedAt { get; private init; }

    /// <summary>When it ended (UTC); null while it is active.</summary>
    public DateTimeOffset? EndedAt { get; private init; }

    /// <summary>The error that its agent named at its end, or the reason why it was killed or abandoned.</summary>
    public string? Error { get; private init; }

    /// <summary>When it last reported a usage (UTC), whenever that happened; null while it has reported none.</summary>
    public DateTimeOffset? LastCallAt { get; private init; }

    /// <summary>Input tokens of its usage.</summary>
    public long InputTokens { get; private init; }

    /// <summary>Output tokens of its usage.</summary>
    public long OutputTokens { get; private init; }

    /// <summary>Cache-read tokens of its usage.</summary>
    public long CacheReadTokens { get; private init; }

    /// <summary>Cache-write tokens of its usage.</summary>
    public long CacheWriteTokens { get; private init; }

    /// <summary>The whole billions (10⁹) of dollars of <see cref="Cost"/>; nearly always none.</summary>
    public long CostBillionUsd { get; private init; }

    /// <summary>The nano-dollars of <see cref="Cost"/> beyond these.</summary>
    public long CostNanoUsd { get; private init; }

    /// <summary>The whole billions (10⁹) of dollars of <see cref="ImputedCost"/>; nearly always none.</summary>
    public long ImputedCostBillionUsd { get; private init; }

    /// <summary>The nano-dollars of <see cref="ImputedCost"/> beyond these.</summary>
    public long ImputedCostNanoUsd { get; private init; }

    /// <summary>What its usage cost (USD), its sub-agents' not included.</summary>
    public MoneyTotal Cost => MoneyTotal.Of(CostBillionUsd, CostNanoUsd);

    /// <summary>What its usage under a subscription would have cost (USD); counts against no cap.</summary>
    public MoneyTotal ImputedCost => MoneyTotal.Of(ImputedCostBillionUsd, ImputedCostNanoUsd);

    /// <summary>What is remembered of it to notice that it runs away: the text of a <see cref="Alerts.DetectorState"/>.</summary>
    public string Watch { get; private init; } = "";

    /// <summary>Incremented by each change of its state.</summary>
    public long Version { get; private init; }

    /// <summary>Opens a session.</summary>
    /// <param name="agent">The agent that works.</param>
    /// <param name="task">The task worked on, of the agent's team.</param>
    /// <param name="parent">The session whose sub-agent this one is, of the agent's team.</param>
    /// <param name="model">The model; the agent's when null.</param>
    /// <param name="now">The present (UTC).</param>
    /// <exception cref="RuleViolationException"><c>session-ended</c>: the parent has ended; <c>session-depth</c>: too many levels of sub-agents.</exception>
    public static Session Start(Agent agent, WorkTask? task, Session? parent, string? model, DateTimeOffset now)
    {
        if (parent is { Status: not SessionStatus.Active })
        {
            throw ParentEnded(parent.Id);
        }

        if (parent?.Ancestors.Count + 1 >= MaxDepth)
        {
            throw new RuleViolationException("session-depth", $"Sub-agents nest at most {MaxDepth} sessions deep.", "ParentSessionId");
        }

        return new()
        {
            TeamId = agent.TeamId,
            AgentId = agent.Id,
            TaskId = task?.Id,
            ParentSessionId = parent?.Id,
            Ancestors = parent is null ? [] : [parent.Id, .. parent.Ancestors],
            Model = model ?? agent.Model,
            StartedAt = now,
        };
    }

    /// <summary>What is thrown where a session that has ended is to have a sub-agent's.</summary>
    public static RuleViolationException ParentEnded(long id) => new("session-ended", $"The parent session {id} has ended.");
}
