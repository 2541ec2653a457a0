using System.Text.Json.Serialization;
using Entourage.Application.Json;
using Entourage.Application.Ledger;
using Entourage.Application.Reservations;
using Entourage.Application.Sessions;
using Entourage.Application.Settings;
using Entourage.Domain.Agents;
using Entourage.Domain.Budgets;
using Entourage.Domain.Events;
using Entourage.Domain.Sessions;
using Entourage.Domain.Tasks;
using Entourage.Domain.Webhooks;
using Entourage.Domain;

namespace Entourage.Api.Contracts;

// Members without a default are required. They are nullable all the same: their absence is a validation error with the
// member's name, and not a body of the wrong shape.

/// <summary>A new organisation.</summary>
/// <param name="Name">Required. The display name, up to 200 characters.</param>
/// <param name="Slug">Required. The name in addresses: 1 to 100 of a-z, 0-9 and hyphen; unique.</param>
public sealed record CreateOrganisationRequest(string? Name, string? Slug);

/// <summary>A new team.</summary>
/// <param name="Name">Required. The display name, up to 200 characters.</param>
/// <param name="Slug">Required. The name in addresses: 1 to 100 of a-z, 0-9 and hyphen; unique in the organisation.</param>
/// <param name="Timezone">The IANA time zone of its days; UTC when absent.</param>
public sealed record CreateTeamRequest(string? Name, string? Slug, string? Timezone = null);

/// <summary>A new agent.</summary>
/// <param name="Name">Required. Up to 200 characters; unique in the team.</param>
/// <param name="Role">What it does; engineer when absent.</param>
/// <param name="Model">The model that its sessions use unless they say otherwise.</param>
public sealed record CreateAgentRequest(string? Name, AgentRole? Role = null, string? Model = null);

/// <summary>Changes of an agent; an absent member stays as it is.</summary>
public sealed record ChangeAgentRequest
{
    /// <summary>Up to 200 characters; unique in the team.</summary>
    public Patch<string> Name { get; init; }

    /// <summary>What it does.</summary>
    public Patch<AgentRole> Role { get; init; }

    /// <summary>The model that its sessions use unless they say otherwise; null for none.</summary>
    public Patch<string?> Model { get; init; }
}

/// <summary>A new task.</summary>
/// <param name="Title">Required. What is to be done, in a line of up to 500 characters.</param>
/// <param name="Description">What is to be done, at length.</param>
/// <param name="Priority">How pressing it is; medium when absent.</param>
/// <param name="TaskType">What kind of work it is; other when absent.</param>
/// <param name="Tags">Labels; one of the form <c>budget:X</c> caps the task at X dollars.</param>
/// <param name="DependsOn">The tasks of the team that must be done before it can start.</param>
/// <param name="AssigneeId">The agent of the team that it is given to.</param>
public sealed record CreateTaskRequest(
    string? Title,
    string? Description = null,
    TaskPriority? Priority = null,
    TaskType? TaskType = null,
    IReadOnlyList<string>? Tags = null,
    IReadOnlyList<long>? DependsOn = null,
    Guid? AssigneeId = null);

/// <summary>Changes of a task; an absent member stays as it is.</summary>
public sealed record ChangeTaskRequest
{
    /// <summary>What is to be done, in a line of up to 500 characters.</summary>
    public Patch<string> Title { get; init; }

    /// <summary>What is to be done, at length; null for none.</summary>
    public Patch<string?> Description { get; init; }

    /// <summary>How pressing it is.</summary>
    public Patch<TaskPriority> Priority { get; init; }

    /// <summary>What kind of work it is.</summary>
    public Patch<TaskType> TaskType { get; init; }

    /// <summary>Labels, all of them; a <c>budget:X</c> among them is the task's cap from now on.</summary>
    public Patch<IReadOnlyList<string>?> Tags { get; init; }

    /// <summary>The tasks of the team that must be done before it can start, all of them.</summary>
    public Patch<IReadOnlyList<long>?> DependsOn { get; init; }

    /// <summary>The agent of the team that it is given to; null for none.</summary>
    public Patch<Guid?> AssigneeId { get; init; }
}

/// <summary>A task's new status.</summary>
/// <param name="Status">Required. The status it is to have.</param>
public sealed record ChangeTaskStatusRequest(WorkTaskStatus? Status);

/// <summary>The start of a session.</summary>
/// <param name="AgentId">Required. The agent that is to work.</param>
/// <param name="TaskId">The task it works on.</param>
/// <param name="Model">The model; the agent's when absent.</param>
/// <param name="ParentSessionId">The session whose sub-agent this one is. With an agent's key: one of its own; for another agent's, send its token.</param>
/// <param name="ParentToken">A one-time token of another agent's session, which is the parent then.</param>
public sealed record StartSessionRequest(
    Guid? AgentId, long? TaskId = null, string? Model = null, long? ParentSessionId = null, string? ParentToken = null);

/// <summary>A one-time token with which another agent may start a session below one.</summary>
/// <param name="AgentId">The one agent of the team that may use it; any of them when absent.</param>
/// <param name="TtlSeconds">How long it lasts, in seconds: 1 to 3,600; 300 when absent.</param>
public sealed record CreateChildTokenRequest(Guid? AgentId = null, long? TtlSeconds = null);

/// <summary>What a session used since it last said so.</summary>
/// <param name="InputTokens">Required. Input tokens, cached ones not included: 0 to 1,000,000,000.</param>
/// <param name="OutputTokens">Required. Output tokens.</param>
/// <param name="CacheReadTokens">Input tokens read from the provider's cache.</param>
/// <param name="CacheWriteTokens">Input tokens written to the provider's cache.</param>
/// <param name="CacheWrite1hTokens">Those of the cache-write tokens that were written for an hour.</param>
/// <param name="Batch">Whether it went through the provider's batch API, at its discount.</param>
/// <param name="CostUsd">The cost in USD: 0 to 1,000,000, rounded up to 9 decimals; absent when the caller does not know it: the model's price says then.</param>
/// <param name="Model">The model; the session's when absent.</param>
/// <param name="ReservationId">The reservation of the session that it commits; none when absent.</param>
/// <param name="OccurredAt">When the money was spent: at most 5 minutes ahead and 30 days back; now when absent.</param>
/// <param name="Error">A short text of the error, where the call failed.</param>
/// <param name="Billing">How it is paid for; api when absent. What a subscription covers counts against no cap.</param>
public record RecordUsageRequest(
    long? InputTokens,
    long? OutputTokens,
    long? CacheReadTokens = null,
    long? CacheWriteTokens = null,
    [property: JsonPropertyName("cache_write_1h_tokens")] long? CacheWrite1hTokens = null,
    bool? Batch = null,
    [property: JsonConverter(typeof(RoundedMoneyJsonConverter))] Money? CostUsd = null,
    string? Model = null,
    Guid? ReservationId = null,
    DateTimeOffset? OccurredAt = null,
    string? Error = null,
    Billing? Billing = null)
{
    /// <summary>The command for a session.</summary>
    internal RecordUsageCommand ToCommand(long sessionId, string? idempotencyKey) => new(
        sessionId,
        InputTokens,
        OutputTokens,
        CacheReadTokens,
        CacheWriteTokens,
        CacheWrite1hTokens,
        Batch ?? false,
        CostUsd,
        Model,
        ReservationId,
        OccurredAt,
        Error,
        Billing ?? Domain.Sessions.Billing.Api,
        idempotencyKey);
}

/// <summary>Money to be set aside for a call.</summary>
/// <param name="EstimatedCostUsd">The most that the call may cost in USD: 0 to 1,000,000, rounded up to 9 decimals. Required, unless the tokens are given.</param>
/// <param name="Model">The model whose price says what the tokens cost; the session's when absent.</param>
/// <param name="InputTokens">The tokens of the whole prompt, cached ones included, without those in <c>cache_write_tokens</c>.</param>
/// <param name="MaxOutputTokens">The most output tokens that it may have.</param>
/// <param name="CacheWriteTokens">Further prompt tokens that may be written to the cache; when absent, any of <c>input_tokens</c> may be.</param>
/// <param name="CacheWrite1hTokens">Those of the cache-write tokens that may be written for an hour; when absent, any of them may be.</param>
/// <param name="TtlSeconds">How long it holds, in seconds: 1 to 3,600; 300 when absent.</param>
public sealed record ReserveRequest(
    [property: JsonConverter(typeof(RoundedMoneyJsonConverter))] Money? EstimatedCostUsd = null,
    string? Model = null,
    long? InputTokens = null,
    long? MaxOutputTokens = null,
    long? CacheWriteTokens = null,
    [property: JsonPropertyName("cache_write_1h_tokens")] long? CacheWrite1hTokens = null,
    long? TtlSeconds = null)
{
    /// <summary>The command for a session.</summary>
    internal ReserveSpendCommand ToCommand(long sessionId, string? idempotencyKey) =>
        new(sessionId, EstimatedCostUsd, Model, InputTokens, MaxOutputTokens, CacheWriteTokens, CacheWrite1hTokens, TtlSeconds, idempotencyKey);
}

/// <summary>A longer time for a reservation.</summary>
/// <param name="TtlSeconds">Required. How long it holds from now on, in seconds: 1 to 3,600. It never holds shorter than it did.</param>
public sealed record ExtendReservationRequest(long? TtlSeconds);

/// <summary>How a session ended.</summary>
/// <param name="Outcome">How it went; completed when absent, or failed where there is an error.</param>
/// <param name="Error">The error that ended it.</param>
public sealed record EndSessionRequest(SessionOutcome? Outcome = null, string? Error = null);

/// <summary>The end of a session by somebody else than its agent.</summary>
/// <param name="Reason">Required. Why, in a line of up to 500 characters.</param>
public sealed record KillSessionRequest(string? Reason);

/// <summary>A pause.</summary>
/// <param name="Reason">Required. Why, in a line of up to 500 characters.</param>
/// <param name="ExpiresAt">When it runs out by itself, ahead; never when absent.</param>
public sealed record PauseRequest(string? Reason, DateTimeOffset? ExpiresAt = null);

/// <summary>The end of a pause.</summary>
/// <param name="Reason">Why, in a line of up to 500 characters.</param>
public sealed record ResumeRequest(string? Reason = null);

/// <summary>Changes of a team's settings (a JSON merge patch): absent is unchanged, null is no limit.</summary>
public sealed record ChangeTeamSettingsRequest
{
    /// <summary>USD a day of the team's zone, all agents together.</summary>
    public Patch<Money?> DailyCostLimitUsd { get; init; }

    /// <summary>USD a week from Monday.</summary>
    public Patch<Money?> WeeklyCostLimitUsd { get; init; }

    /// <summary>USD a calendar month.</summary>
    public Patch<Money?> MonthlyCostLimitUsd { get; init; }

    /// <summary>USD for each task that has no <c>budget:X</c> tag.</summary>
    public Patch<Money?> TaskCostLimitUsd { get; init; }

    /// <summary>USD for each session together with the sessions of its sub-agents.</summary>
    public Patch<Money?> SessionCostLimitUsd { get; init; }

    /// <summary>USD a day for each agent that has no limit of its own.</summary>
    public Patch<Money?> AgentDailyCostLimitUsd { get; init; }

    /// <summary>Whether the budgets refuse or only watch.</summary>
    public Patch<Enforcement> Enforcement { get; init; }

    /// <summary>What becomes of a session whose usage leaves nothing of a hard cap: stop tells it to, kill ends it and its sub-agents'.</summary>
    public Patch<OnExceed> OnExceed { get; init; }

    /// <summary>After how many minutes of silence an active session is given up: 5 to 10,080; null is never.</summary>
    public Patch<long?> AbandonedAfterMinutes { get; init; }

    /// <summary>The shares of a budget that are told when they are spent: up to 10, rising, above 0 and up to 10; null is none.</summary>
    public Patch<IReadOnlyList<decimal>?> AlertThresholds { get; init; }

    /// <summary>When a session has run away: a merge patch of its own, so an absent member of it is unchanged.</summary>
    public Patch<RunawayPatch?> Runaway { get; init; }

    /// <summary>Whether a task with no cap takes the upper end of its type's reasonable budget.</summary>
    public Patch<bool> ApplyGuidelineBudgets { get; init; }

    /// <summary>What becomes of work on a model that has no price: record, or refuse its sessions and reservations.</summary>
    public Patch<UnpricedModelRule> UnpricedModels { get; init; }

    /// <summary>The IANA time zone in which days, weeks and months are counted.</summary>
    public Patch<string> Timezone { get; init; }
}

/// <summary>Changes of an agent's settings: absent is unchanged, null takes the team's default for agents.</summary>
public sealed record ChangeAgentSettingsRequest
{
    /// <summary>USD a day of its team's zone.</summary>
    public Patch<Money?> DailyCostLimitUsd { get; init; }
}

/// <summary>Changes of an organisation's settings: absent is unchanged, null is no limit.</summary>
public sealed record ChangeOrganisationSettingsRequest
{
    /// <summary>USD a UTC day, all teams together.</summary>
    public Patch<Money?> DailyCostLimitUsd { get; init; }

    /// <summary>USD a UTC month, all teams together.</summary>
    public Patch<Money?> MonthlyCostLimitUsd { get; init; }
}

/// <summary>A new webhook.</summary>
/// <param name="Url">Required. Where its messages go: an absolute address with http or https, of the internet unless the operator allows others.</param>
/// <param name="Events">Required. What it is told of: any of usage, session, budget, alert, stop and settings.</param>
/// <param name="Format">How its messages are written; json when absent.</param>
public sealed record CreateWebhookRequest(string? Url, IReadOnlyList<EventKind>? Events, WebhookFormat? Format = null)
{
    /// <summary>Nothing of it: it is what a log says of it, and whoever knows the address can write to the channel behind it.</summary>
    public override string ToString() => nameof(CreateWebhookRequest);
}
