using Entourage.Domain.Access;

namespace Entourage.Application.Access;

/// <summary>A request that says who may send it. A method and no property: commands are written as JSON, and this is no part of them.</summary>
public interface IAuthorizedRequest
{
    /// <summary>What a caller needs to send it.</summary>
    Permission RequiredPermission();
}

/// <summary>
/// What a caller needs to send a request. An admin may touch everything; a lead what is in its team; an agent what is its own, and of
/// what belongs to all of its team or organisation that which agents may touch at all.
/// </summary>
/// <param name="Least">The least role.</param>
/// <param name="Resource">What is touched; null for nothing that is somebody's.</param>
public readonly record struct Permission(CallerRole Least, Resource? Resource)
{
    /// <summary>Any caller.</summary>
    public static Permission Agent(Resource? resource = null) => new(CallerRole.Agent, resource);

    /// <summary>A lead or an admin.</summary>
    public static Permission Lead(Resource? resource = null) => new(CallerRole.Lead, resource);

    /// <summary>An admin, whatever is touched.</summary>
    public static Permission Admin() => new(CallerRole.Admin, null);
}
