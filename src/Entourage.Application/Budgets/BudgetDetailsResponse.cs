using Entourage.Domain;
using Entourage.Domain.Budgets;

namespace Entourage.Application.Budgets;

/// <summary>A budget: one of its own, or a cap in the settings of an organisation, a team, an agent or a task.</summary>
public sealed record BudgetDetailsResponse
{
    /// <summary>The number of a budget of its own, as text, or the name of a cap in the settings, such as <c>task-594</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The name; null for none.</summary>
    public required string? Name { get; init; }

    /// <summary>What it counts.</summary>
    public required BudgetScope Scope { get; init; }

    /// <summary>
    /// What of its scope it counts: the id of an organisation, a team, an agent, a task or a session, a model, the beginning of the names of models with a
    /// <c>*</c>, or a label as <c>key=value</c>. With <c>*</c> or <c>key=*</c>, each item has the limit for itself.
    /// </summary>
    public required string Match { get; init; }

    /// <summary>The organisation.</summary>
    public required Guid OrgId { get; init; }

    /// <summary>The team whose work it limits, in whose time zone its windows are; null for the work of all teams, in UTC.</summary>
    public required Guid? TeamId { get; init; }

    /// <summary>The period.</summary>
    public required BudgetPeriod Period { get; init; }

    /// <summary>The day on which its months begin, from 1 to 31; null for other periods. In a shorter month it begins on the last day.</summary>
    public required int? StartsOn { get; init; }

    /// <summary>The limit (USD); null for none.</summary>
    public required Money? LimitUsd { get; init; }

    /// <summary>The limit in tokens of all classes; null for none.</summary>
    public required long? LimitTokens { get; init; }

    /// <summary>Whether it refuses or only observes. A budget of a team that only observes does so too.</summary>
    public required Enforcement Enforcement { get; init; }

    /// <summary>What happens to a session whose usage exhausts it; null for what its team does.</summary>
    public required OnExceed? OnExceed { get; init; }

    /// <summary>The shares that raise an alert: 0.8 is 80 %. Null for those of the team.</summary>
    public required IReadOnlyList<decimal>? Thresholds { get; init; }

    /// <summary>The setting that it is, such as <c>daily_cost_limit_usd</c>; null for a budget of its own.</summary>
    public required string? Setting { get; init; }

    /// <summary>When it was created (UTC); null for a setting.</summary>
    public required DateTimeOffset? CreatedAt { get; init; }

    /// <summary>
    /// The current figures, one for each unit. For a budget that each item has for itself, the five items that have used the largest shares; in lists, none.
    /// </summary>
    public required IReadOnlyList<BudgetStatusResponse> Current { get; init; }

    /// <summary>How many current windows it has. Null in lists for a budget that each item has for itself.</summary>
    public required int? CurrentCount { get; init; }
}
