using Entourage.Domain.Budgets;
using Entourage.Domain.Teams;

namespace Entourage.Domain.Tasks;

/// <summary>A piece of work for which agents start sessions, with an optional cap.</summary>
public sealed class WorkTask
{
    /// <summary>The longest title, in UTF-16 code units.</summary>
    public const int TitleLength = 500;

    /// <summary>The longest description, in UTF-16 code units.</summary>
    public const int DescriptionLength = 20_000;

    /// <summary>The maximum number of tags of a task.</summary>
    public const int TagCount = 50;

    /// <summary>The longest tag, in UTF-16 code units.</summary>
    public const int TagLength = 100;

    /// <summary>The maximum number of dependencies of a task.</summary>
    public const int DependencyCount = 100;

    /// <summary>The status of a task on which work can go on: neither done nor cancelled.</summary>
    public static readonly IReadOnlyList<WorkTaskStatus> OpenStatuses = [WorkTaskStatus.Todo, WorkTaskStatus.InProgress, WorkTaskStatus.InReview];

    private WorkTask()
    {
    }

    /// <summary>The number that the store assigns.</summary>
    public long Id { get; private init; }

    /// <summary>The team.</summary>
    public Guid TeamId { get; private init; }

    /// <summary>The title.</summary>
    public string Title { get; private set; } = "";

    /// <summary>The description.</summary>
    public string? Description { get; private set; }

    /// <summary>The status.</summary>
    public WorkTaskStatus Status { get; private set; }

    /// <summary>The priority.</summary>
    public TaskPriority Priority { get; private set; }

    /// <summary>The kind of work.</summary>
    public TaskType TaskType { get; private set; }

    /// <summary>Labels. A tag of the form <c>budget:X</c> sets <see cref="OwnLimit"/>.</summary>
    public IReadOnlyList<string> Tags { get; private set; } = [];

    /// <summary>The agent that the task is assigned to, if any.</summary>
    public Guid? AssigneeId { get; private set; }

    /// <summary>The task's own cap (USD), set by a person or by its budget tag; null applies the team's default for tasks.</summary>
    public Money? OwnLimit { get; private set; }

    /// <summary>When it was created (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>When the task was last changed (UTC).</summary>
    public DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>When the task was done (UTC); null before.</summary>
    public DateTimeOffset? CompletedAt { get; private set; }

    /// <summary>Incremented by each change, for optimistic concurrency.</summary>
    public long Version { get; private set; }

    /// <summary>Whether the task is neither done nor cancelled.</summary>
    public bool IsOpen => Status is not (WorkTaskStatus.Done or WorkTaskStatus.Cancelled);

    /// <summary>Creates a task in status <see cref="WorkTaskStatus.Todo"/>.</summary>
    /// <exception cref="RuleViolationException"><c>malformed-budget-tag</c>.</exception>
    public static WorkTask Create(Team team, WorkTaskContent content, DateTimeOffset now)
    {
        var task = new WorkTask { TeamId = team.Id, CreatedAt = now };
        task.Change(content, now);
        return task;
    }

    /// <summary>Replaces the content. If the amount of the budget tag changes, it becomes the task's cap. Otherwise an earlier raise stays.</summary>
    /// <exception cref="RuleViolationException"><c>malformed-budget-tag</c>.</exception>
    public void Change(WorkTaskContent content, DateTimeOffset now)
    {
        var tagged = BudgetTag.LimitOf(content.Tags);
        OwnLimit = tagged == BudgetTag.LimitOf(Tags) ? OwnLimit : tagged;
        Title = content.Title;
        Description = content.Description;
        Priority = content.Priority;
        TaskType = content.TaskType;
        Tags = [.. content.Tags];
        AssigneeId = content.AssigneeId;
        Touch(now);
    }

    /// <summary>Sets the task's own cap, whatever its budget tag says.</summary>
    /// <param name="limit">The cap (USD); null to apply the team's default.</param>
    /// <param name="now">The current time (UTC).</param>
    public void SetOwnLimit(Money? limit, DateTimeOffset now)
    {
        OwnLimit = limit;
        Touch(now);
    }

    /// <summary>Returns the cap that applies (USD), see <see cref="TaskCap.Limit"/>; null if there is none.</summary>
    /// <param name="limits">The team's limits.</param>
    public Money? CapIn(TeamLimits limits) => new TaskCap(Id, OwnLimit, TaskType).Limit(limits);

    /// <summary>Raises the cap that applies and makes it the task's own cap.</summary>
    /// <param name="amount">The amount to add (USD).</param>
    /// <param name="limits">The team's limits.</param>
    /// <param name="now">The current time (UTC).</param>
    /// <exception cref="RuleViolationException"><c>nothing-to-raise</c>: the task has no cap; <c>cap-too-large</c>.</exception>
    internal void RaiseCap(Money amount, TeamLimits limits, DateTimeOffset now)
    {
        var raised = CapIn(limits) + amount
            ?? throw new RuleViolationException("nothing-to-raise", "The task has no cap to raise.", nameof(Budget.Granted));
        TeamLimits.EnsureCap(raised);
        OwnLimit = raised;
        Touch(now);
    }

    /// <summary>Changes the status: to do, in progress, in review (and back), done; or cancelled while the task is open.</summary>
    /// <exception cref="RuleViolationException"><c>illegal-status</c>: the change is not allowed.</exception>
    public void MoveTo(WorkTaskStatus next, DateTimeOffset now)
    {
        var legal = (Status, next) switch
        {
            (WorkTaskStatus.Todo, WorkTaskStatus.InProgress) => true,
            (WorkTaskStatus.InProgress, WorkTaskStatus.InReview) => true,
            (WorkTaskStatus.InReview, WorkTaskStatus.InProgress) => true,
            (WorkTaskStatus.InReview, WorkTaskStatus.Done) => true,
            (_, WorkTaskStatus.Cancelled) => IsOpen,
            _ => false,
        };
        if (!legal)
        {
            throw new RuleViolationException("illegal-status", $"A task cannot go from '{NameOf(Status)}' to '{NameOf(next)}'.");
        }

        Status = next;
        CompletedAt = next == WorkTaskStatus.Done ? now : null;
        Touch(now);
    }

    private static string NameOf(WorkTaskStatus status) => status switch
    {
        WorkTaskStatus.Todo => "to do",
        WorkTaskStatus.InProgress => "in progress",
        WorkTaskStatus.InReview => "in review",
        WorkTaskStatus.Done => "done",
        _ => "cancelled",
    };

    private void Touch(DateTimeOffset now)
    {
        UpdatedAt = now;
        Version++;
    }
}

/// <summary>The editable content of a task.</summary>
/// <param name="Title">The title.</param>
/// <param name="Description">The description.</param>
/// <param name="Priority">The priority.</param>
/// <param name="TaskType">The kind of work.</param>
/// <param name="Tags">Labels. A tag of the form <c>budget:X</c> caps the task at X dollars.</param>
/// <param name="AssigneeId">The agent that the task is assigned to.</param>
public sealed record WorkTaskContent(
    string Title,
    string? Description,
    TaskPriority Priority,
    TaskType TaskType,
    IReadOnlyList<string> Tags,
    Guid? AssigneeId);
