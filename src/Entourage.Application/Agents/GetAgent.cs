using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Agents;

/// <summary>Reads an agent.</summary>
/// <param name="Id">The agent.</param>
public sealed record GetAgentQuery(Guid Id) : IQuery<AgentResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Agent(Id));
}

internal sealed class GetAgentHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<GetAgentQuery, AgentResponse>
{
    public Task<AgentResponse> Handle(GetAgentQuery request, CancellationToken cancellationToken) =>
        db.Agents.AsNoTracking()
            .Where(agent => agent.Id == request.Id)
            .Select(AgentResponse.Projection(db, time.GetUtcNow()))
            .GetAsync(request.Id, "agent", cancellationToken);
}
