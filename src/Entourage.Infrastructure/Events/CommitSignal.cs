namespace Entourage.Infrastructure.Events;

/// <summary>
/// Signals within this process that a transaction of a team was committed. It only shortens the wait, since the listeners also poll
/// the store for the commits of other replicas.
/// </summary>
internal sealed class CommitSignal
{
    /// <summary>Raised with the id of the team. Handlers must return at once.</summary>
    public event Action<Guid>? Committed;

    /// <summary>Raises the signal for each team.</summary>
    public void Raise(IEnumerable<Guid> teamIds)
    {
        if (Committed is { } listeners)
        {
            foreach (var teamId in teamIds)
            {
                listeners(teamId);
            }
        }
    }
}
