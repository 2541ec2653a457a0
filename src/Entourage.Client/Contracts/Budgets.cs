using System.Text.Json;

namespace Entourage.Client.Contracts;

/// <summary>What an agent may still spend (USD), and whether it must stop.</summary>
public sealed record Budget
{
    /// <summary>The daily cap with the least remaining, of the team's and the agent's; null when there is none.</summary>
    public decimal? DailyLimitUsd { get; init; }

    /// <summary>What has been spent of it today; the team's spending where there is no cap.</summary>
    public decimal DailySpentUsd { get; init; }

    /// <summary>What is left of it, negative after an overrun; null when there is no cap.</summary>
    public decimal? DailyRemainingUsd { get; init; }

    /// <summary>The cap of the task; null without a task or a cap.</summary>
    public decimal? TaskLimitUsd { get; init; }

    /// <summary>What the task has cost; null without a task.</summary>
    public decimal? TaskSpentUsd { get; init; }

    /// <summary>A hard budget that applies has nothing left.</summary>
    public bool OverBudget { get; init; }

    /// <summary>What live reservations hold of the daily budget.</summary>
    public decimal ReservedUsd { get; init; }

    /// <summary>The agent must stop. It obeys this member alone.</summary>
    public bool Stop { get; init; }

    /// <summary>Why it must stop.</summary>
    public IReadOnlyList<string> StopReasons { get; init; } = [];

    /// <summary>When the daily figures start afresh (UTC).</summary>
    public DateTimeOffset? ResetsAt { get; init; }

    /// <summary>When the daily cap is reached if spending goes on as it did today (UTC).</summary>
    public DateTimeOffset? CapReachedAt { get; init; }

    /// <summary>Every cap that applies, from the widest scope to the narrowest.</summary>
    public IReadOnlyList<BudgetStatus> Budgets { get; init; } = [];
}

/// <summary>One cap and where it stands (USD).</summary>
public sealed record BudgetStatus
{
    /// <summary><c>organisation</c>, <c>team</c>, <c>agent</c>, <c>task</c> or <c>session</c>.</summary>
    public string Scope { get; init; } = "";

    /// <summary>The id of that: a JSON number for tasks and sessions, else a JSON string.</summary>
    public JsonElement ScopeId { get; init; }

    /// <summary><c>day</c>, <c>week</c>, <c>month</c> or <c>total</c>.</summary>
    public string Period { get; init; } = "";

    /// <summary><c>hard</c> refuses, <c>observe</c> only watches.</summary>
    public string Enforcement { get; init; } = "";

    /// <summary>The cap.</summary>
    public decimal LimitUsd { get; init; }

    /// <summary>The recorded cost in the present window.</summary>
    public decimal SpentUsd { get; init; }

    /// <summary>What live reservations hold.</summary>
    public decimal ReservedUsd { get; init; }

    /// <summary>Limit − spent − reserved.</summary>
    public decimal RemainingUsd { get; init; }

    /// <summary>Nothing remains.</summary>
    public bool Over { get; init; }

    /// <summary>When the window ends (UTC); null for one that never does.</summary>
    public DateTimeOffset? ResetsAt { get; init; }

    /// <summary>When nothing is left if its scope goes on spending as it did today (UTC).</summary>
    public DateTimeOffset? CapReachedAt { get; init; }
}

/// <summary>A pause, and who has obeyed it.</summary>
public sealed record Pause
{
    /// <summary><c>agent</c>, <c>team</c> or <c>organisation</c>.</summary>
    public string Scope { get; init; } = "";

    /// <summary>The id of that.</summary>
    public Guid Id { get; init; }

    /// <summary>It is paused itself; what it belongs to may be or not.</summary>
    public bool Paused { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>Since when (UTC).</summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>Until when (UTC); null for a pause that lasts until somebody resumes.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Who paused, where that is known.</summary>
    public string? PausedBy { get; init; }

    /// <summary>How many live reservations the pause gave back.</summary>
    public int ReservationsReleased { get; init; }

    /// <summary>The sessions that were active when it began.</summary>
    public IReadOnlyList<PausedSession> Sessions { get; init; } = [];
}

/// <summary>A session that was active when a pause began.</summary>
/// <param name="SessionId">Its number.</param>
/// <param name="AgentId">The agent that works.</param>
/// <param name="AgentName">What the agent is called.</param>
/// <param name="Status">How it stands.</param>
/// <param name="EndedAt">When it ended (UTC).</param>
/// <param name="LastCallAt">When it last reported a usage (UTC).</param>
/// <param name="Obeyed">It has ended, or has reported no usage that happened after the pause began.</param>
public sealed record PausedSession(
    long SessionId, Guid AgentId, string AgentName, string Status, DateTimeOffset? EndedAt, DateTimeOffset? LastCallAt, bool Obeyed);

/// <summary>Whose work a pause stops.</summary>
public enum PauseScope
{
    /// <summary>An agent's, and that of the sub-agents below its sessions.</summary>
    Agent,

    /// <summary>That of all agents of a team.</summary>
    Team,

    /// <summary>That of all agents of an organisation.</summary>
    Organisation,
}

internal sealed record PauseRequest(string Reason, DateTimeOffset? ExpiresAt);

internal sealed record ReasonRequest(string? Reason);
