using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Costs;

/// <summary>Simulates the effect of a daily cap on the recorded work of a team.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="DailyCostLimitUsd">The cap to simulate (USD).</param>
/// <param name="Days">The number of local days, including today: 1 to 90.</param>
public sealed record SimulateDailyCapQuery(Guid TeamId, Money? DailyCostLimitUsd, int Days) : IQuery<DailyCapResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Team(TeamId));
}

/// <summary>The simulated effect of a daily cap. The totals are the sums of the days.</summary>
public sealed record DailyCapResponse
{
    /// <summary>The simulated cap (USD).</summary>
    public required Money DailyCostLimitUsd { get; init; }

    /// <summary>The start of the first day (UTC).</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>The end of today (UTC, exclusive).</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The IANA time zone of the days.</summary>
    public required string Timezone { get; init; }

    /// <summary>The amount spent (USD).</summary>
    public required MoneyTotal TotalSpentUsd { get; init; }

    /// <summary>The part of it within the cap (USD).</summary>
    public required MoneyTotal TotalAllowedUsd { get; init; }

    /// <summary>The part of it above the cap (USD).</summary>
    public required MoneyTotal TotalStoppedUsd { get; init; }

    /// <summary>The number of days on which the cap would have been reached.</summary>
    public required int DaysReached { get; init; }

    /// <summary>The sum of the sessions stopped. A session that lasted several days counts on each of them.</summary>
    public required long TotalSessionsStopped { get; init; }

    /// <summary>The sum of the sessions refused.</summary>
    public required long TotalSessionsRefused { get; init; }

    /// <summary>All local days, in order, including days without spending.</summary>
    public required IReadOnlyList<DailyCapDayResponse> ByDay { get; init; }
}

/// <summary>The simulated effect of the cap on one day.</summary>
/// <param name="Day">The local date.</param>
/// <param name="SpentUsd">The amount spent (USD).</param>
/// <param name="AllowedUsd">The part of it within the cap (USD).</param>
/// <param name="StoppedUsd">The part of it above the cap (USD).</param>
/// <param name="CapReachedAt">The start of the quarter of an hour in which the cap would have been reached (UTC); null if it would not.</param>
/// <param name="SessionsStopped">Sessions that started before the end of that quarter and continued after it.</param>
/// <param name="SessionsRefused">Sessions that started after that quarter.</param>
public sealed record DailyCapDayResponse(
    DateOnly Day,
    MoneyTotal SpentUsd,
    MoneyTotal AllowedUsd,
    MoneyTotal StoppedUsd,
    DateTimeOffset? CapReachedAt,
    int SessionsStopped,
    int SessionsRefused);

internal sealed class SimulateDailyCapValidator : AbstractValidator<SimulateDailyCapQuery>
{
    private const int MaxDays = 90;

    public SimulateDailyCapValidator()
    {
        RuleFor(query => query.DailyCostLimitUsd).NotNull().Usd();
        RuleFor(query => query.Days).InclusiveBetween(1, MaxDays);
    }
}

internal sealed class SimulateDailyCapHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<SimulateDailyCapQuery, DailyCapResponse>
{
    public async Task<DailyCapResponse> Handle(SimulateDailyCapQuery request, CancellationToken cancellationToken)
    {
        var subject = await CostSubject.OfTeamAsync(db, request.TeamId, cancellationToken);
        var calendar = subject.Calendar;
        var today = calendar.DateOf(time.GetUtcNow());
        var firstDay = today.AddDays(1 - request.Days);
        var (begins, ends) = (calendar.StartOf(firstDay), calendar.StartOf(today.AddDays(1)));
        var simulation = new DailyCapSimulation(request.DailyCostLimitUsd!.Value, calendar, firstDay, request.Days);
        await foreach (var row in Rows(subject.Id, begins, ends).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            simulation.Add(row.Rollup.QuarterAt, row.Rollup.SessionId, row.StartedAt, row.Rollup.Cost);
        }

        return Answer(request.DailyCostLimitUsd.Value, subject.Timezone, begins, ends, simulation.Days);
    }

    private static DailyCapResponse Answer(Money cap, string timezone, DateTimeOffset begins, DateTimeOffset ends, IReadOnlyList<SimulatedDay> days) => new()
    {
        DailyCostLimitUsd = cap,
        From = begins,
        To = ends,
        Timezone = timezone,
        TotalSpentUsd = MoneyTotal.Sum(days.Select(day => day.Spent)),
        TotalAllowedUsd = MoneyTotal.Sum(days.Select(day => day.Allowed)),
        TotalStoppedUsd = MoneyTotal.Sum(days.Select(day => day.Stopped)),
        DaysReached = days.Count(day => day.CapReachedAt is not null),
        TotalSessionsStopped = days.Sum(day => (long)day.SessionsStopped),
        TotalSessionsRefused = days.Sum(day => (long)day.SessionsRefused),
        ByDay =
        [
            .. days.Select(day => new DailyCapDayResponse(
                day.Day, day.Spent, day.Allowed, day.Stopped, day.CapReachedAt, day.SessionsStopped, day.SessionsRefused)),
        ],
    };

    private IQueryable<SimulationRow> Rows(Guid teamId, DateTimeOffset begins, DateTimeOffset ends) =>
        from rollup in db.UsageRollups.AsNoTracking()
        join session in db.Sessions on rollup.SessionId equals session.Id
        where rollup.TeamId == teamId && rollup.QuarterAt >= begins && rollup.QuarterAt < ends
        orderby rollup.QuarterAt
        select new SimulationRow(rollup, session.StartedAt);

    /// <summary>A rollup with the start of its session.</summary>
    private sealed record SimulationRow(UsageRollup Rollup, DateTimeOffset StartedAt);
}
