namespace Entourage.Dashboard.Pages;

/// <summary>Why somebody was not let in.</summary>
public enum SignInRefusal
{
    /// <summary>There is no such key, or it was revoked or has expired.</summary>
    NoKey,

    /// <summary>It is an agent's.</summary>
    AgentKey,

    /// <summary>The address has tried too many keys.</summary>
    TooMany,
}
