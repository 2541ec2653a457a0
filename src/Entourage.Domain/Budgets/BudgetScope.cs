namespace Entourage.Domain.Budgets;

/// <summary>What a budget counts. The numbers are stored and must never change.</summary>
public enum BudgetScope
{
    /// <summary>All teams of an organisation.</summary>
    Organisation = 1,

    /// <summary>All agents of a team.</summary>
    Team = 2,

    /// <summary>One agent.</summary>
    Agent = 3,

    /// <summary>One task, across all agents.</summary>
    Task = 4,

    /// <summary>One session and the sessions of its sub-agents.</summary>
    Session = 5,

    /// <summary>The usage with a label.</summary>
    Label = 6,

    /// <summary>The usage of a model.</summary>
    Model = 7,

    /// <summary>The counters of a <see cref="BudgetRule"/>, whatever that counts. Only windows have this scope.</summary>
    Rule = 8,
}
