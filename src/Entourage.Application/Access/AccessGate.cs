using Entourage.Application.Errors;
using Entourage.Domain.Access;

namespace Entourage.Application.Access;

/// <summary>Lets the present caller touch what is its own, and nothing else.</summary>
/// <param name="callers">Who it is.</param>
/// <param name="owners">Whose things are.</param>
public sealed class AccessGate(CallerContext callers, ResourceOwnerCache owners)
{
    /// <summary>Makes sure that the caller has what a request needs.</summary>
    /// <exception cref="NoCallerException">Nobody said who the caller is.</exception>
    /// <exception cref="ForbiddenException">It may not, and may know that there is such a thing.</exception>
    /// <exception cref="NotFoundException">There is no such thing, or it is another organisation's: callers cannot tell the two apart.</exception>
    public ValueTask EnsureAsync(Permission need, CancellationToken cancellationToken)
    {
        var caller = callers.Current;
        if (caller.Role < need.Least)
        {
            throw new ForbiddenException();
        }

        return caller.IsAdmin || need.Resource is not { } resource ? default : EnsureOwnAsync(caller, resource, cancellationToken);
    }

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
