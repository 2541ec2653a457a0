using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Application.Paging;
using Entourage.Domain.Agents;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Agents;

/// <summary>Lists a team's agents by name. A search looks in names and models.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="Page">The page to return.</param>
/// <param name="Archived">Whether to list the archived ones instead of the others.</param>
public sealed record ListAgentsQuery(Guid TeamId, PageRequest Page, bool Archived = false) : IQuery<Page<AgentResponse>>, IListQuery
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Team(TeamId));
}

internal sealed class ListAgentsValidator : ListValidator<ListAgentsQuery>;

internal sealed class ListAgentsHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<ListAgentsQuery, Page<AgentResponse>>
{
    public async Task<Page<AgentResponse>> Handle(ListAgentsQuery request, CancellationToken cancellationToken)
    {
        await db.Teams.GetAsync(request.TeamId, "team", cancellationToken);
        var order = new ListOrder<Agent, AgentResponse>(request.Page)
            .By(agent => agent.Name, response => response.Name)
            // Archived ones may share a name.
            .By(agent => agent.Id, response => response.Id);
        var agents = db.Agents.AsNoTracking()
            .Where(agent => agent.TeamId == request.TeamId && agent.ArchivedAt != null == request.Archived)
            .Matching(request.Page, agent => agent.Name, agent => agent.Model);
        return order.ToPage(await order.Read(agents).Select(AgentResponse.Projection(db, time.GetUtcNow())).ToListAsync(cancellationToken));
    }
}
