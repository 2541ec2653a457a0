using Entourage.Application.Abstractions;
using Entourage.Application.Budgets;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Tasks;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Tasks;

/// <summary>A task and its spending.</summary>
public sealed record TaskResponse
{
    /// <summary>The number of the task.</summary>
    public required long Id { get; init; }

    /// <summary>The team.</summary>
    public required Guid TeamId { get; init; }

    /// <summary>The title, on one line.</summary>
    public required string Title { get; init; }

    /// <summary>The description.</summary>
    public required string? Description { get; init; }

    /// <summary>The status.</summary>
    public required WorkTaskStatus Status { get; init; }

    /// <summary>The priority.</summary>
    public required TaskPriority Priority { get; init; }

    /// <summary>The type of work.</summary>
    public required TaskType TaskType { get; init; }

    /// <summary>The tags.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>The tasks that must be done before this one can start.</summary>
    public required IReadOnlyList<long> DependsOn { get; init; }

    /// <summary>The agent that the task is assigned to, if any.</summary>
    public required Guid? AssigneeId { get; init; }

    /// <summary>The cap of the task (USD): from its tag or a grant, else the team's default; null if there is none.</summary>
    public required Money? BudgetUsd { get; init; }

    /// <summary>The cost of its sessions (USD).</summary>
    public required MoneyTotal SpentUsd { get; init; }

    /// <summary>The amount left of the cap after spending and live reservations (USD), negative after an overrun; null without a cap.</summary>
    public required MoneyTotal? RemainingUsd { get; init; }

    /// <summary>Whether the spending exceeds the red flag of the guideline for its type.</summary>
    public required bool RedFlag { get; init; }

    /// <summary>When it was created (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the task last changed (UTC).</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When the task was done (UTC).</summary>
    public required DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Reads the responses for tasks of one team, in the given order.</summary>
    internal static async Task<IReadOnlyList<TaskResponse>> ReadAsync(
        IEntourageDb db, Guid teamId, IReadOnlyCollection<WorkTask> tasks, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var limits = (await db.Teams.AsNoTracking().SingleAsync(team => team.Id == teamId, cancellationToken)).Limits;
        var ids = tasks.Select(task => task.Id).ToArray();
        var dependencies = (await db.TaskDependencies.AsNoTracking()
                .Where(edge => ids.Contains(edge.TaskId))
                .OrderBy(edge => edge.DependsOnId)
                .ToListAsync(cancellationToken))
            .ToLookup(edge => edge.TaskId, edge => edge.DependsOnId);
        var scopeIds = ids.Select(BudgetWindow.IdOf).ToArray();
        var spent = await db.BudgetCounters.AsNoTracking()
            .Where(counter => counter.Scope == BudgetScope.Task && scopeIds.Contains(counter.ScopeId))
            .ToDictionaryAsync(counter => counter.ScopeId, counter => counter.Spent, cancellationToken);
        var reserved = (await (
                    from reservation in db.Reservations.LiveAt(now)
                    join session in db.Sessions on reservation.SessionId equals session.Id
                    where session.TaskId != null && ids.Contains(session.TaskId.Value)
                    select new { TaskId = session.TaskId!.Value, reservation.Amount })
                .ToListAsync(cancellationToken))
            .ToLookup(reservation => reservation.TaskId, reservation => reservation.Amount);
        return
        [
            .. tasks.Select(task => From(
                task, limits, dependencies[task.Id], new(spent.GetValueOrDefault(BudgetWindow.IdOf(task.Id)), MoneyTotal.Sum(reserved[task.Id])))),
        ];
    }

    /// <summary>Reads the response for one task.</summary>
    internal static async Task<TaskResponse> ReadAsync(
        IEntourageDb db, WorkTask task, DateTimeOffset now, CancellationToken cancellationToken) =>
        (await ReadAsync(db, task.TeamId, [task], now, cancellationToken))[0];

    private static TaskResponse From(WorkTask task, TeamLimits limits, IEnumerable<long> dependsOn, Spending spending)
    {
        var limit = task.CapIn(limits);
        return new()
        {
            Id = task.Id,
            TeamId = task.TeamId,
            Title = task.Title,
            Description = task.Description,
            Status = task.Status,
            Priority = task.Priority,
            TaskType = task.TaskType,
            Tags = task.Tags,
            DependsOn = [.. dependsOn],
            AssigneeId = task.AssigneeId,
            BudgetUsd = limit,
            SpentUsd = spending.Spent,
            RemainingUsd = limit - spending.Spent - spending.Reserved,
            RedFlag = SpendGuideline.For(task.TaskType) is { } guideline && spending.Spent > guideline.RedFlagAbove,
            CreatedAt = task.CreatedAt,
            UpdatedAt = task.UpdatedAt,
            CompletedAt = task.CompletedAt,
        };
    }
}
