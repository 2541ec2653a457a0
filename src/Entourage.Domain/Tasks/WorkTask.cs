using Entourage.Domain.Budgets;
using Entourage.Domain.Teams;

namespace Entourage.Domain.Tasks;

/// <summary>A piece of work that agents open sessions for, and that a budget can cap.</summary>
public sealed class WorkTask
{
    /// <summary>The longest title.</summary>
    public const int TitleLength = 500;

    /// <summary>The longest description.</summary>
    public const int DescriptionLength = 20_000;

    /// <summary>The most tags of one task.</summary>
    public const int TagCount = 50;

    /// <summary>The longest tag.</summary>
    public const int TagLength = 100;

    /// <summary>The most tasks that one task depends on.</summary>
    public const int DependencyCount = 100;

    private WorkTask()
    {
    }

    /// <summary>A number that the store hands out.</summary>
    public long Id { get; private init; }

    /// <summary>The team whose task it is.</summary>
    public Guid TeamId { get; private init; }

    /// <summary>What is to be done, in a line.</summary>
    public string Title { get; private set; } = "";

    /// <summary>What is to be done, at length.</summary>
    public string? Description { get; private set; }

    /// <summary>Where it stands.</summary>
    public WorkTaskStatus Status { get; private set; }

    /// <summary>How pressing it is.</summary>
    public TaskPriority Priority { get; private set; }

    /// <summary>What kind of work it is.</summary>
    public TaskType TaskType { get; private set; }

    /// <summary>Labels; one of the form <c>budget:X</c> sets <see cref="OwnLimit"/>.</summary>
    public IReadOnlyList<string> Tags { get; private set; } = [];

    /// <summary>The agent it is given to, if any.</summary>
    public Guid? AssigneeId { get; private set; }

    /// <summary>The cap set by its tag, or raised by a person since (USD); null takes the team's default for tasks.</summary>
    public Money? OwnLimit { get; private set; }

    /// <summary>When it was made (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>When it last changed (UTC).</summary>
    public DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>When it was done (UTC); null before.</summary>
    public DateTimeOffset? CompletedAt { get; private set; }

    /// <summary>Incremented by each change; two writers of one version collide.</summary>
    public long Version { get; private set; }

    /// <summary>Neither done nor cancelled.</summary>
    public bool IsOpen => Status is not (WorkTaskStatus.Done or WorkTaskStatus.Cancelled);

    /// <summary>Makes a task to do.</summary>
    /// <exception cref="RuleViolationException"><c>malformed-budget-tag</c>.</exception>
    public static WorkTask Create(Team team, WorkTaskContent content, DateTimeOffset now)
    {
        var task = new WorkTask { TeamId = team.Id, CreatedAt = now };
        task.Change(content, now);
        return task;
    }

    /// <summary>Replaces what a person wrote about it. Where the amount of its tag changes, that is its cap from now on; else a raise stays.</summary>
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

    /// <summary>The cap that holds for it (USD), see <see cref="TaskCap.Limit"/>; null when there is none.</summary>
    /// <param name="limits">Its team's.</param>
    public Money? CapIn(TeamLimits limits) => new TaskCap(Id, OwnLimit, TaskType).Limit(limits);

    /// <summary>Raises its cap, wherever that comes from: it is its own from now on.</summary>
    /// <param name="amount">By how much (USD).</param>
    /// <param name="limits">Its team's.</param>
    /// <param name="now">The present (UTC).</param>
    /// <exception cref="RuleViolationException"><c>nothing-to-raise</c>: it has no cap; <c>cap-too-large</c>.</exception>
    public void RaiseCap(Money amount, TeamLimits limits, DateTimeOffset now)
    {
        var raised = CapIn(limits) + amount
            ?? throw new RuleViolationException("nothing-to-raise", "The task has no cap that could be raised.", "GrantedUsd");
        TeamLimits.EnsureCap(raised, "GrantedUsd");
        OwnLimit = raised;
        Touch(now);
    }

    /// <summary>Moves it on: todo, in progress, in review (and back), done; or cancelled while it is open.</summary>
    /// <exception cref="RuleViolationException"><c>illegal-status</c>.</exception>
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
            throw new RuleViolationException("illegal-status", $"A task cannot go from '{WordsOf(Status)}' to '{WordsOf(next)}'.");
        }

        Status = next;
        CompletedAt = next == WorkTaskStatus.Done ? now : null;
        Touch(now);
    }

    private static string WordsOf(WorkTaskStatus status) => status switch
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

/// <summary>What a person writes about a task.</summary>
/// <param name="Title">What is to be done, in a line.</param>
/// <param name="Description">What is to be done, at length.</param>
/// <param name="Priority">How pressing it is.</param>
/// <param name="TaskType">What kind of work it is.</param>
/// <param name="Tags">Labels; one of the form <c>budget:X</c> caps the task at X dollars.</param>
/// <param name="AssigneeId">The agent it is given to.</param>
public sealed record WorkTaskContent(
    string Title,
    string? Description,
    TaskPriority Priority,
    TaskType TaskType,
    IReadOnlyList<string> Tags,
    Guid? AssigneeId);
