using System.Text.Json;
using System.Text.Json.Serialization;

namespace Entourage.Client.Contracts;

/// <summary>The limits of a team (USD, null for no limit) and how its budgets behave.</summary>
public sealed record TeamSettings
{
    /// <summary>The limit per day of the team's time zone, for all agents together.</summary>
    public decimal? DailyCostLimitUsd { get; init; }

    /// <summary>The limit per week, which starts on Monday.</summary>
    public decimal? WeeklyCostLimitUsd { get; init; }

    /// <summary>The limit per calendar month.</summary>
    public decimal? MonthlyCostLimitUsd { get; init; }

    /// <summary>The limit of each task without its own cap.</summary>
    public decimal? TaskCostLimitUsd { get; init; }

    /// <summary>The limit of each session including the sessions of its sub-agents.</summary>
    public decimal? SessionCostLimitUsd { get; init; }

    /// <summary>The limit per day of each agent without its own limit.</summary>
    public decimal? AgentDailyCostLimitUsd { get; init; }

    /// <summary>Whether caps refuse (<c>hard</c>) or only raise alerts (<c>observe</c>).</summary>
    public string Enforcement { get; init; } = "";

    /// <summary>Whether a session that exhausts a hard cap is asked to stop (<c>stop</c>) or killed (<c>kill</c>).</summary>
    public string OnExceed { get; init; } = "";

    /// <summary>The minutes without a call after which an active session is abandoned, or null for never.</summary>
    public int? AbandonedAfterMinutes { get; init; }

    /// <summary>The shares of a budget at which an alert is raised.</summary>
    public IReadOnlyList<decimal> AlertThresholds { get; init; } = [];

    /// <summary>When a session is a runaway.</summary>
    public RunawaySettings? Runaway { get; init; }

    /// <summary>Whether a task without a cap is capped at the upper end of its type's reasonable budget.</summary>
    public bool ApplyGuidelineBudgets { get; init; }

    /// <summary>How usage of a model without a price is treated: <c>assume</c>, <c>record</c> or <c>refuse</c>.</summary>
    public string UnpricedModels { get; init; } = "";

    /// <summary>When calls through the gateway are sent as a cheaper model.</summary>
    public IReadOnlyList<ModelFallback> ModelFallbacks { get; init; } = [];

    /// <summary>The IANA time zone in which days, weeks and months are counted.</summary>
    public string Timezone { get; init; } = "";
}

/// <summary>When a session is a runaway, and what the server does then.</summary>
/// <param name="WindowMinutes">The length of the sliding window in minutes.</param>
/// <param name="MaxTokens">The input and output tokens within the window that make a runaway, or null for any number.</param>
/// <param name="MaxRepeatedErrors">The number of consecutive usages with the same error that make a runaway, or null for any number.</param>
/// <param name="Action"><c>alert</c>, <c>pause</c> or <c>kill</c>.</param>
public sealed record RunawaySettings(int WindowMinutes, long? MaxTokens, int? MaxRepeatedErrors, string Action);

/// <summary>A rule to send calls through the gateway as a cheaper model.</summary>
/// <param name="WhenSpent">The share of the tightest budget from which it applies: 0.8 is 80 %.</param>
/// <param name="From">The models: a name, or the beginning of names and <c>*</c>.</param>
/// <param name="To">The model that is sent instead.</param>
public sealed record ModelFallback(decimal WhenSpent, string From, string To);

/// <summary>A new limit in USD, or <see cref="None"/>. The default value leaves a limit unchanged.</summary>
[JsonConverter(typeof(LimitJsonConverter))]
public readonly record struct Limit
{
    /// <summary>Removes the limit.</summary>
    public static readonly Limit None = new() { IsSet = true };

    /// <summary>Whether the limit is changed.</summary>
    public bool IsSet { get; private init; }

    /// <summary>The limit, or null for no limit.</summary>
    public decimal? Usd { get; private init; }

    /// <summary>Creates a limit in USD, from 0 to 1,000,000, or null for no limit.</summary>
    public static Limit Of(decimal? usd) => new() { IsSet = true, Usd = usd };

    /// <summary>Creates a limit in USD.</summary>
    public static implicit operator Limit(decimal usd) => Of(usd);
}

/// <summary>Changes to a team's settings. Members that are not set stay unchanged.</summary>
public sealed record TeamSettingsChange
{
    /// <summary>The limit per day of the team's time zone, for all agents together.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Limit DailyCostLimitUsd { get; init; }

    /// <summary>The limit per week, which starts on Monday.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Limit WeeklyCostLimitUsd { get; init; }

    /// <summary>The limit per calendar month.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Limit MonthlyCostLimitUsd { get; init; }

    /// <summary>The limit of each task without its own cap.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Limit TaskCostLimitUsd { get; init; }

    /// <summary>The limit of each session including the sessions of its sub-agents.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Limit SessionCostLimitUsd { get; init; }

    /// <summary>The limit per day of each agent without its own limit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Limit AgentDailyCostLimitUsd { get; init; }

    /// <summary>Whether caps refuse (<c>hard</c>) or only raise alerts (<c>observe</c>).</summary>
    public string? Enforcement { get; init; }

    /// <summary>Whether a session that exhausts a hard cap is asked to stop (<c>stop</c>) or killed (<c>kill</c>).</summary>
    public string? OnExceed { get; init; }
}

/// <summary>The limits of an agent (USD).</summary>
public sealed record AgentSettings
{
    /// <summary>The limit per day of the team's time zone, or null for the team's default.</summary>
    public decimal? DailyCostLimitUsd { get; init; }
}

/// <summary>The limits of an organisation (USD, null for no limit).</summary>
public sealed record OrganisationSettings
{
    /// <summary>The limit per UTC day, for all teams together.</summary>
    public decimal? DailyCostLimitUsd { get; init; }

    /// <summary>The limit per UTC month, for all teams together.</summary>
    public decimal? MonthlyCostLimitUsd { get; init; }
}

/// <summary>Changes to the limits of an agent or an organisation. Members that are not set stay unchanged.</summary>
public sealed record LimitsChange
{
    /// <summary>The limit per day.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Limit DailyCostLimitUsd { get; init; }

    /// <summary>The limit per month, for organisations only.</summary>
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
