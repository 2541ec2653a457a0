using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Settings;

/// <summary>Reads a team's settings.</summary>
/// <param name="TeamId">The team.</param>
public sealed record GetTeamSettingsQuery(Guid TeamId) : IQuery<TeamSettingsResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Team(TeamId));
}

internal sealed class GetTeamSettingsHandler(IEntourageDb db) : IRequestHandler<GetTeamSettingsQuery, TeamSettingsResponse>
{
    public async Task<TeamSettingsResponse> Handle(GetTeamSettingsQuery request, CancellationToken cancellationToken) =>
        TeamSettingsResponse.From(await db.Teams.AsNoTracking()
            .Where(team => team.Id == request.TeamId)
            .GetAsync(request.TeamId, "team", cancellationToken));
}
