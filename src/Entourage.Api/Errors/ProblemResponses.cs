using System.Text.Json.Serialization;
using Entourage.Application.Budgets;
using Entourage.Domain;
using Entourage.Domain.Stops;

namespace Entourage.Api.Errors;

/// <summary>An error, as RFC 9457 problem details.</summary>
public record ProblemResponse
{
    /// <summary>The stable identifier of the kind of problem, such as <c>/problems/budget-exceeded</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The status in words.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What happened, why, and what to do.</summary>
    public required string? Detail { get; init; }

    /// <summary>The path of the request.</summary>
    public required string Instance { get; init; }

    /// <summary>The id of the request in the server's log.</summary>
    public required string TraceId { get; init; }

    /// <summary>The error messages by member of the request. Omitted if no member is at fault.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors { get; init; }
}

/// <summary>An error that many operations share.</summary>
public sealed record CommonProblem : ProblemResponse;

/// <summary>A body that could not be read, or a request with values that are not allowed.</summary>
public sealed record InvalidRequestProblem : ProblemResponse;

/// <summary>A refusal by a hard budget.</summary>
public sealed record BudgetExceededProblem : ProblemResponse
{
    /// <summary>The refusing budget with the least remaining.</summary>
    public required BudgetStatusResponse Budget { get; init; }

    /// <summary>The largest amount that can be reserved now (USD); 0 if only budgets in tokens refuse.</summary>
    public required Money MaxReservableUsd { get; init; }

    /// <summary>The most tokens that can be reserved now; null if no hard budget in tokens applies.</summary>
    public required long? MaxReservableTokens { get; init; }

    /// <summary>Whether the same request can succeed later without a higher limit.</summary>
    public required bool WaitingHelps { get; init; }

    /// <summary>When all refusing budgets will have reset (UTC); null if waiting does not help or the time is unknown.</summary>
    public required DateTimeOffset? RetryAt { get; init; }
}

/// <summary>Too many requests, or too much spending for a hard limit per minute. Only <c>/problems/rate-exceeded</c> has members of its own.</summary>
public sealed record TooManyRequestsProblem : ProblemResponse
{
    /// <summary>The limit per minute with the least remaining.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BudgetStatusResponse? Budget { get; init; }

    /// <summary>The largest amount that can be reserved now (USD). Omitted if no hard budget in dollars applies.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Money? MaxReservableUsd { get; init; }

    /// <summary>The most tokens that can be reserved now. Omitted if no hard budget in tokens applies.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? MaxReservableTokens { get; init; }

    /// <summary>Always true.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? WaitingHelps { get; init; }

    /// <summary>When the same request can succeed (UTC), if nothing else is spent meanwhile.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? RetryAt { get; init; }
}

/// <summary>A conflict with the current state. Not every kind of conflict has all members.</summary>
/// <remarks>One type for all kinds, because not all generators support a choice of error types for one status.</remarks>
public sealed record ConflictProblem : ProblemResponse
{
    /// <summary>The paused or archived scope. Only in <c>/problems/paused</c> and <c>/problems/archived</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PauseScope? Scope { get; init; }

    /// <summary>The reason for the pause. Only in <c>/problems/paused</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>When the pause began (UTC). Only in <c>/problems/paused</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>When the pause ends (UTC); null if it lasts until it is resumed. Only in <c>/problems/paused</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When the scope was archived (UTC). Only in <c>/problems/archived</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ArchivedAt { get; init; }

    /// <summary>The tasks that must be done first. Only in <c>/problems/task-blocked</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<long>? BlockedBy { get; init; }
}
