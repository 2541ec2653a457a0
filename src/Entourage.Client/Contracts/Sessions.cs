using System.Text.Json.Serialization;

namespace Entourage.Client.Contracts;

/// <summary>The start of a session.</summary>
/// <param name="AgentId">The agent that is to work.</param>
/// <param name="TaskId">The task it works on.</param>
/// <param name="Model">The model; the agent's when absent.</param>
/// <param name="ParentSessionId">The session whose sub-agent this one is. With an agent's key: one of its own.</param>
/// <param name="ParentToken">A one-time token of another agent's session, which is the parent then; see <see cref="ChildToken"/>.</param>
public sealed record SessionStart(
    Guid AgentId, long? TaskId = null, string? Model = null, long? ParentSessionId = null, string? ParentToken = null);

/// <summary>A request for a one-time token with which another agent may start a session below one.</summary>
/// <param name="AgentId">The one agent of the team that may use it; any of them when absent.</param>
/// <param name="TtlSeconds">How long it lasts, in seconds: 1 to 3,600; 300 when absent.</param>
public sealed record ChildTokenStart(Guid? AgentId = null, int? TtlSeconds = null);

/// <summary>A one-time token with which another agent may start a session below one. What that session spends counts against the parent's cap.</summary>
/// <param name="Token">What is sent as <see cref="SessionStart.ParentToken"/>. It is not shown again.</param>
/// <param name="SessionId">The parent session.</param>
/// <param name="AgentId">The one agent that may use it; null for any of the team.</param>
/// <param name="ExpiresAt">When it expires (UTC).</param>
public sealed record ChildToken(string Token, long SessionId, Guid? AgentId, DateTimeOffset ExpiresAt);

/// <summary>The end of a session.</summary>
/// <param name="Outcome"><c>completed</c> or <c>failed</c>; completed when absent, or failed where there is an error.</param>
/// <param name="Error">The error that ended it.</param>
public sealed record SessionEnd(string? Outcome = null, string? Error = null);

/// <summary>A session and what it has used. Costs are in USD.</summary>
public record Session
{
    /// <summary>Its number.</summary>
    public long Id { get; init; }

    /// <summary>The agent that works.</summary>
    public Guid AgentId { get; init; }

    /// <summary>What the agent is called.</summary>
    public string AgentName { get; init; } = "";

    /// <summary>The task worked on, if any.</summary>
    public long? TaskId { get; init; }

    /// <summary>What the task is called.</summary>
    public string? TaskTitle { get; init; }

    /// <summary>The model that its usage is of unless a usage says otherwise.</summary>
    public string? Model { get; init; }

    /// <summary><c>active</c>, <c>completed</c>, <c>failed</c>, <c>killed</c> or <c>abandoned</c>.</summary>
    public string Status { get; init; } = "";

    /// <summary>When it began (UTC).</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended (UTC).</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Whole minutes from its beginning to its end, or to now.</summary>
    public long DurationMinutes { get; init; }

    /// <summary>Input tokens.</summary>
    public long InputTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public long OutputTokens { get; init; }

    /// <summary>Cache-read tokens.</summary>
    public long CacheReadTokens { get; init; }

    /// <summary>Cache-write tokens.</summary>
    public long CacheWriteTokens { get; init; }

    /// <summary>Input and output tokens together.</summary>
    public long Tokens { get; init; }

    /// <summary>What it has cost.</summary>
    public decimal CostUsd { get; init; }

    /// <summary>What it and the sessions of its sub-agents have cost.</summary>
    public decimal TreeCostUsd { get; init; }

    /// <summary>What its usage under a subscription would have cost.</summary>
    public decimal ImputedCostUsd { get; init; }

    /// <summary>What its live reservations hold.</summary>
    public decimal ReservedUsd { get; init; }

    /// <summary>The session that this one is a sub-agent's of, if any.</summary>
    public long? ParentSessionId { get; init; }

    /// <summary>Why it failed, or was killed.</summary>
    public string? Error { get; init; }
}

/// <summary>What a session used since it last said so.</summary>
/// <param name="InputTokens">Input tokens, cached ones not included.</param>
/// <param name="OutputTokens">Output tokens.</param>
public sealed record Usage(long InputTokens, long OutputTokens)
{
    /// <summary>Input tokens read from the provider's cache.</summary>
    public long? CacheReadTokens { get; init; }

    /// <summary>Input tokens written to the provider's cache.</summary>
    public long? CacheWriteTokens { get; init; }

    /// <summary>Those of the cache-write tokens that were written for an hour.</summary>
    [JsonPropertyName("cache_write_1h_tokens")]
    public long? CacheWrite1hTokens { get; init; }

    /// <summary>Whether it went through the provider's batch API, at its discount.</summary>
    public bool? Batch { get; init; }

    /// <summary>The cost in USD: 0 to 1,000,000, rounded up to 9 decimals; absent where the price of the model is to say.</summary>
    public decimal? CostUsd { get; init; }

    /// <summary>The model; the session's when absent.</summary>
    public string? Model { get; init; }

    /// <summary>The reservation of the session that it commits.</summary>
    public Guid? ReservationId { get; init; }

    /// <summary>When the money was spent: at most 5 minutes ahead and 30 days back; now when absent.</summary>
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>A short text of the error, where the call failed.</summary>
    public string? Error { get; init; }

    /// <summary><c>api</c> (the default), or <c>subscription</c>: counted against no cap.</summary>
    public string? Billing { get; init; }
}

/// <summary>A session after a usage, and whether its agent must stop.</summary>
public sealed record UsageAnswer : Session
{
    /// <summary>The usage record that was written.</summary>
    public Guid UsageId { get; init; }

    /// <summary>What the agent may still spend.</summary>
    public Budget Budget { get; init; } = new();

    /// <summary>A hard budget that applies has nothing left.</summary>
    public bool OverBudget { get; init; }

    /// <summary>The agent must stop. It obeys this member alone.</summary>
    public bool Stop { get; init; }

    /// <summary>Why it must stop: <c>budget_exceeded:team:day</c>, <c>paused:agent</c>, <c>session_killed</c>.</summary>
    public IReadOnlyList<string> StopReasons { get; init; } = [];

    /// <summary>Where the cost comes from: <c>reported</c>, <c>catalogue</c>, <c>reservation</c>, <c>assumed</c> or <c>unpriced</c>.</summary>
    public string CostSource { get; init; } = "";

    /// <summary>The cost is an estimate: it is assumed, it is what was reserved, or the price lacked a rate that was needed.</summary>
    public bool Estimated { get; init; }

    /// <summary>The part of its cost that neither a reservation nor what the hard budgets had left covered (USD).</summary>
    public decimal OverrunUsd { get; init; }
}

/// <summary>Money to be set aside for a call: either an amount, or tokens whose price says how much.</summary>
public sealed record ReservationRequest
{
    /// <summary>The most that the call may cost in USD: 0 to 1,000,000, rounded up to 9 decimals.</summary>
    public decimal? EstimatedCostUsd { get; init; }

    /// <summary>The model whose price says what the tokens cost; the session's when absent.</summary>
    public string? Model { get; init; }

    /// <summary>The tokens of the whole prompt, cached ones included, without those in <see cref="CacheWriteTokens"/>.</summary>
    public long? InputTokens { get; init; }

    /// <summary>The most output tokens that it may have.</summary>
    public long? MaxOutputTokens { get; init; }

    /// <summary>Further prompt tokens that may be written to the cache; when absent, any of <see cref="InputTokens"/> may be.</summary>
    public long? CacheWriteTokens { get; init; }

    /// <summary>Those of the cache-write tokens that may be written for an hour; when absent, any of them may be.</summary>
    [JsonPropertyName("cache_write_1h_tokens")]
    public long? LongCacheWriteTokens { get; init; }

    /// <summary>How long it holds, in seconds: 1 to 3,600; 300 when absent.</summary>
    public int? TtlSeconds { get; init; }
}

/// <summary>Money set aside for a call that is about to be made.</summary>
public sealed record Reservation
{
    /// <summary>What the usage names that commits it.</summary>
    public Guid Id { get; init; }

    /// <summary>The session that is to spend it.</summary>
    public long SessionId { get; init; }

    /// <summary>What it holds (USD).</summary>
    public decimal AmountUsd { get; init; }

    /// <summary>When it was granted (UTC).</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it runs out (UTC).</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>What the agent may still spend besides.</summary>
    public Budget Budget { get; init; } = new();
}

internal sealed record ReservationExtension(int TtlSeconds);
