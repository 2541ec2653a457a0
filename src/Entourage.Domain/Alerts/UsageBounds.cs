namespace Entourage.Domain.Alerts;

/// <summary>The plausible cost of one usage and of an agent's usage in an hour. The operator sets them for the whole installation.</summary>
public sealed record UsageBounds
{
    /// <summary>Refuses no cost that the API allows, and considers none implausible.</summary>
    public static readonly UsageBounds None = new();

    /// <summary>The largest cost that one usage may state (USD). Larger costs are refused.</summary>
    public Money MaxCost { get; init; } = Money.LargestInput;

    /// <summary>The cost above which one usage is implausible (USD); null for none.</summary>
    public Money? ImplausibleCost { get; init; }

    /// <summary>The cost above which an agent's usage in one local hour is implausible (USD); null for none.</summary>
    public Money? ImplausibleHourlyCost { get; init; }
}
