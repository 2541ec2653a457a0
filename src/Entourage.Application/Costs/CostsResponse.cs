using System.Text.Json.Serialization;
using Entourage.Application.Sessions;
using Entourage.Domain;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Costs;

/// <summary>
/// Where the money of a team or an organisation went. Every list but <see cref="Sessions"/>, which is a page, adds up to
/// the totals exactly; a session counts once in each, where it began or, if that is elsewhere, where it first appears.
/// </summary>
public sealed record CostsResponse
{
    /// <summary>Where the range begins (UTC); null is from the beginning.</summary>
    public required DateTimeOffset? From { get; init; }

    /// <summary>Where the range ends (UTC, exclusive); null is open.</summary>
    public required DateTimeOffset? To { get; init; }

    /// <summary>The IANA time zone of the days in it.</summary>
    public required string Timezone { get; init; }

    /// <summary>The recorded cost (USD).</summary>
    public required MoneyTotal TotalCostUsd { get; init; }

    /// <summary>What usage under a subscription would have cost (USD); not part of the total.</summary>
    public required MoneyTotal TotalImputedCostUsd { get; init; }

    /// <summary>Input tokens.</summary>
    public required long TotalInputTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public required long TotalOutputTokens { get; init; }

    /// <summary>Cache-read tokens.</summary>
    public required long TotalCacheReadTokens { get; init; }

    /// <summary>Cache-write tokens.</summary>
    public required long TotalCacheWriteTokens { get; init; }

    /// <summary>Tokens of all classes whose cost nobody knows yet, and that count as nothing.</summary>
    public required long UnpricedTokens { get; init; }

    /// <summary>The part of the total that is assumed, for models that have no price yet (USD).</summary>
    public required MoneyTotal AssumedCostUsd { get; init; }

    /// <summary>
    /// What the present month will have cost at its end, at the rate of the last seven days (USD), of the whole team or organisation
    /// and whatever the range; null where only an agent, a task or a model is asked for.
    /// </summary>
    public required MoneyTotal? ForecastMonthUsd { get; init; }

    /// <summary>The sessions that began or used something in the range.</summary>
    public required int SessionCount { get; init; }

    /// <summary>A page of those sessions, the newest first, with what they used in the range.</summary>
    public required IReadOnlyList<SessionCostResponse> Sessions { get; init; }

    /// <summary>By team; only in the costs of an organisation.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required IReadOnlyList<TeamCostResponse>? ByTeam { get; init; }

    /// <summary>By agent, the dearest first.</summary>
    public required IReadOnlyList<AgentCostResponse> ByAgent { get; init; }

    /// <summary>By task, the dearest first; a row without a task is the work on none.</summary>
    public required IReadOnlyList<TaskCostResponse> ByTask { get; init; }

    /// <summary>By model, the dearest first; a row without a model is usage of an unstated one.</summary>
    public required IReadOnlyList<ModelCostResponse> ByModel { get; init; }

    /// <summary>By local day, in order; days without any are left out.</summary>
    public required IReadOnlyList<DayCostResponse> ByDay { get; init; }

    /// <summary>By local hour, in order; hours without any are left out. Only for ranges of up to three days.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public required IReadOnlyList<HourCostResponse>? ByHour { get; init; }

    /// <summary>Where the next page of sessions begins; sent as a Link header.</summary>
    [JsonIgnore]
    public string? NextCursor { get; init; }
}

/// <summary>What a session used in the range.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="AgentId">The agent that worked.</param>
/// <param name="AgentName">What the agent is called.</param>
/// <param name="TaskId">The task worked on, if any.</param>
/// <param name="TaskTitle">What the task is called.</param>
/// <param name="Model">The session's model.</param>
/// <param name="Status">How the session stands.</param>
/// <param name="StartedAt">When it began (UTC).</param>
/// <param name="CostUsd">What it cost in the range (USD).</param>
/// <param name="Tokens">Its input and output tokens in the range.</param>
/// <param name="DurationMinutes">Whole minutes from its beginning to its end, or to now.</param>
/// <param name="AssumedCostUsd">The part of the cost that is assumed, for models that have no price yet (USD).</param>
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
    /// <summary>The answer for a session, and what it used in the range.</summary>
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
        assumed);
}

/// <summary>A row of a list that adds up to the totals.</summary>
public abstract record CostRow
{
    /// <summary>The recorded cost (USD).</summary>
    public MoneyTotal CostUsd { get; init; }

    /// <summary>The part of the cost that is assumed, for models that have no price yet (USD).</summary>
    public MoneyTotal AssumedCostUsd { get; init; }

    /// <summary>Input tokens.</summary>
    public long InputTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public long OutputTokens { get; init; }

    /// <summary>The sessions that are counted here: each is in one row of a list.</summary>
    public int Sessions { get; init; }
}

/// <summary>The costs of a team.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="TeamName">What it is called.</param>
public sealed record TeamCostResponse(Guid TeamId, string TeamName) : CostRow;

/// <summary>The costs of an agent.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="AgentName">What it is called.</param>
public sealed record AgentCostResponse(Guid AgentId, string AgentName) : CostRow;

/// <summary>The costs of a task.</summary>
/// <param name="TaskId">The task; null for the work on none.</param>
/// <param name="TaskTitle">What it is called.</param>
public sealed record TaskCostResponse(long? TaskId, string? TaskTitle) : CostRow;

/// <summary>The costs of a model.</summary>
/// <param name="Model">The model; null where nobody said.</param>
public sealed record ModelCostResponse(string? Model) : CostRow;

/// <summary>The costs of a day.</summary>
/// <param name="Day">The local date.</param>
public sealed record DayCostResponse(DateOnly Day) : CostRow;

/// <summary>The costs of an hour.</summary>
/// <param name="Hour">When the local hour began (UTC).</param>
public sealed record HourCostResponse(DateTimeOffset Hour) : CostRow;
