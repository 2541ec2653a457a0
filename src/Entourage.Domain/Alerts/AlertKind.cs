namespace Entourage.Domain.Alerts;

/// <summary>The kind of an alert.</summary>
public enum AlertKind
{
    /// <summary>The spending of a budget has reached one of the team's thresholds.</summary>
    Threshold,

    /// <summary>All of a budget is spent, whether it is hard or only observes.</summary>
    BudgetExceeded,

    /// <summary>A session reached its team's limit of tokens within the sliding window.</summary>
    RunawayTokens,

    /// <summary>A session reported the same error several times in a row.</summary>
    RepeatedError,

    /// <summary>A session's output is far larger than its input.</summary>
    VerboseOutput,

    /// <summary>Sessions of two agents are active on one task.</summary>
    DuplicateWork,

    /// <summary>A task cost more than the red flag of its type's guideline.</summary>
    RedFlag,

    /// <summary>A model without a price was used.</summary>
    UnpricedModel,

    /// <summary>A reported cost differs a lot from the catalogue's price.</summary>
    CostDiffers,

    /// <summary>A session was closed because it was silent for too long.</summary>
    AbandonedSession,

    /// <summary>The calls of a session cost many times as much as its first calls.</summary>
    RisingCost,

    /// <summary>A session has an unusual number of active sub-agents.</summary>
    FanOut,

    /// <summary>An agent asks a person for money or an answer.</summary>
    HumanRequest,

    /// <summary>One usage, or an agent's usage in one hour, cost more than the operator considers plausible.</summary>
    ImplausibleUsage,

    /// <summary>A telemetry attribute named something that does not exist. The usage was recorded without it.</summary>
    TelemetryAttribute,

    /// <summary>A program's clock is too far off. Its usage counts at the time of receipt.</summary>
    TelemetryClock,
}

/// <summary>Whether an alert still needs attention.</summary>
public enum AlertStatus
{
    /// <summary>Not acknowledged yet.</summary>
    Open,

    /// <summary>Acknowledged by someone.</summary>
    Acknowledged,

    /// <summary>Not acknowledged, but its window has ended. Never stored: it follows from <see cref="Alert.ClosesAt"/>.</summary>
    Closed,
}
