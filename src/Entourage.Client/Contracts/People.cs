using System.Text.Json;

namespace Entourage.Client.Contracts;

/// <summary>An alert for the people of a team.</summary>
public sealed record Alert
{
    /// <summary>The id.</summary>
    public Guid Id { get; init; }

    /// <summary>The team of the alert.</summary>
    public Guid TeamId { get; init; }

    /// <summary>The agent that caused it, if any.</summary>
    public Guid? AgentId { get; init; }

    /// <summary>The session that caused it, if any.</summary>
    public long? SessionId { get; init; }

    /// <summary>The task that it concerns, if any.</summary>
    public long? TaskId { get; init; }

    /// <summary>The kind, for example <c>budget_exceeded</c> or <c>runaway_tokens</c>.</summary>
    public string Kind { get; init; } = "";

    /// <summary>The cause. There is one alert per cause and window.</summary>
    public string Cause { get; init; } = "";

    /// <summary>The window in which the cause occurred.</summary>
    public string Window { get; init; } = "";

    /// <summary>The message for people.</summary>
    public string Message { get; init; } = "";

    /// <summary>The figures that belong to the kind, as a JSON object.</summary>
    public JsonElement Details { get; init; }

    /// <summary><c>open</c> or <c>acknowledged</c>.</summary>
    public string Status { get; init; } = "";

    /// <summary>When it was raised (UTC).</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was first acknowledged (UTC).</summary>
    public DateTimeOffset? AcknowledgedAt { get; init; }
}

/// <summary>A human request to create: a question or a request for money from an agent to a person.</summary>
/// <param name="AgentId">The requesting agent.</param>
/// <param name="Kind"><c>budget_increase</c> or <c>question</c>.</param>
/// <param name="Question">The text of the request.</param>
public sealed record NewHumanRequest(Guid AgentId, string Kind, string Question)
{
    /// <summary>A session of the agent. An approved amount raises the cap of that session's task, if the task has one.</summary>
    public long? SessionId { get; init; }

    /// <summary>The requested amount (USD).</summary>
    public decimal? RequestedUsd { get; init; }
}

/// <summary>A person's answer to a human request.</summary>
/// <param name="Decision"><c>approved</c> or <c>denied</c>.</param>
public sealed record HumanRequestAnswer(string Decision)
{
    /// <summary>The message to the agent.</summary>
    public string? Response { get; init; }

    /// <summary>The granted amount (USD). Defaults to the requested amount.</summary>
    public decimal? GrantedUsd { get; init; }
}

/// <summary>A human request and its answer.</summary>
public sealed record HumanRequest
{
    /// <summary>The id.</summary>
    public Guid Id { get; init; }

    /// <summary>The team of the agent.</summary>
    public Guid TeamId { get; init; }

    /// <summary>The requesting agent.</summary>
    public Guid AgentId { get; init; }

    /// <summary>The name of the agent.</summary>
    public string AgentName { get; init; } = "";

    /// <summary>The session that the request names, if any.</summary>
    public long? SessionId { get; init; }

    /// <summary>The task of that session, if any.</summary>
    public long? TaskId { get; init; }

    /// <summary><c>budget_increase</c> or <c>question</c>.</summary>
    public string Kind { get; init; } = "";

    /// <summary>The text of the request.</summary>
    public string Question { get; init; } = "";

    /// <summary>The requested amount (USD).</summary>
    public decimal? RequestedUsd { get; init; }

    /// <summary><c>pending</c>, <c>approved</c> or <c>denied</c>.</summary>
    public string Status { get; init; } = "";

    /// <summary>When the request was made (UTC).</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was answered (UTC).</summary>
    public DateTimeOffset? RespondedAt { get; init; }

    /// <summary>The message to the agent.</summary>
    public string? Response { get; init; }

    /// <summary>The granted amount (USD).</summary>
    public decimal? GrantedUsd { get; init; }

    /// <summary>The scope of the raised cap: <c>task</c> or <c>team</c>.</summary>
    public string? GrantedScope { get; init; }

    /// <summary>When the grant ends (UTC).</summary>
    public DateTimeOffset? GrantEndsAt { get; init; }
}

/// <summary>An API key to create.</summary>
/// <param name="Name">The display name.</param>
/// <param name="Role"><c>agent</c>, <c>lead</c> or <c>admin</c>.</param>
public sealed record NewKey(string Name, string Role)
{
    /// <summary>The team of a lead's key.</summary>
    public Guid? TeamId { get; init; }

    /// <summary>The agent of an agent's key.</summary>
    public Guid? AgentId { get; init; }

    /// <summary>When the key expires (UTC). Defaults to never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>An API key.</summary>
public sealed record ApiKey
{
    /// <summary>The id.</summary>
    public Guid Id { get; init; }

    /// <summary>The display name.</summary>
    public string Name { get; init; } = "";

    /// <summary><c>agent</c>, <c>lead</c> or <c>admin</c>.</summary>
    public string Role { get; init; } = "";

    /// <summary>The team that the key is limited to, if any.</summary>
    public Guid? TeamId { get; init; }

    /// <summary>The agent that the key is limited to, if any.</summary>
    public Guid? AgentId { get; init; }

    /// <summary>The secret, only in the response that creates the key.</summary>
    public string? Key { get; init; }

    /// <summary>When it was created (UTC).</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When the key expires (UTC).</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
