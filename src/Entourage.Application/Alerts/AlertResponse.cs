using System.Text.Json.Serialization;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;

namespace Entourage.Application.Alerts;

/// <summary>Something that a person should look at.</summary>
/// <param name="Id">A version-7 UUID.</param>
/// <param name="TeamId">The team whose people should look.</param>
/// <param name="AgentId">The agent that gave cause, if it was one.</param>
/// <param name="SessionId">The session that gave cause, if it was one.</param>
/// <param name="TaskId">The task that it concerns, if there is one.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Cause">What gave cause. There is one alert of a kind for each cause and window.</param>
/// <param name="Window">In which window: its first local day, the instant at which it began, or <c>total</c>.</param>
/// <param name="Message">What is the matter, in plain words.</param>
/// <param name="Details">The figures of it, as far as its kind has them.</param>
/// <param name="Status">Whether somebody has seen it.</param>
/// <param name="CreatedAt">When it was raised (UTC).</param>
/// <param name="AcknowledgedAt">When somebody first said that it was seen (UTC).</param>
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
    DateTimeOffset? AcknowledgedAt)
{
    /// <summary>The answer for an alert.</summary>
    public static AlertResponse From(Alert alert)
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
            alert.Status,
            alert.CreatedAt,
            alert.AcknowledgedAt);
    }
}

/// <summary>The figures of an alert. What its kind does not have is left out.</summary>
public sealed record AlertDetailsResponse
{
    /// <summary>Whose budget it is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BudgetScope? Scope { get; init; }

    /// <summary>The id of that.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonConverter(typeof(Budgets.ScopeIdJsonConverter))]
    public string? ScopeId { get; init; }

    /// <summary>How long the budget lasts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BudgetPeriod? Period { get; init; }

    /// <summary>The share of the budget that was reached.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Threshold { get; init; }

    /// <summary>The limit, or the red flag (USD).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Money? LimitUsd { get; init; }

    /// <summary>What has been spent (USD).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MoneyTotal? SpentUsd { get; init; }

    /// <summary>What the call cost, or the later calls at their median (USD).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Money? CostUsd { get; init; }

    /// <summary>What it would have been expected to cost (USD).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Money? ExpectedCostUsd { get; init; }

    /// <summary>The tokens that were used within the window.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Tokens { get; init; }

    /// <summary>The most that may be used.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? MaxTokens { get; init; }

    /// <summary>Within how many minutes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? WindowMinutes { get; init; }

    /// <summary>The output tokens of the session.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? OutputTokens { get; init; }

    /// <summary>Its input tokens of all classes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? InputTokens { get; init; }

    /// <summary>The error text, as it last was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    /// <summary>How often in a row, or how many at once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Count { get; init; }

    /// <summary>The model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Model { get; init; }

    /// <summary>The other agent at work on the task.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? OtherAgentId { get; init; }

    /// <summary>The other agent's session.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? OtherSessionId { get; init; }

    /// <summary>The request to a person.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? HumanRequestId { get; init; }

    /// <summary>How much more money it asks for (USD).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Money? RequestedUsd { get; init; }

    /// <summary>What was done about it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunawayAction? Action { get; init; }

    internal static AlertDetailsResponse From(AlertDetails details) => new()
    {
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
