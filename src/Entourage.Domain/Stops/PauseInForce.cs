namespace Entourage.Domain.Stops;

/// <summary>A pause that is in force, with its scope.</summary>
/// <param name="Scope">The scope of the pause.</param>
/// <param name="Pause">The pause.</param>
public sealed record PauseInForce(PauseScope Scope, Pause Pause)
{
    /// <summary>Returns the pauses that stop a session, from the widest scope to the narrowest, each scope once.</summary>
    /// <param name="organisation">The organisation's pause, if it has one.</param>
    /// <param name="team">The team's pause, if it has one.</param>
    /// <param name="agents">
    /// The pauses of the session's agent and of the agents of its ancestors, because a pause stops the whole tree below it.
    /// </param>
    /// <param name="now">The current time (UTC).</param>
    public static IReadOnlyList<PauseInForce> Of(Pause? organisation, Pause? team, IEnumerable<Pause?> agents, DateTimeOffset now)
    {
        var agent = agents.FirstOrDefault(pause => pause?.IsInForceAt(now) == true);
        if (organisation is null && team is null && agent is null)
        {
            return [];
        }

        (PauseScope Scope, Pause? Pause)[] all = [(PauseScope.Organisation, organisation), (PauseScope.Team, team), (PauseScope.Agent, agent)];
        return [.. all.Where(paused => paused.Pause?.IsInForceAt(now) == true).Select(paused => new PauseInForce(paused.Scope, paused.Pause!))];
    }
}
