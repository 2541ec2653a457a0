namespace Entourage.Domain.Stops;

/// <summary>Whose work a pause stops.</summary>
public enum PauseScope
{
    /// <summary>One agent's, and that of the sub-agents below its sessions.</summary>
    Agent,

    /// <summary>That of all agents of a team.</summary>
    Team,

    /// <summary>That of all teams of an organisation.</summary>
    Organisation,
}
