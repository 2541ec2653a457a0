namespace Entourage.Domain.Budgets;

/// <summary>What becomes of a session whose usage leaves nothing of a hard cap. The numbers are stored and never change.</summary>
public enum OnExceed
{
    /// <summary>It is told to stop, and ends itself.</summary>
    Stop = 0,

    /// <summary>It is killed, and those of its sub-agents with it.</summary>
    Kill = 1,
}
