using Entourage.Application.Access;
using Entourage.Domain.Stops;

namespace Entourage.Application.Stops;

/// <summary>Who may use the kill switch of what.</summary>
internal static class PauseAccess
{
    /// <summary>What it needs to pause and to resume.</summary>
    public static Permission NeedsToStop(this PauseScope scope, Guid id) => scope switch
    {
        PauseScope.Agent => Permission.Lead(Resource.Agent(id)),
        PauseScope.Team => Permission.Lead(Resource.Team(id)),
        _ => Permission.Admin(),
    };

    /// <summary>What it needs to read a pause: an agent may read its own.</summary>
    public static Permission NeedsToRead(this PauseScope scope, Guid id) =>
        scope == PauseScope.Agent ? Permission.Agent(Resource.Agent(id)) : scope.NeedsToStop(id);
}
