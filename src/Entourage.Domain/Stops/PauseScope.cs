namespace Entourage.Domain.Stops;

/// <summary>The scope of a pause.</summary>
public enum PauseScope
{
    /// <summary>One agent and the sub-agents below its sessions.</summary>
    Agent,

    /// <summary>All agents of a team.</summary>
    Team,

    /// <summary>All teams of an organisation.</summary>
    Organisation,
}
