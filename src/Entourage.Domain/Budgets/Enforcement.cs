namespace Entourage.Domain.Budgets;

/// <summary>What a cap does when it is reached.</summary>
public enum Enforcement
{
    /// <summary>It refuses starts and tells agents to stop.</summary>
    Hard,

    /// <summary>It refuses nothing; being over shows in the figures alone.</summary>
    Observe,
}
