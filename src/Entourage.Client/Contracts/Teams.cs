namespace Entourage.Client.Contracts;

/// <summary>An organisation.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">The display name.</param>
/// <param name="Slug">The name in addresses; unique.</param>
/// <param name="CreatedAt">When it was made (UTC).</param>
public sealed record Organisation(Guid Id, string Name, string Slug, DateTimeOffset CreatedAt);

/// <summary>A team.</summary>
public sealed record Team
{
    /// <summary>Its id.</summary>
    public Guid Id { get; init; }

    /// <summary>The organisation it belongs to.</summary>
    public Guid OrgId { get; init; }

    /// <summary>The display name.</summary>
    public string Name { get; init; } = "";

    /// <summary>The name in addresses; unique in its organisation.</summary>
    public string Slug { get; init; } = "";

    /// <summary>The IANA time zone in which its days are counted.</summary>
    public string Timezone { get; init; } = "";

    /// <summary><c>active</c> or <c>paused</c>.</summary>
    public string Status { get; init; } = "";

    /// <summary>When it was made (UTC).</summary>
    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>An agent.</summary>
public sealed record Agent
{
    /// <summary>Its id.</summary>
    public Guid Id { get; init; }

    /// <summary>The team it belongs to.</summary>
    public Guid TeamId { get; init; }

    /// <summary>The display name; unique in its team.</summary>
    public string Name { get; init; } = "";

    /// <summary><c>manager</c>, <c>engineer</c> or <c>reviewer</c>.</summary>
    public string Role { get; init; } = "";

    /// <summary>The model that its sessions use unless they say otherwise.</summary>
    public string? Model { get; init; }

    /// <summary><c>idle</c>, <c>working</c> or <c>paused</c>.</summary>
    public string Status { get; init; } = "";

    /// <summary>When it was made (UTC).</summary>
    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A new task.</summary>
/// <param name="Title">What is to be done, in a line.</param>
public sealed record TaskStart(string Title)
{
    /// <summary>What is to be done, at length.</summary>
    public string? Description { get; init; }

    /// <summary><c>low</c>, <c>medium</c> (the default), <c>high</c> or <c>critical</c>.</summary>
    public string? Priority { get; init; }

    /// <summary><c>config</c>, <c>bugfix</c>, <c>small_feature</c>, <c>large_feature</c>, <c>feature</c>, <c>chore</c> or <c>other</c> (the default).</summary>
    public string? TaskType { get; init; }

    /// <summary>Labels; one of the form <c>budget:X</c> caps the task at X dollars.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>The tasks of the team that must be done before it can start.</summary>
    public IReadOnlyList<long>? DependsOn { get; init; }

    /// <summary>The agent of the team that it is given to.</summary>
    public Guid? AssigneeId { get; init; }
}

/// <summary>A task and what has been spent on it (USD).</summary>
public sealed record WorkTask
{
    /// <summary>Its number.</summary>
    public long Id { get; init; }

    /// <summary>The team whose task it is.</summary>
    public Guid TeamId { get; init; }

    /// <summary>What is to be done, in a line.</summary>
    public string Title { get; init; } = "";

    /// <summary>What is to be done, at length.</summary>
    public string? Description { get; init; }

    /// <summary><c>todo</c>, <c>in_progress</c>, <c>in_review</c>, <c>done</c> or <c>cancelled</c>.</summary>
    public string Status { get; init; } = "";

    /// <summary>How pressing it is.</summary>
    public string Priority { get; init; } = "";

    /// <summary>What kind of work it is.</summary>
    public string TaskType { get; init; } = "";

    /// <summary>Its labels.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The tasks that must be done before it can start.</summary>
    public IReadOnlyList<long> DependsOn { get; init; } = [];

    /// <summary>The agent it is given to, if any.</summary>
    public Guid? AssigneeId { get; init; }

    /// <summary>The cap that holds for it; null when there is none.</summary>
    public decimal? BudgetUsd { get; init; }

    /// <summary>What its sessions have cost.</summary>
    public decimal SpentUsd { get; init; }

    /// <summary>What is left of the cap; null without a cap.</summary>
    public decimal? RemainingUsd { get; init; }

    /// <summary>Whether more was spent than the guideline for its type calls a red flag.</summary>
    public bool RedFlag { get; init; }
}

internal sealed record OrganisationStart(string Name, string Slug);

internal sealed record TeamStart(string Name, string Slug, string? Timezone);

internal sealed record AgentStart(string Name, string? Role, string? Model);

internal sealed record StatusRequest(string Status);
