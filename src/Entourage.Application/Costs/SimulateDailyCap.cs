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

/// <summary>Tells what a daily cap would have stopped of what a team did.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="DailyCostLimitUsd">The cap to try (USD).</param>
/// <param name="Days">How many local days, today included: 1 to 90.</param>
public sealed record SimulateDailyCapQuery(Guid TeamId, Money? DailyCostLimitUsd, int Days) : IQuery<DailyCapResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Team(TeamId));
}

/// <summary>What a daily cap would have stopped. The totals are the sums of the days.</summary>
public sealed record DailyCapResponse
{
    /// <summary>The cap that was tried (USD).</summary>
    public required Money DailyCostLimitUsd { get; init; }

    /// <summary>Where the first day begins (UTC).</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Where today ends (UTC, exclusive).</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The IANA time zone of the days.</summary>
    public required string Timezone { get; init; }

    /// <summary>What was spent (USD).</summary>
    public required MoneyTotal TotalSpentUsd { get; init; }

    /// <summary>What the cap would have let be spent (USD).</summary>
    public required MoneyTotal TotalAllowedUsd { get; init; }

    /// <summary>What the cap would have spared (USD).</summary>
    public required MoneyTotal TotalStoppedUsd { get; init; }

    /// <summary>On how many days it would have been reached.</summary>
    public required int DaysReached { get; init; }

    /// <summary>The sum of the sessions stopped; one that went on for days counts on each.</summary>
    public required long TotalSessionsStopped { get; init; }

    /// <summary>The sum of the sessions refused.</summary>
    public required long TotalSessionsRefused { get; init; }

    /// <summary>Each local day, in order, those on which nothing was spent included.</summary>
    public required IReadOnlyList<DailyCapDayResponse> ByDay { get; init; }
}

/// <summary>What the cap would have made of one day.</summary>
/// <param name="Day">The local date.</param>
/// <param name="SpentUsd">What was spent (USD).</param>
/// <param name="AllowedUsd">What the cap would have let be spent (USD): all of it, or up to the cap.</param>
/// <param name="StoppedUsd">What it would have spared (USD).</param>
/// <param name="CapReachedAt">When the quarter of an hour began in which the cap would have been reached (UTC); null where it would not.</param>
/// <param name="SessionsStopped">Sessions that had begun by the end of that quarter and went on after it.</param>
/// <param name="SessionsRefused">Sessions that began after that quarter.</param>
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
        var of = await CostSubject.OfTeamAsync(db, request.TeamId, cancellationToken);
        var calendar = of.Calendar;
        var today = calendar.DateOf(time.GetUtcNow());
        var firstDay = today.AddDays(1 - request.Days);
        var (begins, ends) = (calendar.StartOf(firstDay), calendar.StartOf(today.AddDays(1)));
        var trial = new DailyCapSimulation(request.DailyCostLimitUsd!.Value, calendar, firstDay, request.Days);
        await foreach (var row in Rows(of.Id, begins, ends).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            trial.Add(row.Rollup.QuarterAt, row.Rollup.SessionId, row.StartedAt, row.Rollup.Cost);
        }

        return Answer(request.DailyCostLimitUsd.Value, of.Timezone, begins, ends, trial.Days);
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

    /// <summary>A rollup, and when its session began.</summary>
    private sealed record SimulationRow(UsageRollup Rollup, DateTimeOffset StartedAt);
}
