using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Organisations;
using Entourage.Domain.Stops;

namespace Entourage.Domain.Teams;

/// <summary>Agents that share budgets and a calendar.</summary>
public sealed class Team
{
    /// <summary>The longest IANA zone name kept.</summary>
    public const int TimezoneLength = 64;

    private Team()
    {
    }

    /// <summary>A version-7 UUID.</summary>
    public Guid Id { get; private init; }

    /// <summary>The organisation it belongs to.</summary>
    public Guid OrganisationId { get; private init; }

    /// <summary>The display name.</summary>
    public string Name { get; private init; } = "";

    /// <summary>The name in addresses; unique in its organisation.</summary>
    public string Slug { get; private init; } = "";

    /// <summary>The IANA time zone in which its days, weeks and months are counted.</summary>
    public string Timezone { get; private set; } = "";

    /// <summary>When it was made (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>What it may spend.</summary>
    public TeamLimits Limits { get; private set; } = new();

    /// <summary>What it may spend on one day besides; null where nothing was granted in its present time zone.</summary>
    public DayGrant? DayGrant { get; private set; }

    /// <summary>What stops its agents' work, if anything does or did: it may have run out. Written by the ledger alone.</summary>
    public Pause? Pause { get; private init; }

    /// <summary>When its people are told, and when a session of it has run away.</summary>
    public DetectorRules Watch { get; private set; } = DetectorRules.Default;

    /// <summary>Incremented by each change; two writers of one version collide.</summary>
    public long Version { get; private set; }

    /// <summary>Makes a team without limits.</summary>
    /// <exception cref="RuleViolationException"><c>unknown-timezone</c>.</exception>
    public static Team Create(Organisation organisation, string name, string slug, string timezone, DateTimeOffset now)
    {
        _ = BudgetCalendar.Of(timezone);
        return new()
        {
            Id = Guid.CreateVersion7(now),
            OrganisationId = organisation.Id,
            Name = name,
            Slug = slug,
            Timezone = timezone,
            CreatedAt = now,
        };
    }

    /// <summary>
    /// Replaces the limits and the time zone; they hold from the next call on. What was granted for a day ends when the zone changes: it was
    /// granted for a day of the old one, and becomes none of another.
    /// </summary>
    /// <param name="limits">What it may spend.</param>
    /// <param name="timezone">An IANA time zone.</param>
    /// <param name="watch">When its people are told; as before where null.</param>
    /// <returns>Whether the time zone changed, and with it every window that is counted in it.</returns>
    /// <exception cref="RuleViolationException"><c>unknown-timezone</c>.</exception>
    public bool Configure(TeamLimits limits, string timezone, DetectorRules? watch = null)
    {
        _ = BudgetCalendar.Of(timezone);
        var moved = timezone != Timezone;
        (Limits, Timezone, Watch) = (limits, timezone, watch ?? Watch);
        DayGrant = moved ? null : DayGrant;
        Version++;
        return moved;
    }

    /// <summary>Raises the daily cap for the present local day alone. What was granted for the same day before stays.</summary>
    /// <param name="amount">By how much (USD).</param>
    /// <param name="now">The present (UTC).</param>
    /// <returns>When the day ends, and the raise with it (UTC).</returns>
    /// <exception cref="RuleViolationException"><c>nothing-to-raise</c>: there is no daily cap; <c>cap-too-large</c>.</exception>
    public DateTimeOffset RaiseDailyCap(Money amount, DateTimeOffset now)
    {
        if (Limits.Daily is not { } daily)
        {
            throw new RuleViolationException("nothing-to-raise", "There is no cap that could be raised: the task has none, and the team's day has none.", "GrantedUsd");
        }

        var calendar = BudgetCalendar.Of(Timezone);
        var today = calendar.WindowOf(BudgetPeriod.Day, now);
        var granted = (DayGrant?.On(today) ?? Money.Zero) + amount;
        TeamLimits.EnsureCap(daily + granted, "GrantedUsd");
        DayGrant = new(today, granted);
        Version++;
        return calendar.ResetsAt(BudgetPeriod.Day, now)!.Value;
    }
}
