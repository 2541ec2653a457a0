using Entourage.Domain.Alerts;
using Entourage.Domain.Labels;

namespace Entourage.Domain.Budgets;

/// <summary>What a budget counts in.</summary>
public enum BudgetUnit
{
    /// <summary>US dollars, in nano-dollars.</summary>
    Usd,

    /// <summary>Tokens of all classes, however they are billed.</summary>
    Tokens,
}

/// <summary>
/// A budget that is a resource of its own: a limit on a scope over a period. It applies beside the caps in the settings of organisations, teams and agents.
/// </summary>
/// <remarks>It has counters of its own, which begin with what was spent before it was created in the window of that time.</remarks>
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
    public const int MaxCount = 500;

    /// <summary>The most budgets of a team, so that no team uses up those of its organisation.</summary>
    public const int MaxCountOfTeam = 100;

    private RuleMatch? match;

    private BudgetRule()
    {
    }

    /// <summary>The number that the store assigns.</summary>
    public long Id { get; private init; }

    /// <summary>The organisation.</summary>
    public Guid OrganisationId { get; private init; }

    /// <summary>The team whose work it limits, in whose time zone its windows are. The budget of one agent follows it
    /// to other teams, and has their time zones there. Null for the work of all teams, in UTC.</summary>
    public Guid? TeamId { get; private init; }

    /// <summary>A name for people; null for none.</summary>
    public string? Name { get; private set; }

    /// <summary>What it counts.</summary>
    public BudgetScope Scope { get; private init; }

    /// <summary>
    /// Which of its scope it counts: the id of an organisation, a team, an agent, a task or a session, a model, <c>key=value</c> of a label, or
    /// <see cref="Each"/>. A model that ends with <c>*</c> stands for all models whose names begin so, together. The date of a
    /// snapshot and the prefixes of clouds and gateways are not part of a model's name.
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

    /// <summary>Only what was spent at this instant or later is counted (UTC): since the beginning of the window in which it was created.</summary>
    public DateTimeOffset CountsFrom { get; private init; }

    /// <summary>When it was created (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>Incremented by each change.</summary>
    public long Version { get; private set; }

    /// <summary>Whether it limits a rate.</summary>
    public bool IsRate => Period == BudgetPeriod.Minute;

    /// <summary>Whether it is a limit that each item of its scope has for itself.</summary>
    public bool IsForEach => Pattern.IsForEach;

    /// <summary>Whether it counts the work of one agent, which it follows to other teams.</summary>
    public bool FollowsAgent => Scope == BudgetScope.Agent && !IsForEach;

    /// <summary>Whether it may count the work of a team.</summary>
    public bool IsOfTeam(Guid teamId) => TeamId is null || TeamId == teamId || FollowsAgent;

    /// <summary>What people decided about it.</summary>
    public BudgetTerms Terms => new()
    {
        OrganisationId = OrganisationId,
        TeamId = TeamId,
        Name = Name,
        Scope = Scope,
        Match = Match,
        Period = Period,
        StartsOn = StartsOn,
        LimitUsd = LimitUsd,
        LimitTokens = LimitTokens,
        Enforcement = Enforcement,
        OnExceed = OnExceed,
        Thresholds = Thresholds,
    };

    private RuleMatch Pattern => match ??= new(Scope, Match);

    /// <summary>Creates a budget.</summary>
    /// <param name="terms">What it limits.</param>
    /// <param name="calendar">The calendar of its team, or of organisations.</param>
    /// <param name="now">The current time (UTC).</param>
    /// <exception cref="RuleViolationException"><c>validation</c>: the terms contradict each other.</exception>
    public static BudgetRule Create(BudgetTerms terms, BudgetCalendar calendar, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(calendar);
        var since = terms.Period == BudgetPeriod.Minute
            ? RateWindow.FirstAt(now)
            : calendar.SpanOf(terms.Period, now, terms.StartsOn).StartsAt ?? DateTimeOffset.MinValue;
        return Stored(0, terms.Checked(), since, now, 0);
    }

    /// <summary>Creates a budget from its stored values.</summary>
    public static BudgetRule Stored(long id, BudgetTerms terms, DateTimeOffset countsFrom, DateTimeOffset createdAt, long version)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return new()
        {
            Id = id,
            OrganisationId = terms.OrganisationId,
            TeamId = terms.TeamId,
            Name = terms.Name,
            Scope = terms.Scope,
            Match = terms.Match,
            Period = terms.Period,
            StartsOn = terms.StartsOn,
            LimitUsd = terms.LimitUsd,
            LimitTokens = terms.LimitTokens,
            Enforcement = terms.Enforcement,
            OnExceed = terms.OnExceed,
            Thresholds = terms.Thresholds,
            CountsFrom = countsFrom,
            CreatedAt = createdAt,
            Version = version,
        };
    }

    /// <summary>
    /// Changes its name, limits and reactions. What it counts cannot change, because its counters would be wrong. If a limit of another unit is added, its
    /// counters must be counted.
    /// </summary>
    /// <exception cref="RuleViolationException"><c>validation</c>: the terms contradict each other, or they change what it counts.</exception>
    public void Change(BudgetTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        var (checkedTerms, own) = (terms.Checked(), Terms);
        if ((checkedTerms with
        {
            Name = own.Name,
            LimitUsd = own.LimitUsd,
            LimitTokens = own.LimitTokens,
            Enforcement = own.Enforcement,
            OnExceed = own.OnExceed,
            Thresholds = own.Thresholds,
        }) != own)
        {
            throw new RuleViolationException("validation", "What a budget counts cannot change. Create another one, and delete this one.", nameof(Match));
        }

        (Name, LimitUsd, LimitTokens) = (terms.Name, terms.LimitUsd, terms.LimitTokens);
        (Enforcement, OnExceed, Thresholds) = (terms.Enforcement, terms.OnExceed, terms.Thresholds);
        Version++;
    }

    /// <summary>Adds the budgets that a cost at an instant draws on: one for each unit with a limit, or none.</summary>
    /// <param name="policy">The work, with its model and labels.</param>
    /// <param name="instant">When the money was spent.</param>
    /// <param name="budgets">The list to add to.</param>
    internal void AddTo(List<Budget> budgets, BudgetPolicy policy, DateTimeOffset instant)
    {
        if (instant < CountsFrom || !IsOfTeam(policy.TeamId) || Pattern.Find(policy) is not { } item)
        {
            return;
        }

        var calendar = TeamId is null ? BudgetCalendar.Utc : policy.Calendar;
        var enforcement = TeamId is not null && policy.TeamLimits.Enforcement == Enforcement.Observe ? Enforcement.Observe : Enforcement;
        if (LimitUsd is { } usd)
        {
            budgets.Add(RuleWindows.BudgetOf(this, item, BudgetUnit.Usd, usd, calendar, instant) with { Enforcement = enforcement });
        }

        if (LimitTokens is { } tokens)
        {
            budgets.Add(RuleWindows.BudgetOf(this, item, BudgetUnit.Tokens, new Money(tokens), calendar, instant) with { Enforcement = enforcement });
        }
    }
}
