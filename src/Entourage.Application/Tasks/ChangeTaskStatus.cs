using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Domain.Tasks;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Tasks;

/// <summary>Changes the status of a task.</summary>
/// <param name="Id">The task.</param>
/// <param name="Status">The new status.</param>
public sealed record ChangeTaskStatusCommand(long Id, WorkTaskStatus? Status) : ICommand<TaskResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.AssignedTask(Id));
}

internal sealed class ChangeTaskStatusValidator : AbstractValidator<ChangeTaskStatusCommand>
{
    public ChangeTaskStatusValidator() => RuleFor(command => command.Status).NotNull();
}

internal sealed class ChangeTaskStatusHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<ChangeTaskStatusCommand, TaskResponse>
{
    public async Task<TaskResponse> Handle(ChangeTaskStatusCommand request, CancellationToken cancellationToken)
    {
        await db.LockOrganisationOfTaskAsync(request.Id, cancellationToken);
        var task = await db.Tasks.GetAsync(request.Id, "task", cancellationToken);
        task.MoveTo(request.Status!.Value, time.GetUtcNow());
        await db.SaveChangesAsync(cancellationToken);
        return await TaskResponse.ReadAsync(db, task, time.GetUtcNow(), cancellationToken);
    }
}
