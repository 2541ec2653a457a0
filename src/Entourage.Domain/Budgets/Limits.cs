namespace Entourage.Domain.Budgets;

/// <summary>The caps of an organisation (USD per UTC period); null is no cap.</summary>
public sealed record OrganisationLimits
{
    /// <summary>USD per UTC day.</summary>
    public Money? Daily { get; init; }

    /// <summary>USD per UTC month.</summary>
    public Money? Monthly { get; init; }
}

/// <summary>The caps of a team (USD) and its rules about them; null is no cap. Days, weeks and months are in the team's time zone.</summary>
public sealed record TeamLimits
{
    /// <summary>The shortest setting of <see cref="AbandonedAfterMinutes"/>, in minutes.</summary>
    public const int MinAbandonedAfterMinutes = 5;

    /// <summary>The longest setting of <see cref="AbandonedAfterMinutes"/>, in minutes (a week).</summary>
    public const int MaxAbandonedAfterMinutes = 10_080;

    /// <summary>USD per day for the team.</summary>
    public Money? Daily { get; init; }

    /// <summary>USD per week, from Monday, for the team.</summary>
    public Money? Weekly { get; init; }

    /// <summary>USD per month for the team.</summary>
    public Money? Monthly { get; init; }

    /// <summary>USD for each task without its own cap.</summary>
    public Money? Task { get; init; }

    /// <summary>USD for each session tree.</summary>
    public Money? Session { get; init; }

    /// <summary>USD per day for each agent without its own cap.</summary>
    public Money? AgentDaily { get; init; }

    /// <summary>Whether a task without any cap takes the upper end of the reasonable budget of its type's guideline.</summary>
    public bool ApplyGuidelineBudgets { get; init; }

    /// <summary>Whether the caps refuse or only observe.</summary>
    public Enforcement Enforcement { get; init; } = Enforcement.Hard;

    /// <summary>What happens to a session when its usage exhausts a hard cap.</summary>
    public OnExceed OnExceed { get; init; } = OnExceed.Stop;

    /// <summary>The minutes of silence after which an active session is abandoned, from 5 to 10,080; null for never.</summary>
    public int? AbandonedAfterMinutes { get; init; } = 60;

    /// <summary>What happens to work on a model without a price.</summary>
    public UnpricedModelRule UnpricedModels { get; init; } = UnpricedModelRule.Assume;

    /// <summary>The rules to send calls through the gateway as cheaper models when little of a budget is left.</summary>
    public ModelFallbacks ModelFallbacks { get; init; } = ModelFallbacks.None;

    /// <summary>Checks that a raised cap is not larger than the largest cap that a caller can set.</summary>
    /// <exception cref="RuleViolationException"><c>cap-too-large</c>.</exception>
    internal static void EnsureCap(Money raised)
    {
        if (raised > Money.LargestInput)
        {
            throw new RuleViolationException("cap-too-large", $"The cap would be {raised} USD, but the largest cap is {Money.LargestInput} USD.", nameof(Budget.Granted));
        }
    }
}
