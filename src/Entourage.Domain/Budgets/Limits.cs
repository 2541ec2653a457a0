namespace Entourage.Domain.Budgets;

/// <summary>The caps of an organisation, in USD per UTC period; null is no cap.</summary>
public sealed record OrganisationLimits
{
    /// <summary>USD a UTC day.</summary>
    public Money? Daily { get; init; }

    /// <summary>USD a UTC month.</summary>
    public Money? Monthly { get; init; }
}

/// <summary>The caps of a team, in USD; null is no cap. Days, weeks and months are those of the team's time zone.</summary>
public sealed record TeamLimits
{
    /// <summary>The shortest silence after which a session can be given up, in minutes.</summary>
    public const int MinAbandonedAfterMinutes = 5;

    /// <summary>The longest silence after which a session can be given up, in minutes: a week.</summary>
    public const int MaxAbandonedAfterMinutes = 10_080;

    /// <summary>USD a day for all agents of the team together.</summary>
    public Money? Daily { get; init; }

    /// <summary>USD a week (from Monday) for the team.</summary>
    public Money? Weekly { get; init; }

    /// <summary>USD a month for the team.</summary>
    public Money? Monthly { get; init; }

    /// <summary>USD for each task that has no cap of its own.</summary>
    public Money? Task { get; init; }

    /// <summary>USD for each session together with the sessions of its sub-agents.</summary>
    public Money? Session { get; init; }

    /// <summary>USD a day for each agent that has no cap of its own.</summary>
    public Money? AgentDaily { get; init; }

    /// <summary>Whether a task with no cap of its own takes the upper end of its type's reasonable budget.</summary>
    public bool ApplyGuidelineBudgets { get; init; }

    /// <summary>Whether the caps refuse or only watch.</summary>
    public Enforcement Enforcement { get; init; } = Enforcement.Hard;

    /// <summary>What becomes of a session whose usage leaves nothing of a hard cap.</summary>
    public OnExceed OnExceed { get; init; } = OnExceed.Stop;

    /// <summary>After how many minutes of silence an active session is given up: 5 to 10,080; null is never.</summary>
    public int? AbandonedAfterMinutes { get; init; } = 60;

    /// <summary>What becomes of work on a model that has no price.</summary>
    public UnpricedModelRule UnpricedModels { get; init; } = UnpricedModelRule.Assume;

    /// <summary>Checks that a cap which is raised stays one that somebody could have set.</summary>
    /// <exception cref="RuleViolationException"><c>cap-too-large</c>.</exception>
    internal static void EnsureCap(Money raised, string field)
    {
        if (raised > Money.LargestInput)
        {
            throw new RuleViolationException("cap-too-large", $"The cap would be {raised} USD, and the largest is {Money.LargestInput}.", field);
        }
    }
}
