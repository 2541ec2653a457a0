using System.Text.Json;
using Entourage.Application.Json;
using Entourage.Domain;
using Entourage.Domain.Events;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Events;

/// <summary>What watchers and webhooks are told of one event.</summary>
/// <param name="Sequence">Its place in the list of usages or in that of the stored events.</param>
/// <param name="Kind">What it tells of.</param>
/// <param name="Id">A version-7 UUID, the same wherever it is told: a usage's is that of its record.</param>
/// <param name="TeamId">The team.</param>
/// <param name="AgentId">The agent that it is about; null when it concerns all agents of the team.</param>
/// <param name="SessionId">The session that it is about, if it is about one.</param>
/// <param name="At">When it happened (UTC); of a usage, when it was recorded.</param>
/// <param name="Data">What is told: a JSON object.</param>
public sealed record EventMessage(
    long Sequence, EventKind Kind, Guid Id, Guid TeamId, Guid? AgentId, long? SessionId, DateTimeOffset At, string Data)
{
    /// <summary>Whether it concerns an agent: it is about that one, or about all of the team.</summary>
    public bool Concerns(Guid agentId) => AgentId is null || AgentId == agentId;

    /// <summary>Writes it as one JSON object.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("type", EnumNames.Of(Kind));
        json.WriteString("id", Id);
        json.WriteString("timestamp", UtcJsonConverter.TextOf(At));
        json.WriteString("team_id", TeamId);
        if (AgentId is { } agentId)
        {
            json.WriteString("agent_id", agentId);
        }

        if (SessionId is { } sessionId)
        {
            json.WriteNumber("session_id", sessionId);
        }

        json.WritePropertyName("data");
        json.WriteRawValue(Data, skipInputValidation: true);
        json.WriteEndObject();
    }
}

/// <summary>What is told of a usage. Members that say nothing are left out.</summary>
public sealed record UsageEventData
{
    /// <summary>The order in which the store took it.</summary>
    public required long Sequence { get; init; }

    /// <summary>The model used, if somebody said.</summary>
    public required string? Model { get; init; }

    /// <summary>Input tokens.</summary>
    public required long InputTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public required long OutputTokens { get; init; }

    /// <summary>Cache-read tokens; left out when there are none.</summary>
    public required long? CacheReadTokens { get; init; }

    /// <summary>Cache-write tokens; left out when there are none.</summary>
    public required long? CacheWriteTokens { get; init; }

    /// <summary>The cost (USD); zero while it is unpriced. Of a correction the difference, which may be less than zero.</summary>
    public required Money CostUsd { get; init; }

    /// <summary>Where the cost comes from.</summary>
    public required CostSource CostSource { get; init; }

    /// <summary>The cost is an estimate: it is assumed, it is what was reserved, or the price lacked a rate that was needed.</summary>
    public required bool Estimated { get; init; }

    /// <summary>How it is paid for.</summary>
    public required Billing Billing { get; init; }

    /// <summary>The part of the cost that nothing had granted (USD); left out when there is none.</summary>
    public required Money? OverrunUsd { get; init; }

    /// <summary>When the money was spent (UTC).</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>The sequence of the record that this one corrects.</summary>
    public required long? Corrects { get; init; }

    /// <summary>The error of a failed call.</summary>
    public required string? Error { get; init; }

    /// <summary>Itself as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, EntourageJson.Stored);
}
