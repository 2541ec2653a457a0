using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Application.Paging;
using Entourage.Domain;
using Entourage.Domain.Agents;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Settings;

/// <summary>Lists the spending limits of a team's agents that are not archived, by agent name.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="Page">The page to return.</param>
public sealed record ListAgentLimitsQuery(Guid TeamId, PageRequest Page) : IQuery<Page<AgentLimitResponse>>, IListQuery
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Team(TeamId));
}

/// <summary>The spending limits of an agent.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="AgentName">The name of the agent.</param>
/// <param name="DailyCostLimitUsd">USD per day in the team's time zone; null for the team's default.</param>
public sealed record AgentLimitResponse(Guid AgentId, string AgentName, Money? DailyCostLimitUsd);

internal sealed class ListAgentLimitsValidator : ListValidator<ListAgentLimitsQuery>;

internal sealed class ListAgentLimitsHandler(IEntourageDb db) : IRequestHandler<ListAgentLimitsQuery, Page<AgentLimitResponse>>
{
    public async Task<Page<AgentLimitResponse>> Handle(ListAgentLimitsQuery request, CancellationToken cancellationToken)
    {
        await db.Teams.GetAsync(request.TeamId, "team", cancellationToken);
        var order = new ListOrder<Agent, AgentLimitResponse>(request.Page).By(agent => agent.Name, response => response.AgentName);
        var agents = db.Agents.AsNoTracking().Where(agent => agent.TeamId == request.TeamId && agent.ArchivedAt == null).Matching(request.Page, agent => agent.Name);
        return order.ToPage(await order.Read(agents)
            .Select(agent => new AgentLimitResponse(agent.Id, agent.Name, agent.DailyLimit))
            .ToListAsync(cancellationToken));
    }
}
