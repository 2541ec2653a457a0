using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Application.Stops;
using Entourage.Domain;
using Entourage.Domain.Stops;
using Entourage.Domain.Tasks;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Tasks;

/// <summary>Creates a task in a team.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="Title">The title, on one line.</param>
/// <param name="Description">The description.</param>
/// <param name="Priority">The priority.</param>
/// <param name="TaskType">The type of work.</param>
/// <param name="Tags">Labels; one of the form <c>budget:X</c> caps the task at X dollars.</param>
/// <param name="DependsOn">The tasks of the team that must be done before this one can start.</param>
/// <param name="AssigneeId">The agent of the team that the task is assigned to.</param>
/// <param name="BudgetUsd">The cap (USD); null to apply that of the tags, else the team's default.</param>
/// <param name="IdempotencyKey">The idempotency key, if any.</param>
public sealed record CreateTaskCommand(
    Guid TeamId,
    string Title,
    string? Description,
    TaskPriority Priority,
    TaskType TaskType,
    IReadOnlyList<string>? Tags,
    IReadOnlyList<long>? DependsOn,
    Guid? AssigneeId,
    Money? BudgetUsd,
    string? IdempotencyKey) : ICommand<TaskResponse>, IIdempotentCommand
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Team(TeamId));

    /// <inheritdoc/>
    public string IdempotencyScope => $"teams/{TeamId}/tasks";
}

internal sealed class CreateTaskValidator : AbstractValidator<CreateTaskCommand>
{
    public CreateTaskValidator()
    {
        RuleFor(command => command.Title).Line(WorkTask.TitleLength);
        RuleFor(command => command.Description).OptionalText(WorkTask.DescriptionLength);
        RuleFor(command => command.BudgetUsd).Usd();
        this.Tags(command => command.Tags);
        this.DependsOn(command => command.DependsOn);
    }
}

internal sealed class CreateTaskHandler(IEntourageDb db, AuditTrail audit, TimeProvider time) : IRequestHandler<CreateTaskCommand, TaskResponse>
{
    public async Task<TaskResponse> Handle(CreateTaskCommand request, CancellationToken cancellationToken)
    {
        var dependsOn = request.DependsOn ?? [];
        if (dependsOn.Count > 0)
        {
            await db.LockOrganisationOfTeamAsync(request.TeamId, cancellationToken);
        }

        var team = await db.Teams.GetAsync(request.TeamId, "team", cancellationToken);
        await db.EnsureNotArchivedAsync(PauseScope.Team, team.Id, cancellationToken);
        await db.EnsureAssigneeAsync(team.Id, request.AssigneeId, cancellationToken);
        var content = new WorkTaskContent(
            request.Title, request.Description, request.Priority, request.TaskType, request.Tags ?? [], request.AssigneeId);
        var task = WorkTask.Create(team, content, time.GetUtcNow());
        if (request.BudgetUsd is { } cap)
        {
            task.SetOwnLimit(cap, time.GetUtcNow());
        }

        db.Tasks.Add(task);
        await db.SaveChangesAsync(cancellationToken);

        if (dependsOn.Count > 0)
        {
            await db.ReplaceDependenciesAsync(task, dependsOn, cancellationToken);
        }

        await AuditedCap.AddAsync(audit, db, task, before: null, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        return await TaskResponse.ReadAsync(db, task, time.GetUtcNow(), cancellationToken);
    }
}
