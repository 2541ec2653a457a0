using Entourage.Application.Errors;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Abstractions;

/// <summary>
/// Locks organisations, so that one transaction at a time decides about each. Take the lock before you read the rows that
/// you change. Otherwise the next transaction changes them while you wait for the lock, and yours fails.
/// </summary>
internal static class OrganisationLock
{
    /// <summary>Locks the organisation of a team, or of something that belongs to a team.</summary>
    /// <param name="db">The store.</param>
    /// <param name="teamIds">Selects the id of the team.</param>
    /// <param name="id">The id in the request.</param>
    /// <param name="resource">What the id names, such as <c>task</c>.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The id of the organisation.</returns>
    /// <exception cref="NotFoundException">It does not exist.</exception>
    public static async Task<Guid> LockOrganisationOfAsync(
        this IEntourageDb db, IQueryable<Guid> teamIds, object id, string resource, CancellationToken cancellationToken)
    {
        // A team's organisation never changes, and an agent moves only within its organisation.
        var organisationId = await db.Teams.Where(team => teamIds.Contains(team.Id)).Select(team => (Guid?)team.OrganisationId)
            .SingleOrDefaultAsync(cancellationToken) ?? throw new NotFoundException(resource, id);
        await db.LockOrganisationAsync(organisationId, cancellationToken);
        return organisationId;
    }

    /// <summary>Locks the organisation of a team.</summary>
    /// <returns>The id of the organisation.</returns>
    /// <exception cref="NotFoundException">The team does not exist.</exception>
    public static Task<Guid> LockOrganisationOfTeamAsync(this IEntourageDb db, Guid teamId, CancellationToken cancellationToken) =>
        db.LockOrganisationOfAsync(db.Teams.Where(team => team.Id == teamId).Select(team => team.Id), teamId, "team", cancellationToken);

    /// <summary>Locks the organisation of an agent.</summary>
    /// <returns>The id of the organisation.</returns>
    /// <exception cref="NotFoundException">The agent does not exist.</exception>
    public static Task<Guid> LockOrganisationOfAgentAsync(this IEntourageDb db, Guid agentId, CancellationToken cancellationToken) =>
        db.LockOrganisationOfAsync(db.Agents.Where(agent => agent.Id == agentId).Select(agent => agent.TeamId), agentId, "agent", cancellationToken);

    /// <summary>Locks the organisation of a task.</summary>
    /// <returns>The id of the organisation.</returns>
    /// <exception cref="NotFoundException">The task does not exist.</exception>
    public static Task<Guid> LockOrganisationOfTaskAsync(this IEntourageDb db, long taskId, CancellationToken cancellationToken) =>
        db.LockOrganisationOfAsync(db.Tasks.Where(task => task.Id == taskId).Select(task => task.TeamId), taskId, "task", cancellationToken);

    /// <summary>Returns the id of the organisation of an existing team.</summary>
    public static Task<Guid> FindOrganisationOfTeamAsync(this IEntourageDb db, Guid teamId, CancellationToken cancellationToken) =>
        db.Teams.Where(team => team.Id == teamId).Select(team => team.OrganisationId).SingleAsync(cancellationToken);

    /// <summary>
    /// Makes every replica reload the prices and budgets of an organisation, or of all organisations, before its next ledger transaction, which waits for
    /// the current transaction. Locks the organisations.
    /// </summary>
    public static async Task RaiseVersionAsync(this IEntourageDb db, Guid? organisationId, CancellationToken cancellationToken)
    {
        var affected = db.Organisations.Where(organisation => organisationId == null || organisation.Id == organisationId);

        // In the order in which the ledger locks several.
        foreach (var id in (await affected.Select(organisation => organisation.Id).ToListAsync(cancellationToken)).Order())
        {
            await db.LockOrganisationAsync(id, cancellationToken);
        }

        await affected.ExecuteUpdateAsync(
            row => row.SetProperty(organisation => organisation.Version, organisation => organisation.Version + 1), cancellationToken);
    }
}
