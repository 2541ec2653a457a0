using Entourage.Application.Access;
using Entourage.Domain.Stops;

namespace Entourage.Application.Stops;

/// <summary>Who may use the kill switch of what.</summary>
internal static class PauseAccess
{
    /// <summary>What it needs to pause and to resume.</summary>
    public static Need NeedsToStop(this PauseScope scope, Guid id) => scope switch
    {
        PauseScope.Agent => Need.Lead(Resource.Agent(id)),
        PauseScope.Team => Need.Lead(Resource.Team(id)),
        _ => Need.Admin(),
    };

    /// <summary>What it needs to read a pause: an agent may read its own.</summary>
    public static Need NeedsToRead(this PauseScope scope, Guid id) =>
        scope == PauseScope.Agent ? Need.Agent(Resource.Agent(id)) : scope.NeedsToStop(id);
}
