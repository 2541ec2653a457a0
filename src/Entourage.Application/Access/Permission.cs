using Entourage.Domain.Access;

namespace Entourage.Application.Access;

/// <summary>A request that declares who may send it.</summary>
public interface IAuthorizedRequest
{
    /// <summary>Returns the permission that the request requires. It is a method because properties of a command become part of its JSON.</summary>
    Permission RequiredPermission();
}

/// <summary>
/// A role and the resource that a request touches. An admin may touch everything, a lead the resources of its team, and an agent its own resources
/// and those of its team or organisation that agents may touch.
/// </summary>
/// <param name="MinimumRole">The lowest role that suffices.</param>
/// <param name="Resource">The resource that the request touches; null if it touches none.</param>
public readonly record struct Permission(CallerRole MinimumRole, Resource? Resource)
{
    /// <summary>Permits any caller.</summary>
    public static Permission Agent(Resource? resource = null) => new(CallerRole.Agent, resource);

    /// <summary>Permits leads and admins.</summary>
    public static Permission Lead(Resource? resource = null) => new(CallerRole.Lead, resource);

    /// <summary>Permits admins only.</summary>
    public static Permission Admin() => new(CallerRole.Admin, null);
}
