using Entourage.Application.Errors;
using Entourage.Domain.Access;

namespace Entourage.Application.Access;

/// <summary>Checks the permission of the current caller.</summary>
/// <param name="callers">The current caller.</param>
/// <param name="owners">The owners of resources.</param>
internal sealed class AccessGate(CallerContext callers, ResourceOwnerCache owners)
{
    /// <summary>Checks that the current caller has a permission.</summary>
    /// <exception cref="NoCallerException">The request has no caller.</exception>
    /// <exception cref="ForbiddenException">The caller lacks the permission, but may know that the resource exists.</exception>
    /// <exception cref="NotFoundException">The resource does not exist or belongs to another organisation. Callers cannot tell the two apart.</exception>
    public ValueTask EnsureAsync(Permission permission, CancellationToken cancellationToken)
    {
        var caller = callers.Current;
        if (caller.Role < permission.MinimumRole)
        {
            throw new ForbiddenException();
        }

        return caller.IsAdmin || permission.Resource is not { } resource || IsItself(caller, resource) ? default : EnsureOwnAsync(caller, resource, cancellationToken);
    }

    // The owner of an agent is not cached, and agents ask for themselves all the time.
    private static bool IsItself(Caller caller, Resource resource) => resource.Kind == ResourceKind.Agent && resource.Id == caller.AgentId;

    private async ValueTask EnsureOwnAsync(Caller caller, Resource resource, CancellationToken cancellationToken)
    {
        var owner = await owners.FindAsync(resource, cancellationToken);
        if (owner is null || !owner.SharesOrganisation(caller))
        {
            throw new NotFoundException(resource.Name, resource.Key);
        }

        if (!IsOwn(caller, resource, owner))
        {
            throw new ForbiddenException();
        }
    }

    private static bool IsOwn(Caller caller, Resource resource, ResourceOwner owner) => resource switch
    {
        { Kind: ResourceKind.Organisation } => true,
        { IsOfAgent: true } when caller.Role == CallerRole.Agent => owner.SharesAgent(caller),
        _ => owner.SharesTeam(caller),
    };
}
