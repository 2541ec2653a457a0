using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Abstractions;

/// <summary>
/// Lets transactions whose decisions depend on each other take turns: each begins by writing to the same row, without
/// changing it, so the second waits until the first has ended and then sees what it did. A rule of every database, unlike
/// lock hints.
/// </summary>
internal static class OrganisationLock
{
    /// <summary>
    /// Waits for the other transactions that count for an organisation; every one of the ledger does the same. Whoever adds an event
    /// does so too, or a reader could pass over a sequence that was handed out before its own and is committed later.
    /// </summary>
    public static Task LockOrganisationAsync(this IEntourageDb db, Guid organisationId, CancellationToken cancellationToken) => db.Organisations
        .Where(organisation => organisation.Id == organisationId)
        .ExecuteUpdateAsync(row => row.SetProperty(organisation => organisation.Version, organisation => organisation.Version), cancellationToken);

    /// <summary>Does so for the organisation of a team.</summary>
    /// <returns>The organisation.</returns>
    public static async Task<Guid> LockOrganisationOfTeamAsync(this IEntourageDb db, Guid teamId, CancellationToken cancellationToken)
    {
        var organisationId = await db.FindOrganisationOfTeamAsync(teamId, cancellationToken);
        await db.LockOrganisationAsync(organisationId, cancellationToken);
        return organisationId;
    }

    /// <summary>The organisation of a team that there is.</summary>
    public static Task<Guid> FindOrganisationOfTeamAsync(this IEntourageDb db, Guid teamId, CancellationToken cancellationToken) =>
        db.Teams.Where(team => team.Id == teamId).Select(team => team.OrganisationId).SingleAsync(cancellationToken);

    /// <summary>Waits for the other transactions that decide about a team as a whole.</summary>
    public static Task LockTeamAsync(this IEntourageDb db, Guid teamId, CancellationToken cancellationToken) => db.Teams
        .Where(team => team.Id == teamId)
        .ExecuteUpdateAsync(row => row.SetProperty(team => team.Version, team => team.Version), cancellationToken);
}
