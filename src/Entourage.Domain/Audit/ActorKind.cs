namespace Entourage.Domain.Audit;

/// <summary>How an actor was identified. The names are stored and must never change meaning.</summary>
public enum ActorKind
{
    /// <summary>A caller of a server that requires no keys.</summary>
    Operator,

    /// <summary>The product itself: jobs, detectors and console commands. No caller has this kind.</summary>
    Product,

    /// <summary>The holder of a key.</summary>
    Key,

    /// <summary>A person with a token from an OpenID Connect authority.</summary>
    Token,
}
