using System.Text.Json;
using Entourage.Application.Json;
using Entourage.Domain;
using Entourage.Domain.Events;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Events;

/// <summary>An event as streams and webhooks deliver it.</summary>
/// <param name="Sequence">Its position among the usages or among the stored events.</param>
/// <param name="Kind">The kind of event.</param>
/// <param name="Id">A version-7 UUID, the same in every delivery. A usage event has the id of its record.</param>
/// <param name="TeamId">The team.</param>
/// <param name="AgentId">The agent concerned; null if the event concerns all agents of the team.</param>
/// <param name="SessionId">The session concerned, if any.</param>
/// <param name="At">When the event happened (UTC). For a usage, when it was recorded.</param>
/// <param name="Data">The payload: a JSON object.</param>
public sealed record EventMessage(
    long Sequence, EventKind Kind, Guid Id, Guid TeamId, Guid? AgentId, long? SessionId, DateTimeOffset At, string Data)
{
    /// <summary>Whether the event concerns an agent, or all agents of its team.</summary>
    public bool Concerns(Guid agentId) => AgentId is null || AgentId == agentId;

    /// <summary>Writes the event as one JSON object.</summary>
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

/// <summary>The payload of a usage event. Empty members are omitted.</summary>
public sealed record UsageEventData
{
    /// <summary>The position in the order of recording.</summary>
    public required long Sequence { get; init; }

    /// <summary>The model, if known.</summary>
    public required string? Model { get; init; }

    /// <summary>Input tokens.</summary>
    public required long InputTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public required long OutputTokens { get; init; }

    /// <summary>Cache-read tokens; omitted if there are none.</summary>
    public required long? CacheReadTokens { get; init; }

    /// <summary>Cache-write tokens; omitted if there are none.</summary>
    public required long? CacheWriteTokens { get; init; }

    /// <summary>The cost (USD); zero while it is unpriced. For a correction the difference, which can be negative.</summary>
    public required Money CostUsd { get; init; }

    /// <summary>The source of the cost.</summary>
    public required CostSource CostSource { get; init; }

    /// <summary>Whether the cost is an estimate: it is assumed, taken from the reservation, or priced with a rate missing.</summary>
    public required bool Estimated { get; init; }

    /// <summary>How the usage is billed.</summary>
    public required Billing Billing { get; init; }

    /// <summary>The part of the cost that no reservation covered and no budget had left (USD); omitted if there is none.</summary>
    public required Money? OverrunUsd { get; init; }

    /// <summary>When the money was spent (UTC).</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>The sequence of the record that this one corrects.</summary>
    public required long? Corrects { get; init; }

    /// <summary>The error of a failed call.</summary>
    public required string? Error { get; init; }

    /// <summary>Serialises the payload.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, EntourageJson.Stored);
}
