using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Abstractions;

/// <summary>
/// Serialises transactions whose decisions depend on each other. Each one first writes the same row without changing it, so the second waits for the
/// first and then sees its changes. Every database guarantees this, unlike lock hints.
/// </summary>
internal static class OrganisationLock
{
    /// <summary>
    /// Locks an organisation until the transaction ends, as every ledger transaction does. Lock it before you add an event, too. Otherwise an event
    /// that commits late could have a lower sequence than one that readers have already passed.
    /// </summary>
    public static Task LockOrganisationAsync(this IEntourageDb db, Guid organisationId, CancellationToken cancellationToken) => db.Organisations
        .Where(organisation => organisation.Id == organisationId)
        .ExecuteUpdateAsync(row => row.SetProperty(organisation => organisation.Version, organisation => organisation.Version), cancellationToken);

    /// <summary>Locks the organisation of a team.</summary>
    /// <returns>The id of the organisation.</returns>
    public static async Task<Guid> LockOrganisationOfTeamAsync(this IEntourageDb db, Guid teamId, CancellationToken cancellationToken)
    {
        var organisationId = await db.FindOrganisationOfTeamAsync(teamId, cancellationToken);
        await db.LockOrganisationAsync(organisationId, cancellationToken);
        return organisationId;
    }

    /// <summary>Returns the id of the organisation of an existing team.</summary>
    public static Task<Guid> FindOrganisationOfTeamAsync(this IEntourageDb db, Guid teamId, CancellationToken cancellationToken) =>
        db.Teams.Where(team => team.Id == teamId).Select(team => team.OrganisationId).SingleAsync(cancellationToken);

    /// <summary>Locks a team, for decisions about the team as a whole.</summary>
    public static Task LockTeamAsync(this IEntourageDb db, Guid teamId, CancellationToken cancellationToken) => db.Teams
        .Where(team => team.Id == teamId)
        .ExecuteUpdateAsync(row => row.SetProperty(team => team.Version, team => team.Version), cancellationToken);
}
