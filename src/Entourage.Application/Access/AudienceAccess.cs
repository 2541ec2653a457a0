using Entourage.Application.Abstractions;
using Entourage.Application.Errors;
using Entourage.Domain.Teams;

namespace Entourage.Application.Access;

/// <summary>Who may act for an audience.</summary>
internal static class AudienceAccess
{
    /// <summary>The permission to read and to manage what is for an audience.</summary>
    public static Permission RequiredPermission(this Audience audience) =>
        audience.TeamId is { } teamId ? Permission.Lead(Resource.Team(teamId)) : Permission.Admin();

    /// <summary>Checks that an audience exists.</summary>
    /// <returns>The organisation, or that of the team.</returns>
    /// <exception cref="NotFoundException">There is no such team or organisation.</exception>
    public static async Task<Guid> FindOrganisationOfAsync(this IEntourageDb db, Audience audience, CancellationToken cancellationToken) =>
        audience.TeamId is { } teamId
            ? (await db.Teams.GetAsync(teamId, "team", cancellationToken)).OrganisationId
            : (await db.Organisations.GetAsync(audience.Id, "organisation", cancellationToken)).Id;
}
