using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Application.Paging;
using Entourage.Domain.Tasks;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Tasks;

/// <summary>Lists the tasks of a team, newest first.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="Status">Only tasks with this status; null for all.</param>
/// <param name="Page">The page to return.</param>
public sealed record ListTasksQuery(Guid TeamId, WorkTaskStatus? Status, PageRequest Page) : IQuery<Page<TaskResponse>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Team(TeamId));
}

internal sealed class ListTasksValidator : AbstractValidator<ListTasksQuery>
{
    public ListTasksValidator() => RuleFor(query => query.Page.Limit).PageLimit();
}

internal sealed class ListTasksHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<ListTasksQuery, Page<TaskResponse>>
{
    public async Task<Page<TaskResponse>> Handle(ListTasksQuery request, CancellationToken cancellationToken)
    {
        var before = request.Page.AfterNumber;
        var team = await db.Teams.GetAsync(request.TeamId, "team", cancellationToken);
        var tasks = await db.Tasks.AsNoTracking()
            .Where(task => task.TeamId == team.Id)
            .Where(task => request.Status == null || task.Status == request.Status)
            .Where(task => before == null || task.Id < before)
            .OrderByDescending(task => task.Id)
            .Take(request.Page.Limit + 1)
            .ToListAsync(cancellationToken);
        return request.Page.Of(await TaskResponse.ReadAsync(db, team.Id, tasks, time.GetUtcNow(), cancellationToken), task => task.Id);
    }
}
