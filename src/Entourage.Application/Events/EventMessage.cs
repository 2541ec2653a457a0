using System.Buffers;
using System.Text.Json;
using Entourage.Application.Json;
using Entourage.Domain;
using Entourage.Domain.Events;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Events;

/// <summary>An event as subscribers and webhooks receive it. It is serialised once, when it is created.</summary>
public sealed class EventMessage
{
    private readonly byte[] json;
    private readonly int dataStart;

    /// <summary>Creates and serialises an event.</summary>
    /// <param name="sequence">Its number among the usage records, or among the stored events for every other kind.</param>
    /// <param name="kind">The kind of event.</param>
    /// <param name="id">A version-7 UUID. For a usage it is the id of the record.</param>
    /// <param name="teamId">The team.</param>
    /// <param name="agentId">The agent concerned; null for all agents of the team.</param>
    /// <param name="sessionId">The session concerned, if any.</param>
    /// <param name="at">When it happened (UTC). For a usage, when it was recorded.</param>
    /// <param name="data">The payload, a JSON object. It is not validated.</param>
    public EventMessage(
        long sequence, EventKind kind, Guid id, Guid teamId, Guid? agentId, long? sessionId, DateTimeOffset at, string data)
    {
        ArgumentNullException.ThrowIfNull(data);
        (Sequence, Kind, Id, TeamId, AgentId, SessionId, At) = (sequence, kind, id, teamId, agentId, sessionId, at);
        (json, dataStart) = Serialize(data);
    }

    /// <summary>Its number among the usage records, or among the stored events for every other kind.</summary>
    public long Sequence { get; }

    /// <summary>The kind of event.</summary>
    public EventKind Kind { get; }

    /// <summary>A version-7 UUID that is the same in every stream and webhook. For a usage it is the id of the record.</summary>
    public Guid Id { get; }

    /// <summary>The team.</summary>
    public Guid TeamId { get; }

    /// <summary>The agent concerned; null for all agents of the team.</summary>
    public Guid? AgentId { get; }

    /// <summary>The session concerned, if any.</summary>
    public long? SessionId { get; }

    /// <summary>When it happened (UTC). For a usage, when it was recorded.</summary>
    public DateTimeOffset At { get; }

    /// <summary>The whole event as a JSON object (UTF-8).</summary>
    public ReadOnlyMemory<byte> Json => json;

    /// <summary>The payload, a JSON object (UTF-8) that depends on the kind. It shares the memory of <see cref="Json"/>.</summary>
    public ReadOnlyMemory<byte> Data => json.AsMemory(dataStart, json.Length - dataStart - 1);

    /// <summary>Whether the event concerns this agent, or all agents of the team.</summary>
    public bool Concerns(Guid agentId) => AgentId is null || AgentId == agentId;

    private (byte[] Json, int DataStart) Serialize(string data)
    {
        var buffer = new ArrayBufferWriter<byte>(256 + data.Length);
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        writer.WriteStartObject();
        writer.WriteString("type", EnumNames.Of(Kind));
        writer.WriteString("id", Id);
        writer.WriteString("timestamp", UtcJsonConverter.TextOf(At));
        writer.WriteString("team_id", TeamId);
        if (AgentId is { } agentId)
        {
            writer.WriteString("agent_id", agentId);
        }

        if (SessionId is { } sessionId)
        {
            writer.WriteNumber("session_id", sessionId);
        }

        writer.WritePropertyName("data");
        writer.Flush();
        var start = buffer.WrittenCount;
        writer.WriteRawValue(data, skipInputValidation: true);
        writer.WriteEndObject();
        writer.Flush();
        return (buffer.WrittenSpan.ToArray(), start);
    }
}

/// <summary>The payload of a usage event. Members without a value are omitted.</summary>
internal sealed record UsageEventData
{
    /// <summary>The number of the usage record.</summary>
    public required long Sequence { get; init; }

    /// <summary>The model used, if it was reported.</summary>
    public required string? Model { get; init; }

    /// <summary>Input tokens.</summary>
    public required long InputTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public required long OutputTokens { get; init; }

    /// <summary>Cache-read tokens; omitted if zero.</summary>
    public required long? CacheReadTokens { get; init; }

    /// <summary>Cache-write tokens; omitted if zero.</summary>
    public required long? CacheWriteTokens { get; init; }

    /// <summary>The cost (USD); zero while it is unpriced. For a correction, the difference, which may be negative.</summary>
    public required Money CostUsd { get; init; }

    /// <summary>Where the cost comes from.</summary>
    public required CostSource CostSource { get; init; }

    /// <summary>Whether the cost is assumed, taken from the reservation, or priced with a rate missing.</summary>
    public required bool Estimated { get; init; }

    /// <summary>Whether it is billed by the token or covered by a subscription.</summary>
    public required Billing Billing { get; init; }

    /// <summary>The part of the cost that no reservation covered and no budget had left (USD); omitted if zero.</summary>
    public required Money? OverrunUsd { get; init; }

    /// <summary>When the money was spent (UTC).</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>The number of the usage record that this one corrects.</summary>
    public required long? Corrects { get; init; }

    /// <summary>The error, if the call failed.</summary>
    public required string? Error { get; init; }

    /// <summary>Serialises the payload as a JSON object.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, EntourageJson.Stored);
}
