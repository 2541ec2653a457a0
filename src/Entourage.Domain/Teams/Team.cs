using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Organisations;
using Entourage.Domain.Stops;

namespace Entourage.Domain.Teams;

/// <summary>A group of agents that share caps and a time zone.</summary>
public sealed class Team
{
    /// <summary>The longest name of a time zone, in characters.</summary>
    public const int TimezoneLength = 64;

    private Team()
    {
    }

    /// <summary>A version-7 UUID.</summary>
    public Guid Id { get; private init; }

    /// <summary>The team's organisation.</summary>
    public Guid OrganisationId { get; private init; }

    /// <summary>The display name.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The name in URLs; unique among the teams of its organisation that are not archived.</summary>
    public string Slug { get; private init; } = "";

    /// <summary>The IANA time zone in which its days, weeks and months are counted.</summary>
    public string Timezone { get; private set; } = "";

    /// <summary>When it was created (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>The caps and the rules about them.</summary>
    public TeamLimits Limits { get; private set; } = new();

    /// <summary>The grant on top of the daily cap; null if nothing was granted in the current time zone.</summary>
    public DayGrant? DayGrant { get; private set; }

    /// <summary>The latest pause, which may have expired; null if there was none. Only the ledger writes it.</summary>
    public Pause? Pause { get; private init; }

    /// <summary>When it was archived (UTC); null if it is not archived itself. Only the ledger writes it.</summary>
    public DateTimeOffset? ArchivedAt { get; private init; }

    /// <summary>Its archive mark, or else its pause, which may have expired; null for neither.</summary>
    public Pause? Stop => Pause.WithArchive(Pause, ArchivedAt);

    /// <summary>The rules for alerts and runaway sessions.</summary>
    public DetectorRules Watch { get; private set; } = DetectorRules.Default;

    /// <summary>Incremented by each change, for optimistic concurrency.</summary>
    public long Version { get; private set; }

    /// <summary>Creates a team without limits.</summary>
    /// <exception cref="RuleViolationException"><c>unknown-timezone</c>: the time zone is unknown.</exception>
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

    /// <summary>Changes the display name. The settings, and so their version, stay the same.</summary>
    public void Rename(string name) => Name = name;

    /// <summary>
    /// Replaces the limits and the time zone. They apply from the next call on. A change of time zone ends the day's grant, which was for a
    /// day of the old zone.
    /// </summary>
    /// <param name="limits">The new limits.</param>
    /// <param name="timezone">An IANA time zone.</param>
    /// <param name="watch">The new rules for alerts and runaway sessions; null keeps the current ones.</param>
    /// <returns>Whether the time zone changed, and with it the team's windows.</returns>
    /// <exception cref="RuleViolationException"><c>unknown-timezone</c>: the time zone is unknown.</exception>
    public bool Configure(TeamLimits limits, string timezone, DetectorRules? watch = null)
    {
        _ = BudgetCalendar.Of(timezone);
        var moved = timezone != Timezone;
        (Limits, Timezone, Watch) = (limits, timezone, watch ?? Watch);
        DayGrant = moved ? null : DayGrant;
        Version++;
        return moved;
    }

    /// <summary>Raises the daily cap for the current local day only, in addition to earlier grants for that day.</summary>
    /// <param name="amount">The amount to add (USD).</param>
    /// <param name="now">The current time (UTC).</param>
    /// <returns>When the day and the raise end (UTC).</returns>
    /// <exception cref="RuleViolationException"><c>nothing-to-raise</c>: there is no daily cap; <c>cap-too-large</c>.</exception>
    internal DateTimeOffset RaiseDailyCap(Money amount, DateTimeOffset now)
    {
        if (Limits.Daily is not { } daily)
        {
            throw new RuleViolationException("nothing-to-raise", "There is no cap to raise. Neither the task nor the team's day has one.", nameof(Budget.Granted));
        }

        var calendar = BudgetCalendar.Of(Timezone);
        var today = calendar.WindowOf(BudgetPeriod.Day, now);
        var granted = (DayGrant?.On(today) ?? Money.Zero) + amount;
        TeamLimits.EnsureCap(daily + granted);
        DayGrant = new(today, granted);
        Version++;
        return calendar.ResetsAt(BudgetPeriod.Day, now)!.Value;
    }
}
