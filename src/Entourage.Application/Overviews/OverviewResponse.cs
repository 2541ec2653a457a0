using Entourage.Application.Budgets;
using Entourage.Application.Teams;
using Entourage.Domain;

namespace Entourage.Application.Overviews;

/// <summary>The current figures of an organisation and its teams. Days and months are in UTC.</summary>
public sealed record OrganisationOverviewResponse
{
    /// <summary>A version-7 UUID.</summary>
    public required Guid Id { get; init; }

    /// <summary>The display name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether the organisation itself is paused.</summary>
    public required bool Paused { get; init; }

    /// <summary>Whether the organisation is archived.</summary>
    public required bool Archived { get; init; }

    /// <summary>The amount spent on the current UTC day (USD).</summary>
    public required MoneyTotal SpentTodayUsd { get; init; }

    /// <summary>The amount spent in the current UTC month (USD).</summary>
    public required MoneyTotal SpentMonthUsd { get; init; }

    /// <summary>The current cost of an hour (USD); see <see cref="BurnRate"/>.</summary>
    public required MoneyTotal BurnPerHourUsd { get; init; }

    /// <summary>The expected cost of the current month, at the rate of the last seven days (USD).</summary>
    public required MoneyTotal ForecastMonthUsd { get; init; }

    /// <summary>The organisation's own daily and monthly caps, if any.</summary>
    public required IReadOnlyList<BudgetStatusResponse> Caps { get; init; }

    /// <summary>The teams that are not archived, by slug.</summary>
    public required IReadOnlyList<TeamFiguresResponse> Teams { get; init; }
}

/// <summary>The current figures of a team. Days and months are in the team's time zone.</summary>
public record TeamFiguresResponse
{
    /// <summary>A version-7 UUID.</summary>
    public required Guid Id { get; init; }

    /// <summary>The organisation it belongs to.</summary>
    public required Guid OrgId { get; init; }

    /// <summary>The display name.</summary>
    public required string Name { get; init; }

    /// <summary>The IANA time zone of the team's days.</summary>
    public required string Timezone { get; init; }

    /// <summary>Whether the team's agents may work.</summary>
    public required TeamStatus Status { get; init; }

    /// <summary>The amount spent today (USD).</summary>
    public required MoneyTotal SpentTodayUsd { get; init; }

    /// <summary>The amount spent in the current month (USD).</summary>
    public required MoneyTotal SpentMonthUsd { get; init; }

    /// <summary>The current cost of an hour (USD); see <see cref="BurnRate"/>.</summary>
    public required MoneyTotal BurnPerHourUsd { get; init; }

    /// <summary>The expected cost of the current month, at the rate of the last seven days (USD).</summary>
    public required MoneyTotal ForecastMonthUsd { get; init; }

    /// <summary>The team's own daily, weekly and monthly caps, if any.</summary>
    public required IReadOnlyList<BudgetStatusResponse> Caps { get; init; }

    /// <summary>The number of agents.</summary>
    public required int Agents { get; init; }

    /// <summary>The number of agents with an active session.</summary>
    public required int ActiveAgents { get; init; }

    /// <summary>The number of active sessions.</summary>
    public required int ActiveSessions { get; init; }

    /// <summary>The number of alerts that nobody has acknowledged.</summary>
    public required int OpenAlerts { get; init; }
}

/// <summary>The current figures of a team, with its spending today.</summary>
public sealed record TeamOverviewResponse : TeamFiguresResponse
{
    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    internal TeamOverviewResponse(TeamFiguresResponse figures, string organisation, (DateTimeOffset Begins, DateTimeOffset Ends) day, IReadOnlyList<SpendPoint> today, DateTimeOffset now)
        : base(figures) => (OrgName, DayStartedAt, DayEndsAt, Today, ReadAt) = (organisation, day.Begins, day.Ends, today, now);

    /// <summary>The name of the organisation.</summary>
    public required string OrgName { get; init; }

    /// <summary>When the team's day began (UTC).</summary>
    public required DateTimeOffset DayStartedAt { get; init; }

    /// <summary>When the team's day ends (UTC).</summary>
    public required DateTimeOffset DayEndsAt { get; init; }

    /// <summary>The spending today by quarter of an hour, in order. Quarters without spending are omitted.</summary>
    public required IReadOnlyList<SpendPoint> Today { get; init; }

    /// <summary>The time of these figures (UTC).</summary>
    public required DateTimeOffset ReadAt { get; init; }
}

/// <summary>The spending in a quarter of an hour.</summary>
/// <param name="At">The start of the quarter (UTC).</param>
/// <param name="CostUsd">The recorded cost (USD).</param>
public sealed record SpendPoint(DateTimeOffset At, MoneyTotal CostUsd);
