namespace Entourage.Infrastructure.Events;

/// <summary>
/// Says at once, within this process, that something was committed for a team. It only spares waiting: whoever listens
/// also asks the store from time to time, which knows what other replicas did.
/// </summary>
internal sealed class CommitSignal
{
    /// <summary>Something was committed for a team. Listeners take note of it and return.</summary>
    public event Action<Guid>? Committed;

    /// <summary>Tells the listeners.</summary>
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
