namespace Entourage.Client.Contracts;

/// <summary>What a report of costs is to cover. Absent members leave nothing out.</summary>
public sealed record CostsQuery
{
    /// <summary><c>today</c>, <c>7d</c>, <c>30d</c>, <c>month</c> or <c>all</c>; instead of <see cref="From"/> and <see cref="To"/>.</summary>
    public string? Period { get; init; }

    /// <summary>Where it begins: a local date (2026-11-23) or an instant.</summary>
    public string? From { get; init; }

    /// <summary>Where it ends: a local date, that day included, or an instant.</summary>
    public string? To { get; init; }

    /// <summary>Only this agent's.</summary>
    public Guid? AgentId { get; init; }

    /// <summary>Only this task's.</summary>
    public long? TaskId { get; init; }

    /// <summary>Only this model's.</summary>
    public string? Model { get; init; }

    /// <summary>The most sessions of the answer: 1 to 200.</summary>
    public int? Limit { get; init; }
}

/// <summary>Where the money of a team went (USD). Every list but the sessions, which are a page, adds up to the totals exactly.</summary>
public sealed record Costs
{
    /// <summary>Where the range begins (UTC); null is from the beginning.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Where the range ends (UTC, exclusive); null is open.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>The IANA time zone of the days in it.</summary>
    public string Timezone { get; init; } = "";

    /// <summary>The recorded cost.</summary>
    public decimal TotalCostUsd { get; init; }

    /// <summary>What usage under a subscription would have cost; not part of the total.</summary>
    public decimal TotalImputedCostUsd { get; init; }

    /// <summary>Input tokens.</summary>
    public long TotalInputTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public long TotalOutputTokens { get; init; }

    /// <summary>Cache-read tokens.</summary>
    public long TotalCacheReadTokens { get; init; }

    /// <summary>Cache-write tokens.</summary>
    public long TotalCacheWriteTokens { get; init; }

    /// <summary>Tokens whose cost nobody knows yet, and that count as nothing.</summary>
    public long UnpricedTokens { get; init; }

    /// <summary>The part of the total that is assumed, for models that have no price yet (USD).</summary>
    public decimal AssumedCostUsd { get; init; }

    /// <summary>What the present month will have cost at its end, at the rate of the last seven days.</summary>
    public decimal? ForecastMonthUsd { get; init; }

    /// <summary>The sessions of the range.</summary>
    public int SessionCount { get; init; }

    /// <summary>A page of those sessions, the newest first.</summary>
    public IReadOnlyList<SessionCost> Sessions { get; init; } = [];

    /// <summary>By agent, the dearest first.</summary>
    public IReadOnlyList<CostRow> ByAgent { get; init; } = [];

    /// <summary>By task, the dearest first.</summary>
    public IReadOnlyList<CostRow> ByTask { get; init; } = [];

    /// <summary>By model, the dearest first.</summary>
    public IReadOnlyList<CostRow> ByModel { get; init; } = [];

    /// <summary>By local day, in order.</summary>
    public IReadOnlyList<CostRow> ByDay { get; init; } = [];

    /// <summary>By local hour, in order; only for ranges of up to three days.</summary>
    public IReadOnlyList<CostRow>? ByHour { get; init; }
}

/// <summary>What a session used in the range.</summary>
public sealed record SessionCost
{
    /// <summary>The session.</summary>
    public long SessionId { get; init; }

    /// <summary>The agent that worked.</summary>
    public Guid AgentId { get; init; }

    /// <summary>What the agent is called.</summary>
    public string AgentName { get; init; } = "";

    /// <summary>The task worked on, if any.</summary>
    public long? TaskId { get; init; }

    /// <summary>What the task is called.</summary>
    public string? TaskTitle { get; init; }

    /// <summary>The session's model.</summary>
    public string? Model { get; init; }

    /// <summary>How the session stands.</summary>
    public string Status { get; init; } = "";

    /// <summary>When it began (UTC).</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>What it cost in the range (USD).</summary>
    public decimal CostUsd { get; init; }

    /// <summary>Its input and output tokens in the range.</summary>
    public long Tokens { get; init; }

    /// <summary>Whole minutes from its beginning to its end, or to now.</summary>
    public long DurationMinutes { get; init; }

    /// <summary>The part of the cost that is assumed, for models that have no price yet (USD).</summary>
    public decimal AssumedCostUsd { get; init; }
}

/// <summary>A row of a list that adds up to the totals. It has the key of its list alone.</summary>
public sealed record CostRow
{
    /// <summary>The agent.</summary>
    public Guid? AgentId { get; init; }

    /// <summary>What the agent is called.</summary>
    public string? AgentName { get; init; }

    /// <summary>The task; null for the work on none.</summary>
    public long? TaskId { get; init; }

    /// <summary>What the task is called.</summary>
    public string? TaskTitle { get; init; }

    /// <summary>The model; null where nobody said.</summary>
    public string? Model { get; init; }

    /// <summary>The local date.</summary>
    public DateOnly? Day { get; init; }

    /// <summary>When the local hour began (UTC).</summary>
    public DateTimeOffset? Hour { get; init; }

    /// <summary>The recorded cost (USD).</summary>
    public decimal CostUsd { get; init; }

    /// <summary>The part of the cost that is assumed, for models that have no price yet (USD).</summary>
    public decimal AssumedCostUsd { get; init; }

    /// <summary>Input tokens.</summary>
    public long InputTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public long OutputTokens { get; init; }

    /// <summary>The sessions that are counted here.</summary>
    public int Sessions { get; init; }
}
