using Entourage.Application.Abstractions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Application.Access;

/// <summary>Looks up and caches the owners of resources. The owners of most kinds never change, so they are read once.</summary>
/// <param name="scopes">Gives access to the store.</param>
public sealed class ResourceOwnerCache(IServiceScopeFactory scopes)
{
    private const int Remembered = 65_536;

    private readonly BoundedCache<Resource, ResourceOwner> known = new(Remembered);

    /// <summary>Returns the owner of a resource; null if the resource does not exist.</summary>
    public async ValueTask<ResourceOwner?> FindAsync(Resource resource, CancellationToken cancellationToken)
    {
        if (known.TryGet(resource, out var owner))
        {
            return owner;
        }

        await using var scope = scopes.CreateAsyncScope();
        var found = await Find(scope.ServiceProvider.GetRequiredService<IEntourageDb>(), resource).SingleOrDefaultAsync(cancellationToken);

        // Tasks can be assigned to another agent, and agents can move to another team with their keys.
        if (found is not null && resource.Kind is not (ResourceKind.AssignedTask or ResourceKind.Agent or ResourceKind.Key))
        {
            known.Set(resource, found);
        }

        return found;
    }

    private static IQueryable<ResourceOwner> Find(IEntourageDb db, Resource resource)
    {
        var (id, number) = (resource.Id, resource.Number);
        return resource.Kind switch
        {
            ResourceKind.Organisation => db.Organisations.Where(organisation => organisation.Id == id).Select(organisation => new ResourceOwner(organisation.Id, null, null)),
            ResourceKind.Team => db.Teams.Where(team => team.Id == id).Select(team => new ResourceOwner(team.OrganisationId, team.Id, null)),
            ResourceKind.Task =>
                from task in db.Tasks
                join team in db.Teams on task.TeamId equals team.Id
                where task.Id == number
                select new ResourceOwner(team.OrganisationId, team.Id, null),
            ResourceKind.AssignedTask =>
                from task in db.Tasks
                join team in db.Teams on task.TeamId equals team.Id
                where task.Id == number
                select new ResourceOwner(team.OrganisationId, team.Id, task.AssigneeId),
            ResourceKind.Alert =>
                from alert in db.Alerts
                join team in db.Teams on alert.TeamId equals team.Id
                where alert.Id == id
                select new ResourceOwner(team.OrganisationId, team.Id, null),
            ResourceKind.Webhook => db.Webhooks.Where(webhook => webhook.Id == id)
                .Select(webhook => new ResourceOwner(webhook.OrganisationId, webhook.TeamId, null)),

            ResourceKind.Budget => db.BudgetRules.Where(rule => rule.Id == number).Select(rule => new ResourceOwner(rule.OrganisationId, rule.TeamId, null)),

            // A lead may issue and revoke the keys of its agents only, so a lead's key has no team here.
            ResourceKind.Key => db.ApiKeys.Where(key => key.Id == id)
                .Select(key => new ResourceOwner(key.OrganisationId, key.AgentId == null ? null : key.TeamId, key.AgentId)),
            ResourceKind.Agent =>
                from agent in db.Agents
                join team in db.Teams on agent.TeamId equals team.Id
                where agent.Id == id
                select new ResourceOwner(team.OrganisationId, team.Id, agent.Id),
            ResourceKind.Session =>
                from session in db.Sessions
                join team in db.Teams on session.TeamId equals team.Id
                where session.Id == number
                select new ResourceOwner(team.OrganisationId, team.Id, session.AgentId),
            ResourceKind.Reservation =>
                from reservation in db.Reservations
                join session in db.Sessions on reservation.SessionId equals session.Id
                where reservation.Id == id
                select new ResourceOwner(reservation.OrganisationId, session.TeamId, session.AgentId),
            ResourceKind.HumanRequest =>
                from asked in db.HumanRequests
                join team in db.Teams on asked.TeamId equals team.Id
                where asked.Id == id
                select new ResourceOwner(team.OrganisationId, team.Id, asked.AgentId),
            _ => throw new ArgumentOutOfRangeException(nameof(resource), resource.Kind, "The owner of this kind of resource is not defined."),
        };
    }
}
