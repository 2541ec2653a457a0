using System.Text.Json;
using System.Text.Json.Serialization;

namespace Entourage.Client.Contracts;

/// <summary>What a team may spend (USD; null is no limit), and how its budgets behave.</summary>
public sealed record TeamSettings
{
    /// <summary>A day of the team's zone, all agents together.</summary>
    public decimal? DailyCostLimitUsd { get; init; }

    /// <summary>A week from Monday.</summary>
    public decimal? WeeklyCostLimitUsd { get; init; }

    /// <summary>A calendar month.</summary>
    public decimal? MonthlyCostLimitUsd { get; init; }

    /// <summary>Each task that has no cap of its own.</summary>
    public decimal? TaskCostLimitUsd { get; init; }

    /// <summary>Each session together with the sessions of its sub-agents.</summary>
    public decimal? SessionCostLimitUsd { get; init; }

    /// <summary>A day of each agent that has no limit of its own.</summary>
    public decimal? AgentDailyCostLimitUsd { get; init; }

    /// <summary><c>hard</c> or <c>observe</c>.</summary>
    public string Enforcement { get; init; } = "";

    /// <summary>What becomes of a session whose usage leaves nothing of a hard cap: <c>stop</c> or <c>kill</c>.</summary>
    public string OnExceed { get; init; } = "";

    /// <summary>After how many minutes of silence an active session is given up; null is never.</summary>
    public int? AbandonedAfterMinutes { get; init; }

    /// <summary>The shares of a budget that are told when they are spent.</summary>
    public IReadOnlyList<decimal> AlertThresholds { get; init; } = [];

    /// <summary>When a session has run away.</summary>
    public RunawaySettings? Runaway { get; init; }

    /// <summary>Whether a task with no cap takes the upper end of its type's reasonable budget.</summary>
    public bool ApplyGuidelineBudgets { get; init; }

    /// <summary>What becomes of work on a model that has no price: <c>assume</c>, <c>record</c> or <c>refuse</c>.</summary>
    public string UnpricedModels { get; init; } = "";

    /// <summary>The IANA time zone in which days, weeks and months are counted.</summary>
    public string Timezone { get; init; } = "";
}

/// <summary>When a session has run away, and what is done about it.</summary>
/// <param name="WindowMinutes">The length of the sliding window in minutes.</param>
/// <param name="MaxTokens">The input and output tokens within the window that make it a runaway; null is never.</param>
/// <param name="MaxRepeatedErrors">How many usages in a row with the same error make it one; null is never.</param>
/// <param name="Action"><c>alert</c>, <c>pause</c> or <c>kill</c>.</param>
public sealed record RunawaySettings(int WindowMinutes, long? MaxTokens, int? MaxRepeatedErrors, string Action);

/// <summary>A new limit in USD, or none. One that nobody sets stays as it is.</summary>
[JsonConverter(typeof(LimitJsonConverter))]
public readonly record struct Limit
{
    /// <summary>No limit.</summary>
    public static readonly Limit None = new() { IsSet = true };

    /// <summary>Whether the limit changes at all.</summary>
    public bool IsSet { get; private init; }

    /// <summary>The limit; null is none.</summary>
    public decimal? Usd { get; private init; }

    /// <summary>A limit of so many dollars, 0 to 1,000,000; null is no limit.</summary>
    public static Limit Of(decimal? usd) => new() { IsSet = true, Usd = usd };

    /// <summary>A limit of so many dollars.</summary>
    public static implicit operator Limit(decimal usd) => Of(usd);
}

/// <summary>Changes of a team's settings; what is not set stays as it is.</summary>
public sealed record TeamSettingsChange
{
    /// <summary>A day of the team's zone, all agents together.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Limit DailyCostLimitUsd { get; init; }

    /// <summary>A week from Monday.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Limit WeeklyCostLimitUsd { get; init; }

    /// <summary>A calendar month.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Limit MonthlyCostLimitUsd { get; init; }

    /// <summary>Each task that has no cap of its own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Limit TaskCostLimitUsd { get; init; }

    /// <summary>Each session together with the sessions of its sub-agents.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Limit SessionCostLimitUsd { get; init; }

    /// <summary>A day of each agent that has no limit of its own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Limit AgentDailyCostLimitUsd { get; init; }

    /// <summary><c>hard</c> or <c>observe</c>.</summary>
    public string? Enforcement { get; init; }

    /// <summary><c>stop</c> or <c>kill</c>.</summary>
    public string? OnExceed { get; init; }
}

/// <summary>What an agent may spend in a day (USD).</summary>
public sealed record AgentSettings
{
    /// <summary>A day of its team's zone; null takes the team's default for agents.</summary>
    public decimal? DailyCostLimitUsd { get; init; }
}

/// <summary>What an organisation may spend (USD; null is no limit).</summary>
public sealed record OrganisationSettings
{
    /// <summary>A UTC day, all teams together.</summary>
    public decimal? DailyCostLimitUsd { get; init; }

    /// <summary>A UTC month, all teams together.</summary>
    public decimal? MonthlyCostLimitUsd { get; init; }
}

/// <summary>Changes of an agent's or an organisation's limits; what is not set stays as it is.</summary>
public sealed record LimitsChange
{
    /// <summary>A day.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Limit DailyCostLimitUsd { get; init; }

    /// <summary>A month; of organisations alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Limit MonthlyCostLimitUsd { get; init; }
}

internal sealed class LimitJsonConverter : JsonConverter<Limit>
{
    public override bool HandleNull => true;

    public override Limit Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? Limit.None : Limit.Of(reader.GetDecimal());

    public override void Write(Utf8JsonWriter writer, Limit value, JsonSerializerOptions options)
    {
        if (value.Usd is { } usd)
        {
            writer.WriteNumberValue(usd);
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}
