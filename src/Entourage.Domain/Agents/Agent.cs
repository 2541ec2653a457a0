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

    private Agent()
    {
    }

    /// <summary>A version-7 UUID.</summary>
    public Guid Id { get; private init; }

    /// <summary>The agent's team.</summary>
    public Guid TeamId { get; private init; }

    /// <summary>The display name; unique in its team.</summary>
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

    /// <summary>Sets the agent's own daily cap (USD), or removes it when null.</summary>
    public void SetDailyLimit(Money? limit)
    {
        DailyLimit = limit;
        Version++;
    }
}
