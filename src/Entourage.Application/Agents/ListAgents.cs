using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Application.Paging;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Agents;

/// <summary>Lists a team's agents by name.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="Page">The page to return.</param>
/// <param name="Archived">Whether to list the archived ones instead of the others.</param>
public sealed record ListAgentsQuery(Guid TeamId, PageRequest Page, bool Archived = false) : IQuery<Page<AgentResponse>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Team(TeamId));
}

internal sealed class ListAgentsValidator : AbstractValidator<ListAgentsQuery>
{
    public ListAgentsValidator() => RuleFor(query => query.Page.Limit).PageLimit();
}

internal sealed class ListAgentsHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<ListAgentsQuery, Page<AgentResponse>>
{
    public async Task<Page<AgentResponse>> Handle(ListAgentsQuery request, CancellationToken cancellationToken)
    {
        var after = request.Page.AfterName;
        await db.Teams.GetAsync(request.TeamId, "team", cancellationToken);
        var agents = await db.Agents.AsNoTracking()
            .Where(agent => agent.TeamId == request.TeamId && agent.ArchivedAt != null == request.Archived)
            .Where(agent => after == null || string.Compare(agent.Name, after) > 0)
            .OrderBy(agent => agent.Name)
            .Take(request.Page.Limit + 1)
            .Select(AgentResponse.Projection(db, time.GetUtcNow()))
            .ToListAsync(cancellationToken);
        return request.Page.Of(agents, agent => agent.Name);
    }
}
