using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using MediatR;

namespace Entourage.Application.Tasks;

/// <summary>Reads a task.</summary>
/// <param name="Id">The task.</param>
public sealed record GetTaskQuery(long Id) : IQuery<TaskResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Task(Id));
}

internal sealed class GetTaskHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<GetTaskQuery, TaskResponse>
{
    public async Task<TaskResponse> Handle(GetTaskQuery request, CancellationToken cancellationToken) =>
        await TaskResponse.ReadAsync(db, await db.Tasks.GetAsync(request.Id, "task", cancellationToken), time.GetUtcNow(), cancellationToken);
}
