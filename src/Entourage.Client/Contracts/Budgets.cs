using System.Globalization;
using System.Text.Json;

namespace Entourage.Client.Contracts;

/// <summary>What an agent can still spend (USD), and whether it must stop.</summary>
public sealed record Budget
{
    /// <summary>The daily cap of the team or the agent, whichever has less remaining, or null without a daily cap.</summary>
    public decimal? DailyLimitUsd { get; init; }

    /// <summary>What was spent of that cap today, or the team's spending without a cap.</summary>
    public decimal DailySpentUsd { get; init; }

    /// <summary>What remains of that cap, negative after an overrun, or null without a cap.</summary>
    public decimal? DailyRemainingUsd { get; init; }

    /// <summary>The cap of the task, or null without a task or a cap.</summary>
    public decimal? TaskLimitUsd { get; init; }

    /// <summary>The recorded cost of the task, or null without a task.</summary>
    public decimal? TaskSpentUsd { get; init; }

    /// <summary>Whether a hard budget that applies is used up.</summary>
    public bool OverBudget { get; init; }

    /// <summary>The live reservations in the daily budget.</summary>
    public decimal ReservedUsd { get; init; }

    /// <summary>Whether the agent must stop. Check this member rather than <see cref="OverBudget"/>.</summary>
    public bool Stop { get; init; }

    /// <summary>Why the agent must stop.</summary>
    public IReadOnlyList<string> StopReasons { get; init; } = [];

    /// <summary>When the next day begins (UTC).</summary>
    public DateTimeOffset? ResetsAt { get; init; }

    /// <summary>When the daily cap is reached at today's rate of spending (UTC).</summary>
    public DateTimeOffset? CapReachedAt { get; init; }

    /// <summary>When the agent should continue (UTC), because a limit per minute is used up; null to continue at once.</summary>
    public DateTimeOffset? WaitUntil { get; init; }

    /// <summary>All caps that apply, from the widest scope to the narrowest.</summary>
    public IReadOnlyList<BudgetStatus> Budgets { get; init; } = [];
}

/// <summary>A cap and its spending in the current window, in US dollars or in tokens.</summary>
public sealed record BudgetStatus
{
    /// <summary>The number of the budget, or null for a cap in the settings.</summary>
    public long? BudgetId { get; init; }

    /// <summary>The name of the budget, or null for none.</summary>
    public string? BudgetName { get; init; }

    /// <summary><c>organisation</c>, <c>team</c>, <c>agent</c>, <c>task</c>, <c>session</c>, <c>label</c> or <c>model</c>.</summary>
    public string Scope { get; init; } = "";

    /// <summary>The id of the scope: a JSON number for tasks and sessions, otherwise a JSON string.</summary>
    public JsonElement ScopeId { get; init; }

    /// <summary><c>minute</c>, <c>hour</c>, <c>day</c>, <c>week</c>, <c>month</c> or <c>total</c>.</summary>
    public string Period { get; init; } = "";

    /// <summary>Whether the cap refuses (<c>hard</c>) or only raises alerts (<c>observe</c>).</summary>
    public string Enforcement { get; init; } = "";

    /// <summary>The limit (USD), or null for a cap in tokens.</summary>
    public decimal? LimitUsd { get; init; }

    /// <summary>The recorded cost in the current window (USD), or null for a cap in tokens.</summary>
    public decimal? SpentUsd { get; init; }

    /// <summary>The live reservations (USD), or null for a cap in tokens.</summary>
    public decimal? ReservedUsd { get; init; }

    /// <summary>Limit − spent − reserved (USD), or null for a cap in tokens.</summary>
    public decimal? RemainingUsd { get; init; }

    /// <summary>The limit in tokens, or null for a cap in dollars.</summary>
    public long? LimitTokens { get; init; }

    /// <summary>The tokens used in the current window, or null for a cap in dollars.</summary>
    public long? SpentTokens { get; init; }

    /// <summary>The tokens of live reservations, or null for a cap in dollars.</summary>
    public long? ReservedTokens { get; init; }

    /// <summary>Limit − spent − reserved tokens, or null for a cap in dollars.</summary>
    public long? RemainingTokens { get; init; }

    /// <summary>When a used-up limit per minute has something left again (UTC), or null for other caps.</summary>
    public DateTimeOffset? ContinuesAt { get; init; }

    /// <summary>Whether the cap is used up.</summary>
    public bool Over { get; init; }

    /// <summary>The reason to stop if the cap is hard and used up.</summary>
    internal string StopReason => BudgetId is { } id
        ? string.Create(CultureInfo.InvariantCulture, $"budget_exceeded:{Scope}:{Period}:{id}")
        : $"budget_exceeded:{Scope}:{Period}";

    /// <summary>When the window ends (UTC), or null for a window without an end.</summary>
    public DateTimeOffset? ResetsAt { get; init; }

    /// <summary>When the cap is reached at today's rate of spending (UTC).</summary>
    public DateTimeOffset? CapReachedAt { get; init; }
}

/// <summary>A pause, and which sessions have obeyed it.</summary>
public sealed record Pause
{
    /// <summary><c>agent</c>, <c>team</c> or <c>organisation</c>.</summary>
    public string Scope { get; init; } = "";

    /// <summary>The id of the agent, team or organisation.</summary>
    public Guid Id { get; init; }

    /// <summary>Whether it may not work, because it is paused itself or what it belongs to is.</summary>
    public bool Paused { get; init; }

    /// <summary>The scope whose pause is in force: <c>agent</c>, <c>team</c> or <c>organisation</c>; null without a pause.</summary>
    public string? PausedScope { get; init; }

    /// <summary>The reason.</summary>
    public string? Reason { get; init; }

    /// <summary>When the pause began (UTC).</summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>When the pause expires (UTC), or null if it lasts until it is resumed.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The caller that paused, if known.</summary>
    public string? PausedBy { get; init; }

    /// <summary>The number of live reservations that the pause released.</summary>
    public int ReservationsReleased { get; init; }

    /// <summary>The sessions that were active when the pause began.</summary>
    public IReadOnlyList<PausedSession> Sessions { get; init; } = [];
}

/// <summary>A session that was active when a pause began.</summary>
/// <param name="SessionId">The number of the session.</param>
/// <param name="AgentId">The agent of the session.</param>
/// <param name="AgentName">The name of the agent.</param>
/// <param name="Status">The status of the session.</param>
/// <param name="EndedAt">When the session ended (UTC).</param>
/// <param name="LastCallAt">When the session last reported usage (UTC).</param>
/// <param name="Obeyed">Whether the session has ended, or has reported no usage that happened after the pause began.</param>
public sealed record PausedSession(
    long SessionId, Guid AgentId, string AgentName, string Status, DateTimeOffset? EndedAt, DateTimeOffset? LastCallAt, bool Obeyed);

/// <summary>What a pause applies to.</summary>
public enum PauseScope
{
    /// <summary>An agent and the sub-agents below its sessions.</summary>
    Agent,

    /// <summary>All agents of a team.</summary>
    Team,

    /// <summary>All agents of an organisation.</summary>
    Organisation,
}

internal sealed record PauseRequest(string Reason, DateTimeOffset? ExpiresAt);

internal sealed record ReasonRequest(string? Reason);
