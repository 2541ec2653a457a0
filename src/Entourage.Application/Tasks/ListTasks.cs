using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Application.Paging;
using Entourage.Domain.Tasks;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Tasks;

/// <summary>How a list of tasks is sorted.</summary>
public enum TaskSort
{
    /// <summary>By the time of creation, the newest first.</summary>
    Created,

    /// <summary>By title.</summary>
    Title,
}

/// <summary>Lists the tasks of a team. A search looks in titles, descriptions and numbers.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="Status">Only tasks with this status; null for all.</param>
/// <param name="Page">The page to return.</param>
/// <param name="Sort">The order.</param>
public sealed record ListTasksQuery(Guid TeamId, WorkTaskStatus? Status, PageRequest Page, TaskSort Sort = TaskSort.Created) : IQuery<Page<TaskResponse>>, IListQuery
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Team(TeamId));
}

internal sealed class ListTasksValidator : ListValidator<ListTasksQuery>;

internal sealed class ListTasksHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<ListTasksQuery, Page<TaskResponse>>
{
    public async Task<Page<TaskResponse>> Handle(ListTasksQuery request, CancellationToken cancellationToken)
    {
        var team = await db.Teams.GetAsync(request.TeamId, "team", cancellationToken);
        var order = new ListOrder<WorkTask, TaskResponse>(request.Page, request.Sort == TaskSort.Title ? ListDirection.Ascending : ListDirection.Descending);
        if (request.Sort == TaskSort.Title)
        {
            order.By(task => task.Title, response => response.Title);
        }

        order.By(task => task.Id, response => response.Id);
        var found = db.Tasks.AsNoTracking()
            .Where(task => task.TeamId == team.Id)
            .Where(task => request.Status == null || task.Status == request.Status)
            .Matching(request.Page, task => task.Id, task => task.Title, task => task.Description);
        var tasks = await order.Read(found).ToListAsync(cancellationToken);
        return order.ToPage(await TaskResponse.ReadAsync(db, team.Id, tasks, time.GetUtcNow(), cancellationToken));
    }
}
