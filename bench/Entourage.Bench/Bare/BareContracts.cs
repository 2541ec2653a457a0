namespace Entourage.Bench.Bare;

/// <summary>Entourage's usage request, with the framework's own types.</summary>
public sealed record BareUsage(
    long? InputTokens,
    long? OutputTokens,
    long? CacheReadTokens = null,
    long? CacheWriteTokens = null,
    decimal? CostUsd = null,
    string? Model = null,
    DateTimeOffset? OccurredAt = null,
    string? Error = null,
    string? Billing = null,
    Guid? ReservationId = null);

/// <summary>Entourage's answer to a usage.</summary>
public sealed record BareSession(
    long Id,
    long SessionId,
    Guid AgentId,
    string AgentName,
    long? TaskId,
    string? TaskTitle,
    string? Model,
    string Status,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    long DurationMinutes,
    long InputTokens,
    long OutputTokens,
    long CacheReadTokens,
    long CacheWriteTokens,
    long Tokens,
    decimal CostUsd,
    decimal TreeCostUsd,
    decimal ImputedCostUsd,
    decimal ReservedUsd,
    long? ParentSessionId,
    string? Error,
    Guid UsageId,
    BareBudget Budget,
    bool OverBudget,
    bool Stop,
    IReadOnlyList<string> StopReasons,
    string CostSource);

/// <summary>Entourage's budget object.</summary>
public sealed record BareBudget(
    decimal? DailyLimitUsd,
    decimal DailySpentUsd,
    decimal? DailyRemainingUsd,
    decimal? TaskLimitUsd,
    decimal? TaskSpentUsd,
    bool OverBudget,
    decimal ReservedUsd,
    bool Stop,
    IReadOnlyList<string> StopReasons,
    DateTimeOffset? ResetsAt,
    IReadOnlyList<BareCap> Budgets);

/// <summary>A cap in the budget object.</summary>
public sealed record BareCap(
    string Scope,
    Guid ScopeId,
    string Period,
    string Enforcement,
    decimal LimitUsd,
    decimal SpentUsd,
    decimal ReservedUsd,
    decimal RemainingUsd,
    bool Over,
    DateTimeOffset? ResetsAt);
