namespace Entourage.Domain.Access;

/// <summary>What a caller may do, the least first.</summary>
public enum CallerRole
{
    /// <summary>Acts for one agent.</summary>
    Agent,

    /// <summary>Acts for one team.</summary>
    Lead,

    /// <summary>Acts for everybody.</summary>
    Admin,
}
