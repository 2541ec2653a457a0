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

    /// <summary>None of the person's groups at the identity provider gives a role.</summary>
    NoRole,

    /// <summary>The identity provider denied access, or the visitor cancelled there.</summary>
    ProviderDenied,

    /// <summary>The identity provider cannot be reached.</summary>
    ProviderUnreachable,

    /// <summary>The identity provider's answer is invalid, late, or belongs to another browser.</summary>
    ProviderFailed,
}
