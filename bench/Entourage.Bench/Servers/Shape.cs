namespace Entourage.Bench.Servers;

/// <summary>How much there is of what in a <see cref="Scene"/>.</summary>
/// <param name="Slug">What the organisation is called: unique in its database.</param>
/// <param name="Teams">Teams, each under a daily cap that it never reaches.</param>
/// <param name="AgentsPerTeam">Agents of each.</param>
/// <param name="TasksPerTeam">Tasks of each.</param>
/// <param name="SessionsPerTeam">Open sessions of each, shared out over its agents and tasks.</param>
internal sealed record Shape(string Slug, int Teams, int AgentsPerTeam, int TasksPerTeam, int SessionsPerTeam)
{
    /// <summary>200 sessions over 10 teams, each on a task of its own.</summary>
    public static readonly Shape Spread = new("spread", 10, 4, 20, 20);

    /// <summary>As many sessions and agents in one team, all on one task.</summary>
    public static readonly Shape Hot = new("hot", 1, 40, 1, 200);

    /// <summary>A session for each of 200 clients, under the one cap of their team.</summary>
    public static readonly Shape Shared = new("shared", 1, 40, 200, 200);
}
