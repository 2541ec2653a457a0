namespace Entourage.Domain.Budgets;

/// <summary>What a cap does when it is reached.</summary>
public enum Enforcement
{
    /// <summary>Refuses sessions and reservations, and tells agents to stop.</summary>
    Hard,

    /// <summary>Refuses nothing and only raises alerts.</summary>
    Observe,
}
