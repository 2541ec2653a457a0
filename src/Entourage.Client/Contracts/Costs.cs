namespace Entourage.Client.Contracts;

/// <summary>The range and the filters of a cost report. Members that are not set do not filter.</summary>
public sealed record CostsQuery
{
    /// <summary><c>today</c>, <c>7d</c>, <c>30d</c>, <c>month</c> or <c>all</c>. Use it instead of <see cref="From"/> and <see cref="To"/>.</summary>
    public string? Period { get; init; }

    /// <summary>The start of the range: a local date (2026-11-23) or an instant.</summary>
    public string? From { get; init; }

    /// <summary>The end of the range: a local date (inclusive) or an instant.</summary>
    public string? To { get; init; }

    /// <summary>Only costs of this agent.</summary>
    public Guid? AgentId { get; init; }

    /// <summary>Only costs of this task.</summary>
    public long? TaskId { get; init; }

    /// <summary>Only costs of this model.</summary>
    public string? Model { get; init; }

    /// <summary>The maximum number of sessions in the report, from 1 to 200.</summary>
    public int? Limit { get; init; }
}

/// <summary>The costs of a team (USD). Each list adds up to the totals exactly, except the sessions, which are a page.</summary>
public sealed record Costs
{
    /// <summary>The start of the range (UTC), or null if it is open.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>The exclusive end of the range (UTC), or null if it is open.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>The IANA time zone of the report's days.</summary>
    public string Timezone { get; init; } = "";

    /// <summary>The recorded cost.</summary>
    public decimal TotalCostUsd { get; init; }

    /// <summary>What usage under a subscription would have cost. It is not part of the total.</summary>
    public decimal TotalImputedCostUsd { get; init; }

    /// <summary>Input tokens.</summary>
    public long TotalInputTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public long TotalOutputTokens { get; init; }

    /// <summary>Cache-read tokens.</summary>
    public long TotalCacheReadTokens { get; init; }

    /// <summary>Cache-write tokens.</summary>
    public long TotalCacheWriteTokens { get; init; }

    /// <summary>The tokens of unpriced usage, which counts as zero.</summary>
    public long UnpricedTokens { get; init; }

    /// <summary>The part of the total that is assumed because models have no price yet (USD).</summary>
    public decimal AssumedCostUsd { get; init; }

    /// <summary>The forecast cost of the current month at the rate of the last seven days.</summary>
    public decimal? ForecastMonthUsd { get; init; }

    /// <summary>The number of sessions in the range.</summary>
    public int SessionCount { get; init; }

    /// <summary>A page of those sessions, newest first.</summary>
    public IReadOnlyList<SessionCost> Sessions { get; init; } = [];

    /// <summary>Costs by agent, highest first.</summary>
    public IReadOnlyList<CostRow> ByAgent { get; init; } = [];

    /// <summary>Costs by task, highest first.</summary>
    public IReadOnlyList<CostRow> ByTask { get; init; } = [];

    /// <summary>Costs by model, highest first.</summary>
    public IReadOnlyList<CostRow> ByModel { get; init; } = [];

    /// <summary>Costs by local day, in order.</summary>
    public IReadOnlyList<CostRow> ByDay { get; init; } = [];

    /// <summary>Costs by local hour, in order, for ranges of up to three days.</summary>
    public IReadOnlyList<CostRow>? ByHour { get; init; }
}

/// <summary>The costs of a session in the range.</summary>
public sealed record SessionCost
{
    /// <summary>The session.</summary>
    public long SessionId { get; init; }

    /// <summary>The agent of the session.</summary>
    public Guid AgentId { get; init; }

    /// <summary>The name of the agent.</summary>
    public string AgentName { get; init; } = "";

    /// <summary>The task, if any.</summary>
    public long? TaskId { get; init; }

    /// <summary>The title of the task.</summary>
    public string? TaskTitle { get; init; }

    /// <summary>The session's model.</summary>
    public string? Model { get; init; }

    /// <summary>The status of the session.</summary>
    public string Status { get; init; } = "";

    /// <summary>When the session started (UTC).</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>The recorded cost in the range (USD).</summary>
    public decimal CostUsd { get; init; }

    /// <summary>The input and output tokens in the range.</summary>
    public long Tokens { get; init; }

    /// <summary>Whole minutes from the start to the end, or to now.</summary>
    public long DurationMinutes { get; init; }

    /// <summary>The part of the cost that is assumed because models have no price yet (USD).</summary>
    public decimal AssumedCostUsd { get; init; }
}

/// <summary>A row of a list in a cost report. Only the members that identify it in its list are set.</summary>
public sealed record CostRow
{
    /// <summary>The agent.</summary>
    public Guid? AgentId { get; init; }

    /// <summary>The name of the agent.</summary>
    public string? AgentName { get; init; }

    /// <summary>The task, or null for work without a task.</summary>
    public long? TaskId { get; init; }

    /// <summary>The title of the task.</summary>
    public string? TaskTitle { get; init; }

    /// <summary>The model, or null for usage without a model.</summary>
    public string? Model { get; init; }

    /// <summary>The local date.</summary>
    public DateOnly? Day { get; init; }

    /// <summary>When the local hour began (UTC).</summary>
    public DateTimeOffset? Hour { get; init; }

    /// <summary>The recorded cost (USD).</summary>
    public decimal CostUsd { get; init; }

    /// <summary>The part of the cost that is assumed because models have no price yet (USD).</summary>
    public decimal AssumedCostUsd { get; init; }

    /// <summary>Input tokens.</summary>
    public long InputTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public long OutputTokens { get; init; }

    /// <summary>The number of sessions.</summary>
    public int Sessions { get; init; }
}
