namespace Entourage.Domain.Access;

/// <summary>The role of a caller, from the least privileged to the most.</summary>
public enum CallerRole
{
    /// <summary>Acts for one agent.</summary>
    Agent,

    /// <summary>Acts for one team.</summary>
    Lead,

    /// <summary>Acts for all organisations.</summary>
    Admin,
}
