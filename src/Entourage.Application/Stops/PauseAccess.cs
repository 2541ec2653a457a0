using Entourage.Application.Access;
using Entourage.Domain.Stops;

namespace Entourage.Application.Stops;

/// <summary>The permissions for pauses and archives.</summary>
internal static class PauseAccess
{
    /// <summary>The permission to pause and to resume.</summary>
    public static Permission NeedsToStop(this PauseScope scope, Guid id) => scope switch
    {
        PauseScope.Agent => Permission.Lead(Resource.Agent(id)),
        PauseScope.Team => Permission.Lead(Resource.Team(id)),
        _ => Permission.Admin(),
    };

    /// <summary>The permission to archive and to restore. A lead may archive the agents of its team, but not the team.</summary>
    public static Permission NeedsToArchive(this PauseScope scope, Guid id) =>
        scope == PauseScope.Agent ? Permission.Lead(Resource.Agent(id)) : Permission.Admin();

    /// <summary>The permission to read a pause. An agent may read its own.</summary>
    public static Permission NeedsToRead(this PauseScope scope, Guid id) =>
        scope == PauseScope.Agent ? Permission.Agent(Resource.Agent(id)) : scope.NeedsToStop(id);
}
