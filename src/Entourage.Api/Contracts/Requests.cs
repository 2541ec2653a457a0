using System.Text.Json.Serialization;
using Entourage.Application.Json;
using Entourage.Application.Ledger;
using Entourage.Application.Settings;
using Entourage.Domain;
using Entourage.Domain.Agents;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;
using Entourage.Domain.Tasks;

namespace Entourage.Api.Contracts;

// Members without a default are required. They are nullable, so that a missing member is a validation error (422) that names it, and not a
// malformed body (400).

/// <summary>A new organisation.</summary>
/// <param name="Name">Required. The display name, up to 200 characters.</param>
/// <param name="Slug">Required. The name in addresses: 1 to 100 of a-z, 0-9 and hyphen; unique.</param>
public sealed record CreateOrganisationRequest(string? Name, string? Slug);

/// <summary>A new team.</summary>
/// <param name="Name">Required. The display name, up to 200 characters.</param>
/// <param name="Slug">Required. The name in addresses: 1 to 100 of a-z, 0-9 and hyphen; unique in the organisation.</param>
/// <param name="Timezone">The IANA time zone of its days; UTC if absent.</param>
public sealed record CreateTeamRequest(string? Name, string? Slug, string? Timezone = null);

/// <summary>A new name of an organisation or a team.</summary>
/// <param name="Name">Required. The display name, up to 200 characters.</param>
public sealed record RenameRequest(string? Name);

/// <summary>A new agent.</summary>
/// <param name="Name">Required. Up to 200 characters; unique in the team.</param>
/// <param name="Role">The role; engineer if absent.</param>
/// <param name="Model">The default model of its sessions.</param>
public sealed record CreateAgentRequest(string? Name, AgentRole? Role = null, string? Model = null);

/// <summary>Changes of an agent; an absent member is unchanged.</summary>
public sealed record ChangeAgentRequest
{
    /// <summary>Up to 200 characters; unique in the team.</summary>
    public Patch<string> Name { get; init; }

    /// <summary>The role.</summary>
    public Patch<AgentRole> Role { get; init; }

    /// <summary>The default model of its sessions; null for none.</summary>
    public Patch<string?> Model { get; init; }
}

/// <summary>A new task.</summary>
/// <param name="Title">Required. A line of up to 500 characters.</param>
/// <param name="Description">The description.</param>
/// <param name="Priority">The priority; medium if absent.</param>
/// <param name="TaskType">The kind of work; other if absent.</param>
/// <param name="Tags">Labels. A label <c>budget:X</c> caps the task at X dollars.</param>
/// <param name="DependsOn">The tasks of the team that must be done before this one can start.</param>
/// <param name="AssigneeId">The agent of the team that the task is assigned to.</param>
/// <param name="BudgetUsd">The cap (USD), which takes precedence over a label; the team's default if both are absent.</param>
public sealed record CreateTaskRequest(
    string? Title,
    string? Description = null,
    TaskPriority? Priority = null,
    TaskType? TaskType = null,
    IReadOnlyList<string>? Tags = null,
    IReadOnlyList<long>? DependsOn = null,
    Guid? AssigneeId = null,
    Money? BudgetUsd = null);

/// <summary>Changes of a task; an absent member is unchanged.</summary>
public sealed record ChangeTaskRequest
{
    /// <summary>A line of up to 500 characters.</summary>
    public Patch<string> Title { get; init; }

    /// <summary>The description; null for none.</summary>
    public Patch<string?> Description { get; init; }

    /// <summary>The priority.</summary>
    public Patch<TaskPriority> Priority { get; init; }

    /// <summary>The kind of work.</summary>
    public Patch<TaskType> TaskType { get; init; }

    /// <summary>All labels. A label <c>budget:X</c> becomes the task's cap.</summary>
    public Patch<IReadOnlyList<string>?> Tags { get; init; }

    /// <summary>All tasks of the team that must be done before this one can start.</summary>
    public Patch<IReadOnlyList<long>?> DependsOn { get; init; }

    /// <summary>The agent of the team that the task is assigned to; null for none.</summary>
    public Patch<Guid?> AssigneeId { get; init; }

    /// <summary>The cap (USD), which takes precedence over a label <c>budget:X</c>; null to apply the team's default.</summary>
    public Patch<Money?> BudgetUsd { get; init; }
}

/// <summary>A change of a task's status.</summary>
/// <param name="Status">Required. The new status.</param>
public sealed record ChangeTaskStatusRequest(WorkTaskStatus? Status);

/// <summary>The start of a session.</summary>
/// <param name="AgentId">Required. The agent that works in the session.</param>
/// <param name="TaskId">The task that the agent works on.</param>
/// <param name="Model">The model; the agent's if absent.</param>
/// <param name="ParentSessionId">The parent session. With an agent's key, it must be a session of the same agent; for another agent's session, send parent_token.</param>
/// <param name="ParentToken">A one-time token from another agent's session, which becomes the parent.</param>
/// <param name="Labels">What its usage is spent for, such as <c>{"customer": "acme"}</c>: up to 10 labels, including those of the parent, which it inherits.</param>
public sealed record StartSessionRequest(
    Guid? AgentId,
    long? TaskId = null,
    string? Model = null,
    long? ParentSessionId = null,
    string? ParentToken = null,
    IReadOnlyDictionary<string, string>? Labels = null)
{
    internal StartSessionCommand ToCommand(string? idempotencyKey) => new(AgentId, TaskId, Model, ParentSessionId, ParentToken, idempotencyKey) { Labels = Labels };
}

/// <summary>A one-time token that lets another agent start a session below this one.</summary>
/// <param name="AgentId">The agent of the team that may use the token; any agent of the team if absent.</param>
/// <param name="TtlSeconds">How long the token is valid, in seconds: 1 to 3,600; 300 if absent.</param>
public sealed record CreateChildTokenRequest(Guid? AgentId = null, long? TtlSeconds = null);

/// <summary>The usage of a session since its last report.</summary>
/// <param name="InputTokens">Required. Input tokens, without cached ones: 0 to 1,000,000,000.</param>
/// <param name="OutputTokens">Required. Output tokens.</param>
/// <param name="CacheReadTokens">Input tokens read from the provider's cache.</param>
/// <param name="CacheWriteTokens">Input tokens written to the provider's cache.</param>
/// <param name="CacheWrite1hTokens">How many of the cache-write tokens were written for an hour.</param>
/// <param name="Batch">Whether the call used the provider's batch API, at its discount.</param>
/// <param name="CostUsd">The cost in USD: 0 to 1,000,000, rounded up to 9 decimals. If absent, Entourage prices the tokens from the catalogue.</param>
/// <param name="Model">The model; the session's if absent.</param>
/// <param name="ReservationId">The reservation of the session that this usage commits; none if absent.</param>
/// <param name="OccurredAt">When the money was spent: at most 5 minutes ahead and 30 days back; now if absent.</param>
/// <param name="Error">A short error text, if the call failed.</param>
/// <param name="Billing">How the call is paid for; api if absent. Usage that a subscription covers counts against no cap.</param>
/// <param name="Labels">Labels of this usage alone. They add to the session's, or replace those with the same key: up to 10 together.</param>
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
    Billing? Billing = null,
    IReadOnlyDictionary<string, string>? Labels = null)
{
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
        idempotencyKey)
    {
        Labels = Labels,
    };
}

/// <summary>A reservation for a call.</summary>
/// <param name="EstimatedCostUsd">The most that the call may cost in USD: 0 to 1,000,000, rounded up to 9 decimals. Required unless the tokens are given.</param>
/// <param name="Model">The model that prices the tokens; the session's if absent.</param>
/// <param name="InputTokens">All prompt tokens, including cached ones, without those in <c>cache_write_tokens</c>.</param>
/// <param name="MaxOutputTokens">The maximum number of output tokens.</param>
/// <param name="CacheWriteTokens">Additional prompt tokens that may be written to the cache. If absent, all <c>input_tokens</c> may be.</param>
/// <param name="CacheWrite1hTokens">How many of the cache-write tokens may be written for an hour; if absent, all of them.</param>
/// <param name="TtlSeconds">How long the reservation is valid, in seconds: 1 to 3,600; 300 if absent.</param>
/// <param name="Labels">Labels of this call alone. They add to the session's, or replace those with the same key: up to 10 together.</param>
public sealed record ReserveRequest(
    [property: JsonConverter(typeof(RoundedMoneyJsonConverter))] Money? EstimatedCostUsd = null,
    string? Model = null,
    long? InputTokens = null,
    long? MaxOutputTokens = null,
    long? CacheWriteTokens = null,
    [property: JsonPropertyName("cache_write_1h_tokens")] long? CacheWrite1hTokens = null,
    long? TtlSeconds = null,
    IReadOnlyDictionary<string, string>? Labels = null)
{
    internal ReserveSpendCommand ToCommand(long sessionId, string? idempotencyKey) =>
        new(sessionId, EstimatedCostUsd, Model, InputTokens, MaxOutputTokens, CacheWriteTokens, CacheWrite1hTokens, TtlSeconds, idempotencyKey) { Labels = Labels };
}

/// <summary>An extension of a reservation.</summary>
/// <param name="TtlSeconds">Required. How long the reservation is valid from now, in seconds: 1 to 3,600. Never shortens it.</param>
public sealed record ExtendReservationRequest(long? TtlSeconds);

/// <summary>How a session ended.</summary>
/// <param name="Outcome">The outcome. If absent, completed, or failed if there is an error.</param>
/// <param name="Error">The error that ended it.</param>
public sealed record EndSessionRequest(SessionOutcome? Outcome = null, string? Error = null);

/// <summary>A kill of a session.</summary>
/// <param name="Reason">Required. The reason, in a line of up to 500 characters.</param>
public sealed record KillSessionRequest(string? Reason);

/// <summary>A move of an agent to another team.</summary>
/// <param name="TeamId">Required. The team, of the same organisation. The agent's present team cancels a planned move.</param>
/// <param name="From">
/// When the move takes effect, at most 366 days ahead: a day in the time zone of the new team (2026-12-24), or an instant (2026-12-24T08:00:00Z); at once if absent.
/// </param>
public sealed record MoveAgentRequest(Guid? TeamId, string? From = null);

/// <summary>A pause.</summary>
/// <param name="Reason">Required. The reason, in a line of up to 500 characters.</param>
/// <param name="ExpiresAt">When the pause ends, in the future; never if absent.</param>
public sealed record PauseRequest(string? Reason, DateTimeOffset? ExpiresAt = null);

/// <summary>The end of a pause.</summary>
/// <param name="Reason">The reason, in a line of up to 500 characters.</param>
public sealed record ResumeRequest(string? Reason = null);

/// <summary>Changes of a team's settings, as a JSON merge patch: an absent member is unchanged, null removes a limit.</summary>
public sealed record ChangeTeamSettingsRequest
{
    /// <summary>USD per day in the team's time zone, for all agents together.</summary>
    public Patch<Money?> DailyCostLimitUsd { get; init; }

    /// <summary>USD per week, from Monday.</summary>
    public Patch<Money?> WeeklyCostLimitUsd { get; init; }

    /// <summary>USD per calendar month.</summary>
    public Patch<Money?> MonthlyCostLimitUsd { get; init; }

    /// <summary>USD for each task without a <c>budget:X</c> tag.</summary>
    public Patch<Money?> TaskCostLimitUsd { get; init; }

    /// <summary>USD for each session, including its sub-agents.</summary>
    public Patch<Money?> SessionCostLimitUsd { get; init; }

    /// <summary>USD per day for each agent without its own limit.</summary>
    public Patch<Money?> AgentDailyCostLimitUsd { get; init; }

    /// <summary>Whether budgets refuse work (hard) or only raise alerts (observe).</summary>
    public Patch<Enforcement> Enforcement { get; init; }

    /// <summary>The action on a session that uses up a hard cap: stop tells the agent to stop, kill also ends the session and its sub-agents.</summary>
    public Patch<OnExceed> OnExceed { get; init; }

    /// <summary>After how many silent minutes an active session is abandoned: 5 to 10,080; null for never.</summary>
    public Patch<long?> AbandonedAfterMinutes { get; init; }

    /// <summary>The fractions of a budget that raise an alert when spent: up to 10 values, ascending, above 0 and up to 10; null for none.</summary>
    public Patch<IReadOnlyList<decimal>?> AlertThresholds { get; init; }

    /// <summary>When a session counts as a runaway. This is also a merge patch: an absent member is unchanged.</summary>
    public Patch<RunawayPatch?> Runaway { get; init; }

    /// <summary>Whether a task without a cap is capped at the upper end of the guideline for its type.</summary>
    public Patch<bool> ApplyGuidelineBudgets { get; init; }

    /// <summary>How to count models without a price: assume counts at assumed rates, record counts nothing, refuse refuses sessions and reservations.</summary>
    public Patch<UnpricedModelRule> UnpricedModels { get; init; }

    /// <summary>
    /// The rules to send calls through the gateway as cheaper models: from a share of the tightest budget on, models that match <c>from</c> are sent as
    /// <c>to</c>. Up to 20; null for none.
    /// </summary>
    public Patch<IReadOnlyList<ModelFallbackRequest>?> ModelFallbacks { get; init; }

    /// <summary>The IANA time zone of days, weeks and months.</summary>
    public Patch<string> Timezone { get; init; }
}

/// <summary>Changes of an agent's settings: an absent member is unchanged, null applies the team's default for agents.</summary>
public sealed record ChangeAgentSettingsRequest
{
    /// <summary>USD per day in the team's time zone.</summary>
    public Patch<Money?> DailyCostLimitUsd { get; init; }
}

/// <summary>Changes of an organisation's settings: an absent member is unchanged, null removes a limit.</summary>
public sealed record ChangeOrganisationSettingsRequest
{
    /// <summary>USD per UTC day, for all teams together.</summary>
    public Patch<Money?> DailyCostLimitUsd { get; init; }

    /// <summary>USD per UTC month, for all teams together.</summary>
    public Patch<Money?> MonthlyCostLimitUsd { get; init; }
}
