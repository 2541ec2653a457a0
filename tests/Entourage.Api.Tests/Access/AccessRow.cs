using Entourage.Domain.Access;

namespace Entourage.Api.Tests.Access;

/// <summary>The owner of what a route touches.</summary>
internal enum AccessScope
{
    /// <summary>No owner: every caller with the role may use the route.</summary>
    Unowned,

    Organisation,

    Team,

    Agent,
}

/// <summary>Whose resource a request names, relative to an agent, its lead and an admin.</summary>
internal enum AccessPlace
{
    /// <summary>The agent's own.</summary>
    Own,

    /// <summary>Another agent's in the same team.</summary>
    Peer,

    /// <summary>Another team's in the same organisation.</summary>
    OtherTeam,

    /// <summary>Another organisation's.</summary>
    OtherOrganisation,

    /// <summary>A resource that does not exist.</summary>
    Nowhere,
}

/// <summary>A route and the callers who may use it. Names in angle brackets stand for resources of an <see cref="AccessWorld"/>.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path below <c>/api/v1</c>, with its query.</param>
/// <param name="Scope">The owner of what it touches.</param>
/// <param name="LowestRole">The lowest role that may use it.</param>
/// <param name="Body">The body to send.</param>
/// <param name="Success">The status for a permitted caller.</param>
/// <param name="Undo">The path to post to afterwards, to restore the state for other rows.</param>
internal sealed record AccessRow(
    string Method, string Path, AccessScope Scope, CallerRole LowestRole, string? Body = null, int Success = 200, string? Undo = null)
{
    /// <summary>Whether an admin gets a success for an organisation that does not exist.</summary>
    public bool SucceedsForUnknownOrganisation { get; init; }

    /// <summary>The status that a caller must get.</summary>
    /// <param name="role">The caller's role; null without a key.</param>
    /// <param name="place">The place of the resource.</param>
    public int Expect(CallerRole? role, AccessPlace place) => role switch
    {
        null => 401,
        { } known when known < LowestRole => 403,
        _ when Scope == AccessScope.Unowned => Success,
        CallerRole.Admin => place == AccessPlace.Nowhere && !SucceedsForUnknownOrganisation ? 404 : Success,
        _ when place >= AccessPlace.OtherOrganisation => 404,
        _ when Scope == AccessScope.Organisation => Success,
        CallerRole.Agent when place == AccessPlace.Peer && Scope == AccessScope.Agent => 403,
        _ => place == AccessPlace.OtherTeam ? 403 : Success,
    };

    public override string ToString() => $"{Method} {Path}";
}
