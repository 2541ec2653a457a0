namespace Entourage.Domain.Audit;

/// <summary>How somebody who acts was identified. The names are stored, and never change their meaning.</summary>
public enum ActorKind
{
    /// <summary>Whoever reaches a server that needs no keys.</summary>
    Operator,

    /// <summary>The product itself: jobs, detectors, commands on the console. No caller can have this kind.</summary>
    Product,

    /// <summary>The holder of a key.</summary>
    Key,

    /// <summary>A person with a token of an OpenID Connect authority.</summary>
    Token,
}
