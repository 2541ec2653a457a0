namespace Entourage.Domain.Stops;

/// <summary>A pause that is in force, with its scope.</summary>
/// <param name="Scope">The scope of the pause.</param>
/// <param name="Pause">The pause.</param>
public sealed record PauseInForce(PauseScope Scope, Pause Pause)
{
    /// <summary>
    /// Returns the pauses and archive marks that stop a session, each scope once: archive marks first, then pauses, both from the widest scope to the
    /// narrowest.
    /// </summary>
    /// <param name="organisation">The organisation's pause, if it has one.</param>
    /// <param name="team">The team's pause, if it has one.</param>
    /// <param name="agents">
    /// The pauses of the session's agent and of the agents of its ancestors, because a pause stops the whole tree below it.
    /// </param>
    /// <param name="now">The current time (UTC).</param>
    public static IReadOnlyList<PauseInForce> Of(Pause? organisation, Pause? team, IEnumerable<Pause?> agents, DateTimeOffset now)
    {
        Pause? agent = null;
        foreach (var pause in agents)
        {
            if (pause?.IsInForceAt(now) == true && (agent is null || (pause.IsArchive && !agent.IsArchive)))
            {
                agent = pause;
            }
        }

        if (organisation is null && team is null && agent is null)
        {
            return [];
        }

        (PauseScope Scope, Pause? Pause)[] all = [(PauseScope.Organisation, organisation), (PauseScope.Team, team), (PauseScope.Agent, agent)];
        return [.. all.Where(paused => paused.Pause?.IsInForceAt(now) == true).OrderBy(paused => paused.Pause!.IsArchive ? 0 : 1)
            .Select(paused => new PauseInForce(paused.Scope, paused.Pause!))];
    }
}
