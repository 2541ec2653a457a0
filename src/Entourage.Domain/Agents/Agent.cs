using Entourage.Domain.Stops;
using Entourage.Domain.Teams;

namespace Entourage.Domain.Agents;

/// <summary>The role of an agent in its team.</summary>
public enum AgentRole
{
    /// <summary>Writes and changes code; the default.</summary>
    Engineer,

    /// <summary>Plans and assigns work.</summary>
    Manager,

    /// <summary>Checks the work of others.</summary>
    Reviewer,
}

/// <summary>A program that spends money on language models, in one team.</summary>
public sealed class Agent
{
    /// <summary>The longest model name, in UTF-16 code units.</summary>
    public const int ModelLength = 100;

    /// <summary>How far ahead a move can be planned.</summary>
    public static readonly TimeSpan LatestMove = TimeSpan.FromDays(366);

    private Agent()
    {
    }

    /// <summary>A version-7 UUID.</summary>
    public Guid Id { get; private init; }

    /// <summary>The agent's team. A move changes it; sessions keep the team in which they started.</summary>
    public Guid TeamId { get; private set; }

    /// <summary>The display name; unique among the agents of its team that are not archived.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The role in the team.</summary>
    public AgentRole Role { get; private set; }

    /// <summary>The default model of its sessions.</summary>
    public string? Model { get; private set; }

    /// <summary>The agent's own cap (USD per day in the team's time zone); null applies the team's default for agents.</summary>
    public Money? DailyLimit { get; private set; }

    /// <summary>When it was created (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>The latest pause, which may have expired; null if there was none. Only the ledger writes it.</summary>
    public Pause? Pause { get; private init; }

    /// <summary>When it was archived (UTC); null if it is not archived itself. Only the ledger writes it.</summary>
    public DateTimeOffset? ArchivedAt { get; private init; }

    /// <summary>Its archive mark, or else its pause, which may have expired; null for neither.</summary>
    public Pause? Stop => Pause.WithArchive(Pause, ArchivedAt);

    /// <summary>The teams in which it was before, each once.</summary>
    public IReadOnlyList<Guid> FormerTeams { get; private set; } = [];

    /// <summary>The team to which it will move; null if no move is planned.</summary>
    public Guid? MovesToTeamId { get; private set; }

    /// <summary>When it will move (UTC); null if no move is planned.</summary>
    public DateTimeOffset? MovesAt { get; private set; }

    /// <summary>Incremented by each change, for optimistic concurrency.</summary>
    public long Version { get; private set; }

    /// <summary>Creates an agent without its own cap.</summary>
    public static Agent Create(Team team, string name, AgentRole role, string? model, DateTimeOffset now) =>
        new() { Id = Guid.CreateVersion7(now), TeamId = team.Id, Name = name, Role = role, Model = model, CreatedAt = now };

    /// <summary>Changes the name, role and default model.</summary>
    public void Change(string name, AgentRole role, string? model)
    {
        (Name, Role, Model) = (name, role, model);
        Version++;
    }

    /// <summary>Moves the agent to another team of its organisation. A planned move is cancelled.</summary>
    public void MoveTo(Team team)
    {
        ArgumentNullException.ThrowIfNull(team);
        FormerTeams = [.. FormerTeams.Append(TeamId).Where(id => id != team.Id).Distinct()];
        TeamId = team.Id;
        CancelMove();
    }

    /// <summary>Plans a move to another team of its organisation. It replaces an earlier plan.</summary>
    public void PlanMove(Team team, DateTimeOffset from)
    {
        ArgumentNullException.ThrowIfNull(team);
        (MovesToTeamId, MovesAt) = (team.Id, from);
        Version++;
    }

    /// <summary>Cancels the planned move, if there is one.</summary>
    public void CancelMove()
    {
        (MovesToTeamId, MovesAt) = (null, null);
        Version++;
    }

    /// <summary>Sets the agent's own daily cap (USD), or removes it when null.</summary>
    public void SetDailyLimit(Money? limit)
    {
        DailyLimit = limit;
        Version++;
    }
}
