using System.Text.Json.Serialization;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;

namespace Entourage.Application.Alerts;

/// <summary>A notice for people.</summary>
/// <param name="Id">A version-7 UUID.</param>
/// <param name="TeamId">The team.</param>
/// <param name="AgentId">The agent that caused the alert, if any.</param>
/// <param name="SessionId">The session that caused the alert, if any.</param>
/// <param name="TaskId">The task concerned, if any.</param>
/// <param name="Kind">The kind of alert.</param>
/// <param name="Cause">The cause. There is one alert of a kind for each cause and window.</param>
/// <param name="Window">The window: its first local day, the instant at which it began, or <c>total</c>.</param>
/// <param name="Message">What happened, in plain words.</param>
/// <param name="Details">The figures behind the alert.</param>
/// <param name="Status">Open, acknowledged by someone, or closed because its window has ended.</param>
/// <param name="CreatedAt">When it was raised (UTC).</param>
/// <param name="ClosesAt">When the alert closes by itself (UTC), at the end of its window; null if it stays open until someone acknowledges it.</param>
/// <param name="AcknowledgedAt">When someone first acknowledged the alert (UTC).</param>
/// <param name="AcknowledgedBy">The name of who first acknowledged it.</param>
public sealed record AlertResponse(
    Guid Id,
    Guid TeamId,
    Guid? AgentId,
    long? SessionId,
    long? TaskId,
    AlertKind Kind,
    string Cause,
    string Window,
    string Message,
    AlertDetailsResponse Details,
    AlertStatus Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ClosesAt,
    DateTimeOffset? AcknowledgedAt,
    string? AcknowledgedBy)
{
    /// <summary>Creates the response for an alert.</summary>
    /// <param name="alert">The alert.</param>
    /// <param name="now">The current time (UTC).</param>
    public static AlertResponse From(Alert alert, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return new(
            alert.Id,
            alert.TeamId,
            alert.AgentId,
            alert.SessionId,
            alert.TaskId,
            alert.Kind,
            alert.Cause,
            alert.Window,
            alert.Message,
            AlertDetailsResponse.From(alert.Details),
            alert.StatusAt(now),
            alert.CreatedAt,
            alert.ClosesAt,
            alert.AcknowledgedAt,
            alert.AcknowledgedBy);
    }
}

/// <summary>The figures of an alert. Members that its kind does not have are omitted.</summary>
public sealed record AlertDetailsResponse
{
    /// <summary>The id of the budget, if it is a resource of its own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? BudgetId { get; init; }

    /// <summary>The scope of the budget.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BudgetScope? Scope { get; init; }

    /// <summary>The id of the agent, team or other scope.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonConverter(typeof(Budgets.ScopeIdJsonConverter))]
    public string? ScopeId { get; init; }

    /// <summary>The period of the budget.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BudgetPeriod? Period { get; init; }

    /// <summary>The share of the budget that was reached.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Threshold { get; init; }

    /// <summary>The limit or the red flag (USD).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Money? LimitUsd { get; init; }

    /// <summary>The amount spent (USD).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MoneyTotal? SpentUsd { get; init; }

    /// <summary>The cost of the call, or the median cost of the later calls (USD).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Money? CostUsd { get; init; }

    /// <summary>The expected cost (USD).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Money? ExpectedCostUsd { get; init; }

    /// <summary>The tokens used within the window.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Tokens { get; init; }

    /// <summary>The token limit of the window.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? MaxTokens { get; init; }

    /// <summary>The length of the window in minutes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? WindowMinutes { get; init; }

    /// <summary>The output tokens of the session.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? OutputTokens { get; init; }

    /// <summary>The input tokens of the session, of all classes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? InputTokens { get; init; }

    /// <summary>The latest text of the error.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    /// <summary>How many in a row, or how many at once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Count { get; init; }

    /// <summary>The model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Model { get; init; }

    /// <summary>The other agent that works on the task.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? OtherAgentId { get; init; }

    /// <summary>The other agent's session.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? OtherSessionId { get; init; }

    /// <summary>The human request.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? HumanRequestId { get; init; }

    /// <summary>How much more money it asks for (USD).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Money? RequestedUsd { get; init; }

    /// <summary>The action that was taken.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunawayAction? Action { get; init; }

    internal static AlertDetailsResponse From(AlertDetails details) => new()
    {
        BudgetId = details.BudgetId,
        Scope = details.Scope,
        ScopeId = details.ScopeId,
        Period = details.Period,
        Threshold = details.Threshold,
        LimitUsd = details.Limit,
        SpentUsd = details.Spent,
        CostUsd = details.Cost,
        ExpectedCostUsd = details.ExpectedCost,
        Tokens = details.Tokens,
        MaxTokens = details.MaxTokens,
        WindowMinutes = details.WindowMinutes,
        OutputTokens = details.OutputTokens,
        InputTokens = details.InputTokens,
        Error = details.Error,
        Count = details.Count,
        Model = details.Model,
        OtherAgentId = details.OtherAgentId,
        OtherSessionId = details.OtherSessionId,
        HumanRequestId = details.HumanRequestId,
        RequestedUsd = details.Requested,
        Action = details.Action,
    };
}
