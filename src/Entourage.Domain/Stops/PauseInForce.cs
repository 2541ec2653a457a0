namespace Entourage.Domain.Stops;

/// <summary>A pause that stops some work at present.</summary>
/// <param name="Scope">Whose work it stops.</param>
/// <param name="Pause">The pause.</param>
public sealed record PauseInForce(PauseScope Scope, Pause Pause)
{
    /// <summary>The pauses that stop the work of a session, from the widest scope to the narrowest, each scope once.</summary>
    /// <param name="organisation">The organisation's pause, if it has one.</param>
    /// <param name="team">The team's.</param>
    /// <param name="agents">Those of the session's agent and of the agents of the sessions above it: a stop reaches the whole tree.</param>
    /// <param name="now">The present (UTC).</param>
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
