namespace Entourage.Domain.Budgets;

/// <summary>What happens to a session when its usage exhausts a hard cap. The numbers are stored and must never change.</summary>
public enum OnExceed
{
    /// <summary>Tell the agent to stop; the agent ends the session.</summary>
    Stop = 0,

    /// <summary>Kill the session and its sub-agents' sessions.</summary>
    Kill = 1,
}
