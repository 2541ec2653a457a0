namespace Entourage.Bench.Servers;

/// <summary>The size of a <see cref="Scene"/>.</summary>
/// <param name="Slug">The organisation's slug, unique in its database.</param>
/// <param name="Teams">The number of teams, each under a daily cap that it never reaches.</param>
/// <param name="AgentsPerTeam">The number of agents per team.</param>
/// <param name="TasksPerTeam">The number of tasks per team.</param>
/// <param name="SessionsPerTeam">The number of open sessions per team, spread over its agents and tasks.</param>
internal sealed record Shape(string Slug, int Teams, int AgentsPerTeam, int TasksPerTeam, int SessionsPerTeam)
{
    /// <summary>200 sessions in 10 teams, each on a separate task.</summary>
    public static readonly Shape Spread = new("spread", 10, 4, 20, 20);

    /// <summary>The same number of sessions and agents in one team, all on one task.</summary>
    public static readonly Shape OneTask = new("one-task", 1, 40, 1, 200);

    /// <summary>A session for each of 200 clients, under their team's single cap.</summary>
    public static readonly Shape Shared = new("shared", 1, 40, 200, 200);
}
