using System.Text.Json.Serialization;

namespace Entourage.Client.Contracts;

/// <summary>A session to start.</summary>
/// <param name="AgentId">The agent of the session.</param>
/// <param name="TaskId">The task that the session works on.</param>
/// <param name="Model">The model of usage that names none. Defaults to the agent's model.</param>
/// <param name="ParentSessionId">The parent session of a sub-agent's session. With an agent's key, it must be a session of the same agent.</param>
/// <param name="ParentToken">A one-time token that makes another agent's session the parent. See <see cref="ChildToken"/>.</param>
public sealed record SessionStart(
    Guid AgentId, long? TaskId = null, string? Model = null, long? ParentSessionId = null, string? ParentToken = null)
{
    /// <summary>
    /// What the session's usage is for, for example <c>customer</c> = <c>acme</c>: up to 10 labels with the inherited ones. A key has 1 to 40 letters, digits,
    /// dots, hyphens or underscores, a value 1 to 100 characters.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

/// <summary>A one-time token to create, with which another agent can start a session below an existing one.</summary>
/// <param name="AgentId">The only agent of the team that can use the token. Defaults to any of them.</param>
/// <param name="TtlSeconds">The lifetime in seconds, from 1 to 3,600. Defaults to 300.</param>
public sealed record NewChildToken(Guid? AgentId = null, int? TtlSeconds = null);

/// <summary>A one-time token with which another agent can start a session below an existing one. The new session counts against the parent's cap.</summary>
/// <param name="Token">The secret to send as <see cref="SessionStart.ParentToken"/>. It cannot be read again.</param>
/// <param name="SessionId">The parent session.</param>
/// <param name="AgentId">The only agent that can use the token, or null for any agent of the team.</param>
/// <param name="ExpiresAt">When the token expires (UTC).</param>
public sealed record ChildToken(string Token, long SessionId, Guid? AgentId, DateTimeOffset ExpiresAt);

/// <summary>How a session ended.</summary>
/// <param name="Outcome"><c>completed</c> or <c>failed</c>. Defaults to <c>failed</c> if there is an error, otherwise to <c>completed</c>.</param>
/// <param name="Error">The error that ended the session.</param>
public sealed record SessionEnd(string? Outcome = null, string? Error = null);

/// <summary>A session with its usage. Costs are in USD.</summary>
public record Session
{
    /// <summary>The number of the session.</summary>
    public long Id { get; init; }

    /// <summary>The agent of the session.</summary>
    public Guid AgentId { get; init; }

    /// <summary>The name of the agent.</summary>
    public string AgentName { get; init; } = "";

    /// <summary>The task, if any.</summary>
    public long? TaskId { get; init; }

    /// <summary>The title of the task.</summary>
    public string? TaskTitle { get; init; }

    /// <summary>The model of usage that names none.</summary>
    public string? Model { get; init; }

    /// <summary>The labels by key, including those of the parent session.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary><c>active</c>, <c>completed</c>, <c>failed</c>, <c>killed</c> or <c>abandoned</c>.</summary>
    public string Status { get; init; } = "";

    /// <summary>When the session started (UTC).</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When the session ended (UTC).</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Whole minutes from the start to the end, or to now.</summary>
    public long DurationMinutes { get; init; }

    /// <summary>Input tokens.</summary>
    public long InputTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public long OutputTokens { get; init; }

    /// <summary>Cache-read tokens.</summary>
    public long CacheReadTokens { get; init; }

    /// <summary>Cache-write tokens.</summary>
    public long CacheWriteTokens { get; init; }

    /// <summary>The sum of input and output tokens.</summary>
    public long Tokens { get; init; }

    /// <summary>The recorded cost of the session.</summary>
    public decimal CostUsd { get; init; }

    /// <summary>The recorded cost of the session and the sessions of its sub-agents.</summary>
    public decimal TreeCostUsd { get; init; }

    /// <summary>What usage under a subscription would have cost by the token. It counts against no cap.</summary>
    public decimal ImputedCostUsd { get; init; }

    /// <summary>The amount of the session's live reservations.</summary>
    public decimal ReservedUsd { get; init; }

    /// <summary>The parent session, if any.</summary>
    public long? ParentSessionId { get; init; }

    /// <summary>Why the session failed or was killed.</summary>
    public string? Error { get; init; }

    /// <summary>The session's calls through the gateway; null if it made none. Only <see cref="EntourageClient.GetSessionAsync"/> returns them.</summary>
    public GatewayCalls? Gateway { get; init; }
}

/// <summary>The calls of a session through the gateway, without those of its sub-agents.</summary>
public sealed record GatewayCalls
{
    /// <summary>The calls that were let through, running ones included.</summary>
    public long Calls { get; init; }

    /// <summary>The calls that are running now.</summary>
    public long RunningCalls { get; init; }

    /// <summary>The calls that a budget refused. They are not among the <see cref="Calls"/>.</summary>
    public long RefusedCalls { get; init; }

    /// <summary>The calls whose output limit was lowered to what the budgets had left.</summary>
    public long LoweredCalls { get; init; }

    /// <summary>The calls that were sent to another model than they asked for.</summary>
    public long FallbackCalls { get; init; }

    /// <summary>When a budget last refused a call (UTC).</summary>
    public DateTimeOffset? LastRefusedAt { get; init; }
}

/// <summary>Usage to report for a session.</summary>
/// <param name="InputTokens">Input tokens without cached ones.</param>
/// <param name="OutputTokens">Output tokens.</param>
public sealed record Usage(long InputTokens, long OutputTokens)
{
    /// <summary>Input tokens read from the provider's cache.</summary>
    public long? CacheReadTokens { get; init; }

    /// <summary>Input tokens written to the provider's cache.</summary>
    public long? CacheWriteTokens { get; init; }

    /// <summary>The part of <see cref="CacheWriteTokens"/> that was written for an hour.</summary>
    [JsonPropertyName("cache_write_1h_tokens")]
    public long? CacheWrite1hTokens { get; init; }

    /// <summary>Whether the call used the provider's discounted batch API.</summary>
    public bool? Batch { get; init; }

    /// <summary>The cost in USD, from 0 to 1,000,000, rounded up to 9 decimals. Omit it to let the server compute it from the model's price.</summary>
    public decimal? CostUsd { get; init; }

    /// <summary>The model. Defaults to the session's model.</summary>
    public string? Model { get; init; }

    /// <summary>The reservation of the session that this usage commits.</summary>
    public Guid? ReservationId { get; init; }

    /// <summary>When the money was spent, at most 5 minutes ahead and 30 days back. Defaults to now.</summary>
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>A short error message if the call failed.</summary>
    public string? Error { get; init; }

    /// <summary><c>api</c> (the default), or <c>subscription</c>, which counts against no cap.</summary>
    public string? Billing { get; init; }

    /// <summary>Labels of this usage alone, which add to those of the session or replace them.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

/// <summary>The session after a usage was recorded, and whether its agent must stop.</summary>
public sealed record UsageAnswer : Session
{
    /// <summary>The id of the new usage record.</summary>
    public Guid UsageId { get; init; }

    /// <summary>What the agent can still spend.</summary>
    public Budget Budget { get; init; } = new();

    /// <summary>Whether a hard budget that applies is used up.</summary>
    public bool OverBudget { get; init; }

    /// <summary>Whether the agent must stop. Check this member rather than <see cref="OverBudget"/>.</summary>
    public bool Stop { get; init; }

    /// <summary>Why the agent must stop, for example <c>budget_exceeded:team:day</c>, <c>paused:agent</c> or <c>session_killed</c>.</summary>
    public IReadOnlyList<string> StopReasons { get; init; } = [];

    /// <summary>The source of the cost: <c>reported</c>, <c>catalogue</c>, <c>reservation</c>, <c>assumed</c> or <c>unpriced</c>.</summary>
    public string CostSource { get; init; } = "";

    /// <summary>Whether the cost is an estimate: assumed, taken from the reservation, or priced with a rate missing.</summary>
    public bool Estimated { get; init; }

    /// <summary>The part of the cost that no reservation covered and no hard budget had left (USD).</summary>
    public decimal OverrunUsd { get; init; }
}

/// <summary>A reservation to make: either an amount, or tokens that the server prices.</summary>
public sealed record ReservationRequest
{
    /// <summary>The most that the call can cost in USD, from 0 to 1,000,000, rounded up to 9 decimals.</summary>
    public decimal? EstimatedCostUsd { get; init; }

    /// <summary>The model whose price applies to the tokens. Defaults to the session's model.</summary>
    public string? Model { get; init; }

    /// <summary>The tokens of the whole prompt, including cached ones but without <see cref="CacheWriteTokens"/>.</summary>
    public long? InputTokens { get; init; }

    /// <summary>The most output tokens of the call.</summary>
    public long? MaxOutputTokens { get; init; }

    /// <summary>Further prompt tokens that can be written to the cache. If omitted, any of <see cref="InputTokens"/> can be.</summary>
    public long? CacheWriteTokens { get; init; }

    /// <summary>The part of the cache-write tokens that can be written for an hour. If omitted, any of them can be.</summary>
    [JsonPropertyName("cache_write_1h_tokens")]
    public long? LongCacheWriteTokens { get; init; }

    /// <summary>The lifetime in seconds, from 1 to 3,600. Defaults to 300.</summary>
    public int? TtlSeconds { get; init; }

    /// <summary>Labels of this call alone, which add to those of the session or replace them.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

/// <summary>An amount that is reserved for a call.</summary>
public sealed record Reservation
{
    /// <summary>The id to send as <see cref="Usage.ReservationId"/>, which commits the reservation.</summary>
    public Guid Id { get; init; }

    /// <summary>The session that reserved it.</summary>
    public long SessionId { get; init; }

    /// <summary>The reserved amount (USD).</summary>
    public decimal AmountUsd { get; init; }

    /// <summary>When the reservation was made (UTC).</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the reservation expires (UTC).</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>What the agent can still spend besides the reservation.</summary>
    public Budget Budget { get; init; } = new();
}

internal sealed record ReservationExtension(int TtlSeconds);
