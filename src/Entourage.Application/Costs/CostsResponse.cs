using System.Text.Json.Serialization;
using Entourage.Application.Sessions;
using Entourage.Domain;
using Entourage.Domain.Labels;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Costs;

/// <summary>
/// A cost report of a team or an organisation. Every list adds up exactly to the totals, except <see cref="Sessions"/>, which is one page. A session
/// counts once in each list: where it started or, if that is outside the report, where it first appears.
/// </summary>
public sealed record CostsResponse
{
    /// <summary>The start of the range (UTC); null if unbounded.</summary>
    public required DateTimeOffset? From { get; init; }

    /// <summary>The end of the range (UTC, exclusive); null if unbounded.</summary>
    public required DateTimeOffset? To { get; init; }

    /// <summary>The IANA time zone of the days.</summary>
    public required string Timezone { get; init; }

    /// <summary>The recorded cost (USD).</summary>
    public required MoneyTotal TotalCostUsd { get; init; }

    /// <summary>The cost that usage under a subscription would have had (USD). Not included in the total.</summary>
    public required MoneyTotal TotalImputedCostUsd { get; init; }

    /// <summary>Input tokens.</summary>
    public required long TotalInputTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public required long TotalOutputTokens { get; init; }

    /// <summary>Cache-read tokens.</summary>
    public required long TotalCacheReadTokens { get; init; }

    /// <summary>Cache-write tokens.</summary>
    public required long TotalCacheWriteTokens { get; init; }

    /// <summary>Tokens of all classes whose cost is unknown so far. They count as zero.</summary>
    public required long UnpricedTokens { get; init; }

    /// <summary>The part of the total that is assumed, for models without a price (USD).</summary>
    public required MoneyTotal AssumedCostUsd { get; init; }

    /// <summary>
    /// The expected cost of the current month, at the rate of the last seven days (USD). It covers the whole team or organisation, independently of
    /// the range; null if the report is filtered by agent, task, model or label.
    /// </summary>
    public required MoneyTotal? ForecastMonthUsd { get; init; }

    /// <summary>The number of sessions that started or used something in the range.</summary>
    public required int SessionCount { get; init; }

    /// <summary>A page of these sessions, newest first, with their usage in the range.</summary>
    public required IReadOnlyList<SessionCostResponse> Sessions { get; init; }

    /// <summary>The costs by team; only for an organisation.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required IReadOnlyList<TeamCostResponse>? ByTeam { get; init; }

    /// <summary>The costs by agent, most expensive first.</summary>
    public required IReadOnlyList<AgentCostResponse> ByAgent { get; init; }

    /// <summary>The costs by task, most expensive first. The row without a task is work on no task.</summary>
    public required IReadOnlyList<TaskCostResponse> ByTask { get; init; }

    /// <summary>The costs by model, most expensive first. The row without a model is usage that names none.</summary>
    public required IReadOnlyList<ModelCostResponse> ByModel { get; init; }

    /// <summary>The costs by local day, in order. Days without usage are omitted.</summary>
    public required IReadOnlyList<DayCostResponse> ByDay { get; init; }

    /// <summary>The costs by local hour, in order, for ranges of at most three days. Hours without usage are omitted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required IReadOnlyList<HourCostResponse>? ByHour { get; init; }

    /// <summary>The cursor of the next page of sessions; sent as a Link header.</summary>
    [JsonIgnore]
    public string? NextCursor { get; init; }
}

/// <summary>A session's usage in the range.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="AgentId">The agent.</param>
/// <param name="AgentName">The name of the agent.</param>
/// <param name="TaskId">The task, if any.</param>
/// <param name="TaskTitle">The title of the task.</param>
/// <param name="Model">The model of the session.</param>
/// <param name="Status">The status of the session.</param>
/// <param name="StartedAt">When the session started (UTC).</param>
/// <param name="CostUsd">The cost in the range (USD).</param>
/// <param name="Tokens">The input and output tokens in the range.</param>
/// <param name="DurationMinutes">Whole minutes from the start of the session to its end, or to now.</param>
/// <param name="AssumedCostUsd">The part of the cost that is assumed, for models without a price (USD).</param>
public sealed record SessionCostResponse(
    long SessionId,
    Guid AgentId,
    string AgentName,
    long? TaskId,
    string? TaskTitle,
    string? Model,
    SessionStatus Status,
    DateTimeOffset StartedAt,
    MoneyTotal CostUsd,
    long Tokens,
    long DurationMinutes,
    MoneyTotal AssumedCostUsd)
{
    /// <summary>The labels of the session, inherited ones included. Its usage can have others.</summary>
    public required LabelSet Labels { get; init; }

    internal static SessionCostResponse Of(SessionRow row, MoneyTotal cost, MoneyTotal assumed, long tokens, DateTimeOffset now) => new(
        row.Session.Id,
        row.Session.AgentId,
        row.AgentName,
        row.Session.TaskId,
        row.TaskTitle,
        row.Session.Model,
        row.Session.Status,
        row.Session.StartedAt,
        cost,
        tokens,
        SessionResponse.MinutesOf(row.Session.StartedAt, row.Session.EndedAt, now),
        assumed)
    {
        Labels = row.Session.Labels,
    };
}

/// <summary>A row of a list that adds up to the totals.</summary>
public abstract record CostRow
{
    /// <summary>The recorded cost (USD).</summary>
    public MoneyTotal CostUsd { get; init; }

    /// <summary>The part of the cost that is assumed, for models without a price (USD).</summary>
    public MoneyTotal AssumedCostUsd { get; init; }

    /// <summary>Input tokens.</summary>
    public long InputTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public long OutputTokens { get; init; }

    /// <summary>The number of sessions. Each session counts in one row of a list.</summary>
    public int Sessions { get; init; }
}

/// <summary>The costs of a team.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="TeamName">The name of the team.</param>
public sealed record TeamCostResponse(Guid TeamId, string TeamName) : CostRow;

/// <summary>The costs of an agent.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="AgentName">The name of the agent.</param>
public sealed record AgentCostResponse(Guid AgentId, string AgentName) : CostRow;

/// <summary>The costs of a task.</summary>
/// <param name="TaskId">The task; null for work on no task.</param>
/// <param name="TaskTitle">The title of the task.</param>
public sealed record TaskCostResponse(long? TaskId, string? TaskTitle) : CostRow;

/// <summary>The costs of a model.</summary>
/// <param name="Model">The model; null for usage that names none.</param>
public sealed record ModelCostResponse(string? Model) : CostRow;

/// <summary>The costs of a day.</summary>
/// <param name="Day">The local date.</param>
public sealed record DayCostResponse(DateOnly Day) : CostRow;

/// <summary>The costs of an hour.</summary>
/// <param name="Hour">The start of the local hour (UTC).</param>
public sealed record HourCostResponse(DateTimeOffset Hour) : CostRow;
