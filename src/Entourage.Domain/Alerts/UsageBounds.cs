namespace Entourage.Domain.Alerts;

/// <summary>How much one usage, and the usage of an agent in an hour, may plausibly cost. An operator sets them for the whole installation.</summary>
public sealed record UsageBounds
{
    /// <summary>Refuses nothing that the contract allows, and finds nothing implausible.</summary>
    public static readonly UsageBounds None = new();

    /// <summary>The largest cost that one usage may state (USD). A larger one is refused.</summary>
    public Money MaxCost { get; init; } = Money.LargestInput;

    /// <summary>The cost above which one usage is implausible (USD); null for none.</summary>
    public Money? ImplausibleCost { get; init; }

    /// <summary>What an agent spends in one local hour above which that is implausible (USD); null for none.</summary>
    public Money? ImplausibleHourlyCost { get; init; }
}
