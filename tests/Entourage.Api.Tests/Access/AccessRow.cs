using Entourage.Domain.Access;

namespace Entourage.Api.Tests.Access;

/// <summary>To whom what a route touches belongs.</summary>
internal enum AccessScope
{
    /// <summary>To nobody: every caller of the role may.</summary>
    Nobody,

    /// <summary>To an organisation.</summary>
    Organisation,

    /// <summary>To a team.</summary>
    Team,

    /// <summary>To an agent.</summary>
    Agent,
}

/// <summary>Where in the world a thing is, as an agent, its lead and an admin see it.</summary>
internal enum AccessPlace
{
    /// <summary>The agent's own.</summary>
    Own,

    /// <summary>Another agent's of its team.</summary>
    Peer,

    /// <summary>Another team's of its organisation.</summary>
    OtherTeam,

    /// <summary>Another organisation's.</summary>
    OtherOrganisation,

    /// <summary>Nobody's: there is no such thing.</summary>
    Nowhere,
}

/// <summary>A route, and who may use it. Names in angle brackets stand for what <see cref="AccessWorld"/> has in a place.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path below <c>/api/v1</c>, with its query.</param>
/// <param name="Scope">To whom what it touches belongs.</param>
/// <param name="Least">The least role that may use it.</param>
/// <param name="Body">What is sent.</param>
/// <param name="Success">The status for whoever may.</param>
/// <param name="Undo">What to post afterwards, so that other rows find the world as it was.</param>
internal sealed record AccessRow(
    string Method, string Path, AccessScope Scope, CallerRole Least, string? Body = null, int Success = 200, string? Undo = null)
{
    /// <summary>Whether an admin gets an answer for an organisation that there is not.</summary>
    public bool AnswersOfNowhere { get; init; }

    /// <summary>The status that a caller is to get.</summary>
    /// <param name="role">Its role; null for one without a key.</param>
    /// <param name="place">Where it reaches.</param>
    public int Expect(CallerRole? role, AccessPlace place) => role switch
    {
        null => 401,
        { } known when known < Least => 403,
        _ when Scope == AccessScope.Nobody => Success,
        CallerRole.Admin => place == AccessPlace.Nowhere && !AnswersOfNowhere ? 404 : Success,
        _ when place >= AccessPlace.OtherOrganisation => 404,
        _ when Scope == AccessScope.Organisation => Success,
        CallerRole.Agent when place == AccessPlace.Peer && Scope == AccessScope.Agent => 403,
        _ => place == AccessPlace.OtherTeam ? 403 : Success,
    };

    public override string ToString() => $"{Method} {Path}";
}
