using Entourage.Application.Budgets;
using Entourage.Application.Teams;
using Entourage.Domain;

namespace Entourage.Application.Overviews;

/// <summary>An organisation at a glance: what it spends at present, and how its teams stand. Its days and months are UTC ones.</summary>
public sealed record OrganisationOverviewResponse
{
    /// <summary>A version-7 UUID.</summary>
    public required Guid Id { get; init; }

    /// <summary>The display name.</summary>
    public required string Name { get; init; }

    /// <summary>It is paused itself.</summary>
    public required bool Paused { get; init; }

    /// <summary>What was spent on the present UTC day (USD).</summary>
    public required MoneyTotal SpentTodayUsd { get; init; }

    /// <summary>What was spent in the present UTC month (USD).</summary>
    public required MoneyTotal SpentMonthUsd { get; init; }

    /// <summary>What an hour costs at present (USD); see <see cref="BurnRate"/>.</summary>
    public required MoneyTotal BurnPerHourUsd { get; init; }

    /// <summary>What the present month will have cost at its end, at the rate of the last seven days (USD).</summary>
    public required MoneyTotal ForecastMonthUsd { get; init; }

    /// <summary>Its own caps: by day and by month, as far as there are any.</summary>
    public required IReadOnlyList<BudgetStatusResponse> Caps { get; init; }

    /// <summary>Its teams, by slug.</summary>
    public required IReadOnlyList<TeamFiguresResponse> Teams { get; init; }
}

/// <summary>A team at a glance. Its days and months are those of its own time zone.</summary>
public record TeamFiguresResponse
{
    /// <summary>A version-7 UUID.</summary>
    public required Guid Id { get; init; }

    /// <summary>The organisation it belongs to.</summary>
    public required Guid OrgId { get; init; }

    /// <summary>The display name.</summary>
    public required string Name { get; init; }

    /// <summary>The IANA time zone in which its days are counted.</summary>
    public required string Timezone { get; init; }

    /// <summary>Whether its agents may work.</summary>
    public required TeamStatus Status { get; init; }

    /// <summary>What was spent today (USD).</summary>
    public required MoneyTotal SpentTodayUsd { get; init; }

    /// <summary>What was spent in the present month (USD).</summary>
    public required MoneyTotal SpentMonthUsd { get; init; }

    /// <summary>What an hour costs at present (USD); see <see cref="BurnRate"/>.</summary>
    public required MoneyTotal BurnPerHourUsd { get; init; }

    /// <summary>What the present month will have cost at its end, at the rate of the last seven days (USD).</summary>
    public required MoneyTotal ForecastMonthUsd { get; init; }

    /// <summary>Its own caps: by day, week and month, as far as there are any.</summary>
    public required IReadOnlyList<BudgetStatusResponse> Caps { get; init; }

    /// <summary>How many agents it has.</summary>
    public required int Agents { get; init; }

    /// <summary>How many of them have an active session.</summary>
    public required int ActiveAgents { get; init; }

    /// <summary>How many sessions are active.</summary>
    public required int ActiveSessions { get; init; }

    /// <summary>How many alerts nobody has acknowledged.</summary>
    public required int OpenAlerts { get; init; }
}

/// <summary>A team at a glance, with its day so far.</summary>
public sealed record TeamOverviewResponse : TeamFiguresResponse
{
    /// <summary>Takes over the figures.</summary>
    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    internal TeamOverviewResponse(TeamFiguresResponse figures, string organisation, (DateTimeOffset Begins, DateTimeOffset Ends) day, IReadOnlyList<SpendPoint> today, DateTimeOffset now)
        : base(figures) => (OrgName, DayStartedAt, DayEndsAt, Today, ReadAt) = (organisation, day.Begins, day.Ends, today, now);

    /// <summary>What the organisation is called.</summary>
    public required string OrgName { get; init; }

    /// <summary>When its day began (UTC).</summary>
    public required DateTimeOffset DayStartedAt { get; init; }

    /// <summary>When its day ends (UTC).</summary>
    public required DateTimeOffset DayEndsAt { get; init; }

    /// <summary>What it spent today, by quarters of an hour, in order; those without any are left out.</summary>
    public required IReadOnlyList<SpendPoint> Today { get; init; }

    /// <summary>The moment of all this (UTC).</summary>
    public required DateTimeOffset ReadAt { get; init; }
}

/// <summary>What was spent in a quarter of an hour.</summary>
/// <param name="At">When it began (UTC).</param>
/// <param name="CostUsd">The recorded cost (USD).</param>
public sealed record SpendPoint(DateTimeOffset At, MoneyTotal CostUsd);
