namespace Entourage.Dashboard.Pages;

/// <summary>Why the dashboard refused to sign a visitor in.</summary>
public enum SignInRefusal
{
    /// <summary>The key does not exist, was revoked or has expired.</summary>
    NoKey,

    /// <summary>The key is an agent's.</summary>
    AgentKey,

    /// <summary>Too many attempts came from the client's address.</summary>
    TooMany,
}
