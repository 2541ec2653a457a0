using System.Globalization;
using Entourage.Domain.Alerts;
using Entourage.Domain.Labels;

namespace Entourage.Domain.Budgets;

/// <summary>What a budget counts in.</summary>
public enum BudgetUnit
{
    /// <summary>US dollars, counted in nano-dollars.</summary>
    Usd,

    /// <summary>Tokens of all classes.</summary>
    Tokens,
}

/// <summary>
/// A budget that is a resource of its own: a limit on a scope over a period. It applies beside the caps in the settings of organisations, teams and agents.
/// </summary>
/// <remarks>It keeps its own counters, which begin when it is created with what was spent before in the windows that are current then.</remarks>
public sealed class BudgetRule
{
    /// <summary>The longest name, in UTF-16 code units.</summary>
    public const int NameLength = 100;

    /// <summary>The longest match: a label.</summary>
    public const int MatchLength = LabelSet.PairLength;

    /// <summary>The match of a budget that each team, agent, task, session or model has for itself. A label's is <c>key=*</c>.</summary>
    public const string Each = "*";

    /// <summary>The largest limit in tokens, 10¹⁸.</summary>
    public const long LargestTokens = TokenCounts.LargestTotal;

    /// <summary>The latest day of a month on which it may begin. In a shorter month it begins on the last day.</summary>
    public const int LatestStart = 31;

    /// <summary>The most budgets of an organisation.</summary>
    public const int MaxCount = 1_000;

    private BudgetRule()
    {
    }

    /// <summary>The number that the store assigns.</summary>
    public long Id { get; private init; }

    /// <summary>The organisation.</summary>
    public Guid OrganisationId { get; private init; }

    /// <summary>The team whose work it limits, in whose time zone its windows are; null for the work of all teams, in UTC.</summary>
    public Guid? TeamId { get; private init; }

    /// <summary>A name for people; null for none.</summary>
    public string? Name { get; private set; }

    /// <summary>What it counts.</summary>
    public BudgetScope Scope { get; private init; }

    /// <summary>
    /// Which of its scope it counts: the id of an organisation, a team, an agent, a task or a session, a model, <c>key=value</c> of a label, or
    /// <see cref="Each"/>. A model that ends with <c>*</c> stands for all models whose names begin so, together.
    /// </summary>
    public string Match { get; private init; } = "";

    /// <summary>The period.</summary>
    public BudgetPeriod Period { get; private init; }

    /// <summary>The day on which its months begin, from 1 to <see cref="LatestStart"/>.</summary>
    public int StartsOn { get; private init; } = 1;

    /// <summary>The limit (USD); null for none.</summary>
    public Money? LimitUsd { get; private set; }

    /// <summary>The limit in tokens; null for none.</summary>
    public long? LimitTokens { get; private set; }

    /// <summary>Whether it refuses or only observes. A budget of a team that only observes does so too.</summary>
    public Enforcement Enforcement { get; private set; }

    /// <summary>What happens to a session whose usage exhausts it; null for what its team does.</summary>
    public OnExceed? OnExceed { get; private set; }

    /// <summary>The shares that raise an alert; null for those of the team.</summary>
    public AlertThresholds? Thresholds { get; private set; }

    /// <summary>Only windows that began at this instant or later are counted (UTC).</summary>
    public DateTimeOffset CountsFrom { get; private init; }

    /// <summary>When it was created (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>Incremented by each change.</summary>
    public long Version { get; private set; }
}
