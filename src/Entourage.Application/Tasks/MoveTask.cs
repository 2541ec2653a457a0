using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Domain.Tasks;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Tasks;

/// <summary>Moves a task to another status.</summary>
/// <param name="Id">Which.</param>
/// <param name="Status">The status it is to have.</param>
public sealed record MoveTaskCommand(long Id, WorkTaskStatus? Status) : ICommand<TaskResponse>
{
    /// <inheritdoc/>
    public Need Needs() => Need.Agent(Resource.AssignedTask(Id));
}

internal sealed class MoveTaskValidator : AbstractValidator<MoveTaskCommand>
{
    public MoveTaskValidator() => RuleFor(command => command.Status).NotNull();
}

internal sealed class MoveTaskHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<MoveTaskCommand, TaskResponse>
{
    public async Task<TaskResponse> Handle(MoveTaskCommand request, CancellationToken cancellationToken)
    {
        var task = await db.Tasks.GetAsync(request.Id, "task", cancellationToken);
        task.MoveTo(request.Status!.Value, time.GetUtcNow());
        await db.SaveChangesAsync(cancellationToken);
        return await TaskResponse.ReadAsync(db, task, time.GetUtcNow(), cancellationToken);
    }
}
