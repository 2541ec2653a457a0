using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Behaviors;
using Entourage.Application.Budgets;
using Entourage.Application.Errors;
using Entourage.Application.Json;
using Entourage.Domain;
using Entourage.Domain.Tasks;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Tasks;

/// <summary>Changes the description of a task. Absent members keep their values.</summary>
/// <param name="Id">The task.</param>
/// <param name="Title">The title, on one line.</param>
/// <param name="Description">The description.</param>
/// <param name="Priority">The priority.</param>
/// <param name="TaskType">The type of work.</param>
/// <param name="Tags">Labels; one of the form <c>budget:X</c> caps the task at X dollars.</param>
/// <param name="DependsOn">The tasks of the team that must be done before this one can start.</param>
/// <param name="AssigneeId">The agent of the team that the task is assigned to.</param>
/// <param name="BudgetUsd">The cap (USD), which takes precedence over the tags; null to apply the team's default.</param>
public sealed record ChangeTaskCommand(
    long Id,
    Patch<string> Title,
    Patch<string?> Description,
    Patch<TaskPriority> Priority,
    Patch<TaskType> TaskType,
    Patch<IReadOnlyList<string>?> Tags,
    Patch<IReadOnlyList<long>?> DependsOn,
    Patch<Guid?> AssigneeId,
    Patch<Money?> BudgetUsd) : ICommand<TaskResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Task(Id));

    /// <summary>Changes only the cap of a task.</summary>
    internal static ChangeTaskCommand OfBudget(long id, Patch<Money?> budget) => new(id, default, default, default, default, default, default, default, budget);
}

internal sealed class ChangeTaskValidator : AbstractValidator<ChangeTaskCommand>
{
    public ChangeTaskValidator()
    {
        RuleFor(command => command.Title.Value).Line(WorkTask.TitleLength).OverridePropertyName("Title").When(command => command.Title.IsSet);
        RuleFor(command => command.Description.Value).OptionalText(WorkTask.DescriptionLength).OverridePropertyName("Description");
        RuleFor(command => command.BudgetUsd.Value).Usd().OverridePropertyName("BudgetUsd");
        this.Tags(command => command.Tags.Value);
        this.DependsOn(command => command.DependsOn.Value);
    }
}

internal sealed class ChangeTaskHandler(IEntourageDb db, AuditTrail audit, CrossedLines lines, TimeProvider time)
    : IRequestHandler<ChangeTaskCommand, TaskResponse>
{
    public async Task<TaskResponse> Handle(ChangeTaskCommand request, CancellationToken cancellationToken)
    {
        var organisationId = await db.LockOrganisationOfTaskAsync(request.Id, cancellationToken);
        var task = await db.Tasks.GetAsync(request.Id, "task", cancellationToken);
        await db.EnsureAssigneeAsync(task.TeamId, request.AssigneeId.Value, cancellationToken);
        var (capBefore, typeBefore) = (task.OwnLimit, task.TaskType);
        task.Change(
            new WorkTaskContent(
                request.Title.Or(task.Title),
                request.Description.Or(task.Description),
                request.Priority.Or(task.Priority),
                request.TaskType.Or(task.TaskType),
                request.Tags.Or(task.Tags) ?? [],
                request.AssigneeId.Or(task.AssigneeId)),
            time.GetUtcNow());
        if (request.BudgetUsd.IsSet)
        {
            task.SetOwnLimit(request.BudgetUsd.Value, time.GetUtcNow());
        }

        var budgets = task.OwnLimit == capBefore && task.TaskType == typeBefore
            ? null
            : await lines.BeginAsync(BudgetReach.OfTask(organisationId, task.TeamId, task.Id), cancellationToken);
        if (request.DependsOn.IsSet)
        {
            await db.ReplaceDependenciesAsync(task, request.DependsOn.Value ?? [], cancellationToken);
        }

        await AuditedCap.AddAsync(audit, db, task, capBefore, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        if (budgets is not null)
        {
            await lines.FollowAsync(budgets, cancellationToken);
        }

        return await TaskResponse.ReadAsync(db, task, time.GetUtcNow(), cancellationToken);
    }
}
