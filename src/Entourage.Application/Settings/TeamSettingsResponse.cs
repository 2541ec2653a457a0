using System.Globalization;
using System.Text.Json.Serialization;
using Entourage.Application.Errors;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Teams;

namespace Entourage.Application.Settings;

/// <summary>What a team may spend and how its budgets behave. All limits are in USD; null is no limit.</summary>
/// <param name="DailyCostLimitUsd">A day of the team's zone, all agents together.</param>
/// <param name="WeeklyCostLimitUsd">A week from Monday.</param>
/// <param name="MonthlyCostLimitUsd">A calendar month.</param>
/// <param name="TaskCostLimitUsd">Each task that has no <c>budget:X</c> tag.</param>
/// <param name="SessionCostLimitUsd">Each session together with the sessions of its sub-agents.</param>
/// <param name="AgentDailyCostLimitUsd">A day of each agent that has no limit of its own.</param>
/// <param name="Enforcement">Whether the budgets refuse or only watch.</param>
/// <param name="OnExceed">What becomes of a session whose usage leaves nothing of a hard cap: it is told to stop, or killed.</param>
/// <param name="AbandonedAfterMinutes">After how many minutes of silence an active session is given up; null is never.</param>
/// <param name="AlertThresholds">The shares of a budget that are told when they are spent.</param>
/// <param name="Runaway">When a session has run away.</param>
/// <param name="ApplyGuidelineBudgets">Whether a task with no cap takes the upper end of its type's reasonable budget.</param>
/// <param name="UnpricedModels">What becomes of work on a model that has no price.</param>
/// <param name="Timezone">The IANA time zone in which days, weeks and months are counted.</param>
/// <param name="Version">The version of the settings; not part of the answer's body.</param>
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
        team.Timezone,
        team.Version);

    /// <summary>Checks an If-Match header against the present version.</summary>
    /// <exception cref="ConflictException"><c>stale</c>.</exception>
    internal static void EnsureMatch(string? ifMatch, long version)
    {
        if (ifMatch is null or "*" || ifMatch.Split(',', StringSplitOptions.TrimEntries).Contains(EntityTagOf(version)))
        {
            return;
        }

        throw new ConflictException("stale", "The settings have changed since they were read: read them again and repeat the change.");
    }

    private static string EntityTagOf(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");
}
