using System.Globalization;
using System.Text.Json.Serialization;
using Entourage.Application.Errors;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Teams;

namespace Entourage.Application.Settings;

/// <summary>The spending limits and budget settings of a team. All limits are in USD; null means no limit.</summary>
/// <param name="DailyCostLimitUsd">Per day in the team's time zone, for all agents together.</param>
/// <param name="WeeklyCostLimitUsd">Per week from Monday.</param>
/// <param name="MonthlyCostLimitUsd">Per calendar month.</param>
/// <param name="TaskCostLimitUsd">For each task without a <c>budget:X</c> tag.</param>
/// <param name="SessionCostLimitUsd">For each session, including the sessions of its sub-agents.</param>
/// <param name="AgentDailyCostLimitUsd">Per day for each agent without its own limit.</param>
/// <param name="Enforcement">Whether the budgets refuse or only observe.</param>
/// <param name="OnExceed">Whether a session whose usage exhausts a hard cap is asked to stop or killed.</param>
/// <param name="AbandonedAfterMinutes">The minutes of silence after which an active session is closed as abandoned; null for never.</param>
/// <param name="AlertThresholds">The shares of a budget at which alerts are raised.</param>
/// <param name="Runaway">The rules for runaway sessions.</param>
/// <param name="ApplyGuidelineBudgets">Whether a task without a cap takes the upper end of its type's reasonable budget.</param>
/// <param name="UnpricedModels">What happens to work on a model without a price.</param>
/// <param name="ModelFallbacks">The rules to send calls through the gateway as cheaper models when little of a budget is left.</param>
/// <param name="Timezone">The IANA time zone of days, weeks and months.</param>
/// <param name="Version">The version of the settings; not part of the response body.</param>
public sealed record TeamSettingsResponse(
    Money? DailyCostLimitUsd,
    Money? WeeklyCostLimitUsd,
    Money? MonthlyCostLimitUsd,
    Money? TaskCostLimitUsd,
    Money? SessionCostLimitUsd,
    Money? AgentDailyCostLimitUsd,
    Enforcement Enforcement,
    OnExceed OnExceed,
    int? AbandonedAfterMinutes,
    IReadOnlyList<decimal> AlertThresholds,
    RunawaySettingsResponse Runaway,
    bool ApplyGuidelineBudgets,
    UnpricedModelRule UnpricedModels,
    IReadOnlyList<ModelFallback> ModelFallbacks,
    string Timezone,
    [property: JsonIgnore] long Version)
{
    /// <summary>The version as an entity tag.</summary>
    [JsonIgnore]
    public string EntityTag => EntityTagOf(Version);

    internal static TeamSettingsResponse From(Team team) => new(
        team.Limits.Daily,
        team.Limits.Weekly,
        team.Limits.Monthly,
        team.Limits.Task,
        team.Limits.Session,
        team.Limits.AgentDaily,
        team.Limits.Enforcement,
        team.Limits.OnExceed,
        team.Limits.AbandonedAfterMinutes,
        team.Watch.Thresholds.Ratios,
        RunawaySettingsResponse.From(team.Watch),
        team.Limits.ApplyGuidelineBudgets,
        team.Limits.UnpricedModels,
        team.Limits.ModelFallbacks.Rules,
        team.Timezone,
        team.Version);

    /// <summary>Checks an If-Match header against the current version.</summary>
    /// <exception cref="ConflictException"><c>stale</c>: the settings have changed.</exception>
    internal static void EnsureMatch(string? ifMatch, long version)
    {
        if (ifMatch is null or "*" || ifMatch.Split(',', StringSplitOptions.TrimEntries).Contains(EntityTagOf(version)))
        {
            return;
        }

        throw new ConflictException("stale", "The settings have changed since you read them. Read them again and repeat the change.");
    }

    private static string EntityTagOf(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");
}
