using System.Text.Json.Serialization;

namespace Entourage.Client.Contracts;

/// <summary>A new budget.</summary>
/// <param name="Scope"><c>organisation</c>, <c>team</c>, <c>agent</c>, <c>task</c>, <c>session</c>, <c>label</c> or <c>model</c>.</param>
/// <param name="Period"><c>minute</c>, <c>hour</c>, <c>day</c>, <c>week</c>, <c>month</c> or <c>total</c>.</param>
public sealed record NewBudget(string Scope, string Period)
{
    /// <summary>
    /// An id, a model, the beginning of the names of models with a <c>*</c>, or a label as <c>key=value</c>. With <c>*</c> or <c>key=*</c>, each item has the
    /// limit for itself. Null for an organisation or a team itself.
    /// </summary>
    public string? Match { get; init; }

    /// <summary>The organisation. Required for a budget of the work of all teams.</summary>
    public Guid? OrgId { get; init; }

    /// <summary>The team whose work it limits.</summary>
    public Guid? TeamId { get; init; }

    /// <summary>The name.</summary>
    public string? Name { get; init; }

    /// <summary>The day on which its months begin, from 1 to 31. Defaults to 1.</summary>
    public int? StartsOn { get; init; }

    /// <summary>The limit (USD). This or <see cref="LimitTokens"/> is required.</summary>
    public decimal? LimitUsd { get; init; }

    /// <summary>The limit in tokens of all classes.</summary>
    public long? LimitTokens { get; init; }

    /// <summary>Whether it refuses (<c>hard</c>, the default) or only raises alerts (<c>observe</c>).</summary>
    public string? Enforcement { get; init; }

    /// <summary><c>stop</c> or <c>kill</c>. Defaults to what the team does.</summary>
    public string? OnExceed { get; init; }

    /// <summary>The shares that raise an alert. Defaults to those of the team.</summary>
    public IReadOnlyList<decimal>? Thresholds { get; init; }
}

/// <summary>Changes to a budget. Members that are not set stay unchanged. Of a cap in the settings only the limit in dollars can change.</summary>
public sealed record BudgetChange
{
    /// <summary>The name.</summary>
    public string? Name { get; init; }

    /// <summary>The limit (USD).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Limit LimitUsd { get; init; }

    /// <summary>The limit in tokens of all classes.</summary>
    public long? LimitTokens { get; init; }

    /// <summary>Whether it refuses (<c>hard</c>) or only raises alerts (<c>observe</c>).</summary>
    public string? Enforcement { get; init; }

    /// <summary><c>stop</c> or <c>kill</c>.</summary>
    public string? OnExceed { get; init; }

    /// <summary>The shares that raise an alert.</summary>
    public IReadOnlyList<decimal>? Thresholds { get; init; }
}

/// <summary>A budget of its own, or a cap in the settings.</summary>
public sealed record BudgetDetails
{
    /// <summary>The number of a budget of its own, or the name of a cap in the settings, such as <c>task-594</c>.</summary>
    public string Id { get; init; } = "";

    /// <summary>The name, or null for none.</summary>
    public string? Name { get; init; }

    /// <summary>What it counts.</summary>
    public string Scope { get; init; } = "";

    /// <summary>Which of its scope it counts.</summary>
    public string Match { get; init; } = "";

    /// <summary>The organisation.</summary>
    public Guid OrgId { get; init; }

    /// <summary>The team whose work it limits, or null for the work of all teams.</summary>
    public Guid? TeamId { get; init; }

    /// <summary>The period.</summary>
    public string Period { get; init; } = "";

    /// <summary>The day on which its months begin, or null for other periods.</summary>
    public int? StartsOn { get; init; }

    /// <summary>The limit (USD), or null for none.</summary>
    public decimal? LimitUsd { get; init; }

    /// <summary>The limit in tokens, or null for none.</summary>
    public long? LimitTokens { get; init; }

    /// <summary>Whether it refuses (<c>hard</c>) or only raises alerts (<c>observe</c>).</summary>
    public string Enforcement { get; init; } = "";

    /// <summary><c>stop</c> or <c>kill</c>, or null for what the team does.</summary>
    public string? OnExceed { get; init; }

    /// <summary>The shares that raise an alert, or null for those of the team.</summary>
    public IReadOnlyList<decimal>? Thresholds { get; init; }

    /// <summary>The setting that it is, or null for a budget of its own.</summary>
    public string? Setting { get; init; }

    /// <summary>When it was created (UTC), or null for a setting.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>The current figures: one row for each unit, or of the items that have used the largest shares.</summary>
    public IReadOnlyList<BudgetStatus> Current { get; init; } = [];

    /// <summary>How many current windows it has, or null if they were not read.</summary>
    public int? CurrentCount { get; init; }
}
