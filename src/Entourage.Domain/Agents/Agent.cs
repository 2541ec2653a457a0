using Entourage.Domain.Stops;
using Entourage.Domain.Teams;

namespace Entourage.Domain.Agents;

/// <summary>What an agent does in its team.</summary>
public enum AgentRole
{
    /// <summary>Writes and changes things; the default.</summary>
    Engineer,

    /// <summary>Plans and hands out work.</summary>
    Manager,

    /// <summary>Checks the work of others.</summary>
    Reviewer,
}

/// <summary>A program that spends money on language models, in one team.</summary>
public sealed class Agent
{
    /// <summary>The longest model name.</summary>
    public const int ModelLength = 100;

    private Agent()
    {
    }

    /// <summary>A version-7 UUID.</summary>
    public Guid Id { get; private init; }

    /// <summary>The team it belongs to.</summary>
    public Guid TeamId { get; private init; }

    /// <summary>The display name; unique in its team.</summary>
    public string Name { get; private set; } = "";

    /// <summary>What it does.</summary>
    public AgentRole Role { get; private set; }

    /// <summary>The model that its sessions use unless they say otherwise.</summary>
    public string? Model { get; private set; }

    /// <summary>Its own cap, in USD a day of its team's zone; null takes the team's default for agents.</summary>
    public Money? DailyLimit { get; private set; }

    /// <summary>When it was made (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>What stops its work, if anything does or did: it may have run out. Written by the ledger alone.</summary>
    public Pause? Pause { get; private init; }

    /// <summary>Incremented by each change; two writers of one version collide.</summary>
    public long Version { get; private set; }

    /// <summary>Makes an agent of a team.</summary>
    public static Agent Create(Team team, string name, AgentRole role, string? model, DateTimeOffset now) =>
        new() { Id = Guid.CreateVersion7(now), TeamId = team.Id, Name = name, Role = role, Model = model, CreatedAt = now };

    /// <summary>Changes what it is called, does, and runs on.</summary>
    public void Change(string name, AgentRole role, string? model)
    {
        (Name, Role, Model) = (name, role, model);
        Version++;
    }

    /// <summary>Sets or lifts its own daily cap (USD).</summary>
    public void SetDailyLimit(Money? limit)
    {
        DailyLimit = limit;
        Version++;
    }
}
