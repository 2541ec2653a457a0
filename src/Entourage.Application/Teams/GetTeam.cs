using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Agents;
using Entourage.Application.Errors;
using Entourage.Application.Paging;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Teams;

/// <summary>Reads a team with its agents.</summary>
/// <param name="Id">The team.</param>
public sealed record GetTeamQuery(Guid Id) : IQuery<TeamWithAgentsResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Team(Id));
}

internal sealed class GetTeamHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<GetTeamQuery, TeamWithAgentsResponse>
{
    public async Task<TeamWithAgentsResponse> Handle(GetTeamQuery request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var team = await db.Teams.AsNoTracking()
            .Where(team => team.Id == request.Id)
            .Select(TeamResponse.Projection(db, now))
            .GetAsync(request.Id, "team", cancellationToken);
        var agents = await db.Agents.AsNoTracking()
            .Where(agent => agent.TeamId == team.Id && agent.ArchivedAt == null)
            .OrderBy(agent => agent.Name)
            .Take(PageRequest.MaxLimit)
            .Select(AgentResponse.Projection(db, now))
            .ToListAsync(cancellationToken);
        return new(team, agents);
    }
}
