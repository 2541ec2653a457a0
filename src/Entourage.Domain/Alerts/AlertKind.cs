namespace Entourage.Domain.Alerts;

/// <summary>What an alert is about.</summary>
public enum AlertKind
{
    /// <summary>A share of a budget is spent that its team wants to hear of.</summary>
    Threshold,

    /// <summary>A budget is spent, whether it refuses or only watches.</summary>
    BudgetExceeded,

    /// <summary>A session used more tokens within a sliding window than its team wants.</summary>
    RunawayTokens,

    /// <summary>The same error came again and again in one session.</summary>
    RepeatedError,

    /// <summary>A session writes much more than it reads.</summary>
    VerboseOutput,

    /// <summary>Two agents are at work on one task.</summary>
    DuplicateWork,

    /// <summary>A task cost more than the guideline's red flag for its type.</summary>
    RedFlag,

    /// <summary>A model was used that nobody has a price for.</summary>
    UnpricedModel,

    /// <summary>A stated cost is far from what the catalogue's price comes to.</summary>
    CostDiffers,

    /// <summary>A session was closed because nothing was heard of it.</summary>
    AbandonedSession,

    /// <summary>The calls of a session cost many times what its first ones did.</summary>
    RisingCost,

    /// <summary>A session has an unusual number of sub-agents at once.</summary>
    FanOut,

    /// <summary>An agent asks a person for money, or for an answer.</summary>
    HumanRequest,

    /// <summary>One usage, or an agent's usage in an hour, cost more than an operator takes for plausible.</summary>
    ImplausibleUsage,

    /// <summary>Telemetry named something that there is not; its usage was recorded without that.</summary>
    TelemetryAttribute,

    /// <summary>The clock of a program is too far off; its usage counts as of its receipt.</summary>
    TelemetryClock,
}

/// <summary>Whether somebody has seen an alert.</summary>
public enum AlertStatus
{
    /// <summary>Nobody said so.</summary>
    Open,

    /// <summary>Somebody did.</summary>
    Acknowledged,
}
