using System.Text.Json;

namespace Entourage.Client.Contracts;

/// <summary>An event of a team.</summary>
public sealed record EntourageEvent
{
    /// <summary>The position in the stream, after which the stream can be resumed.</summary>
    public string Position { get; init; } = "";

    /// <summary>The id, which is the same in streams and webhooks.</summary>
    public Guid Id { get; init; }

    /// <summary><c>usage</c>, <c>session</c>, <c>budget</c>, <c>alert</c>, <c>stop</c> or <c>settings</c>.</summary>
    public string Type { get; init; } = "";

    /// <summary>When it happened (UTC).</summary>
    public DateTimeOffset Timestamp { get; init; }

    /// <summary>The team.</summary>
    public Guid TeamId { get; init; }

    /// <summary>The agent that it concerns, or null for all agents of the team.</summary>
    public Guid? AgentId { get; init; }

    /// <summary>The session that it concerns, if any.</summary>
    public long? SessionId { get; init; }

    /// <summary>The members that depend on the type, as a JSON object.</summary>
    public JsonElement Data { get; init; }
}

/// <summary>The server's problem details (RFC 9457).</summary>
internal sealed record ProblemDetails
{
    public string? Type { get; init; }

    public string? Title { get; init; }

    public string? Detail { get; init; }

    public string? TraceId { get; init; }

    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    public BudgetStatus? Budget { get; init; }

    public decimal? MaxReservableUsd { get; init; }

    public bool? WaitingHelps { get; init; }

    public DateTimeOffset? RetryAt { get; init; }

    public string? Scope { get; init; }

    public string? Reason { get; init; }

    public DateTimeOffset? PausedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }
}
