using Entourage.Application.Abstractions;
using Entourage.Application.Agents;
using Entourage.Application.Errors;
using Entourage.Application.Paging;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Teams;

/// <summary>Reads a team with its agents.</summary>
/// <param name="Id">Which.</param>
public sealed record GetTeamQuery(Guid Id) : IRequest<TeamWithAgentsResponse>;

internal sealed class GetTeamHandler(IEntourageDb db) : IRequestHandler<GetTeamQuery, TeamWithAgentsResponse>
{
    public async Task<TeamWithAgentsResponse> Handle(GetTeamQuery request, CancellationToken cancellationToken)
    {
        var team = await db.Teams.AsNoTracking()
            .Where(team => team.Id == request.Id)
            .GetAsync(request.Id, "team", cancellationToken);
        var agents = await db.Agents.AsNoTracking()
            .Where(agent => agent.TeamId == team.Id)
            .OrderBy(agent => agent.Name)
            .Take(PageRequest.GreatestLimit)
            .Select(AgentResponse.Projection(db))
            .ToListAsync(cancellationToken);
        return new()
        {
            Id = team.Id,
            OrgId = team.OrganisationId,
            Name = team.Name,
            Slug = team.Slug,
            Timezone = team.Timezone,
            Status = team.Status,
            CreatedAt = team.CreatedAt,
            Agents = agents,
        };
    }
}
