namespace Entourage.Client.Contracts;

/// <summary>An organisation.</summary>
/// <param name="Id">The id.</param>
/// <param name="Name">The display name.</param>
/// <param name="Slug">The unique name in addresses.</param>
/// <param name="CreatedAt">When it was created (UTC).</param>
public sealed record Organisation(Guid Id, string Name, string Slug, DateTimeOffset CreatedAt);

/// <summary>A team.</summary>
public sealed record Team
{
    /// <summary>The id.</summary>
    public Guid Id { get; init; }

    /// <summary>The team's organisation.</summary>
    public Guid OrgId { get; init; }

    /// <summary>The display name.</summary>
    public string Name { get; init; } = "";

    /// <summary>The name in addresses, unique in the organisation.</summary>
    public string Slug { get; init; } = "";

    /// <summary>The IANA time zone of the team's days, weeks and months.</summary>
    public string Timezone { get; init; } = "";

    /// <summary><c>active</c> or <c>paused</c>.</summary>
    public string Status { get; init; } = "";

    /// <summary>When it was created (UTC).</summary>
    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>An agent.</summary>
public sealed record Agent
{
    /// <summary>The id.</summary>
    public Guid Id { get; init; }

    /// <summary>The agent's team.</summary>
    public Guid TeamId { get; init; }

    /// <summary>The display name, unique in the team.</summary>
    public string Name { get; init; } = "";

    /// <summary><c>manager</c>, <c>engineer</c> or <c>reviewer</c>.</summary>
    public string Role { get; init; } = "";

    /// <summary>The default model of the agent's sessions.</summary>
    public string? Model { get; init; }

    /// <summary><c>idle</c>, <c>working</c> or <c>paused</c>.</summary>
    public string Status { get; init; } = "";

    /// <summary>When it was created (UTC).</summary>
    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A task to create.</summary>
/// <param name="Title">What to do, in one line.</param>
public sealed record NewTask(string Title)
{
    /// <summary>What to do, in detail.</summary>
    public string? Description { get; init; }

    /// <summary><c>low</c>, <c>medium</c> (the default), <c>high</c> or <c>critical</c>.</summary>
    public string? Priority { get; init; }

    /// <summary><c>config</c>, <c>bugfix</c>, <c>small_feature</c>, <c>large_feature</c>, <c>feature</c>, <c>chore</c> or <c>other</c> (the default).</summary>
    public string? TaskType { get; init; }

    /// <summary>The tags. A tag <c>budget:X</c> caps the task at X dollars.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>The tasks of the team that must be done before this one can start.</summary>
    public IReadOnlyList<long>? DependsOn { get; init; }

    /// <summary>The agent of the team that is assigned to the task.</summary>
    public Guid? AssigneeId { get; init; }
}

/// <summary>A task with its spending (USD).</summary>
public sealed record WorkTask
{
    /// <summary>The number of the task.</summary>
    public long Id { get; init; }

    /// <summary>The task's team.</summary>
    public Guid TeamId { get; init; }

    /// <summary>What to do, in one line.</summary>
    public string Title { get; init; } = "";

    /// <summary>What to do, in detail.</summary>
    public string? Description { get; init; }

    /// <summary><c>todo</c>, <c>in_progress</c>, <c>in_review</c>, <c>done</c> or <c>cancelled</c>.</summary>
    public string Status { get; init; } = "";

    /// <summary><c>low</c>, <c>medium</c>, <c>high</c> or <c>critical</c>.</summary>
    public string Priority { get; init; } = "";

    /// <summary>The type of work; see <see cref="NewTask.TaskType"/>.</summary>
    public string TaskType { get; init; } = "";

    /// <summary>The tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The tasks that must be done before this one can start.</summary>
    public IReadOnlyList<long> DependsOn { get; init; } = [];

    /// <summary>The assigned agent, if any.</summary>
    public Guid? AssigneeId { get; init; }

    /// <summary>The cap of the task, or null if it has none.</summary>
    public decimal? BudgetUsd { get; init; }

    /// <summary>The recorded cost of the task's sessions.</summary>
    public decimal SpentUsd { get; init; }

    /// <summary>What remains of the cap, or null without a cap.</summary>
    public decimal? RemainingUsd { get; init; }

    /// <summary>Whether the spending exceeds the red flag of the guideline for the task's type.</summary>
    public bool RedFlag { get; init; }
}

internal sealed record NewOrganisation(string Name, string Slug);

internal sealed record NewTeam(string Name, string Slug, string? Timezone);

internal sealed record NewAgent(string Name, string? Role, string? Model);

internal sealed record StatusRequest(string Status);
