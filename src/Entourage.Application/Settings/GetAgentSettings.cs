using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Settings;

/// <summary>Reads an agent's settings.</summary>
/// <param name="AgentId">The agent.</param>
public sealed record GetAgentSettingsQuery(Guid AgentId) : IQuery<AgentSettingsResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Agent(AgentId));
}

internal sealed class GetAgentSettingsHandler(IEntourageDb db) : IRequestHandler<GetAgentSettingsQuery, AgentSettingsResponse>
{
    public async Task<AgentSettingsResponse> Handle(GetAgentSettingsQuery request, CancellationToken cancellationToken)
    {
        var agent = await db.Agents.AsNoTracking()
            .Where(agent => agent.Id == request.AgentId)
            .GetAsync(request.AgentId, "agent", cancellationToken);
        return new(agent.DailyLimit);
    }
}
