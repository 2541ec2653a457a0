using System.Text.Json.Serialization;
using Entourage.Application.Json;
using Entourage.Application.Ledger;
using Entourage.Application.Sessions;
using Entourage.Domain;
using Entourage.Domain.Sessions;

namespace Entourage.Api.Mcp;

// The arguments of tools, which their schemas describe. Required arguments are nullable, so that a missing one is a validation error.

internal sealed record CheckBudgetArguments(Guid? AgentId = null, long? TaskId = null);

internal sealed record StartSessionArguments(
    Guid? AgentId = null,
    long? TaskId = null,
    string? Model = null,
    long? ParentSessionId = null,
    string? ParentToken = null,
    string? IdempotencyKey = null,
    IReadOnlyDictionary<string, string>? Labels = null);

internal sealed record ReserveBudgetArguments(
    long? SessionId = null,
    [property: JsonConverter(typeof(RoundedMoneyJsonConverter))] Money? EstimatedCostUsd = null,
    string? Model = null,
    long? InputTokens = null,
    long? MaxOutputTokens = null,
    long? CacheWriteTokens = null,
    long? TtlSeconds = null,
    string? IdempotencyKey = null,
    IReadOnlyDictionary<string, string>? Labels = null);

internal sealed record EndSessionArguments(long? SessionId = null, SessionOutcome? Outcome = null, string? Error = null);

internal sealed record RequestIncreaseArguments(
    Guid? AgentId = null, long? SessionId = null, string? Question = null, Money? RequestedUsd = null, string? IdempotencyKey = null);

internal sealed record ListSessionsArguments(Guid? AgentId = null, long? TaskId = null, SessionStatus? Status = null, int? Limit = null);

/// <summary>The sessions of an agent, newest first.</summary>
internal sealed record SessionList(IReadOnlyList<SessionResponse> Sessions);
