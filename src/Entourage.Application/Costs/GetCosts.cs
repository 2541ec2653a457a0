using Entourage.Application.Abstractions;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Application.Paging;
using Entourage.Application.Sessions;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Costs;

/// <summary>What a report of costs is to cover.</summary>
/// <param name="From">A local date or an instant.</param>
/// <param name="To">A local date (that day included) or an instant.</param>
/// <param name="Period">A named range, instead of the two.</param>
/// <param name="AgentId">Only this agent's.</param>
/// <param name="TaskId">Only this task's.</param>
/// <param name="Model">Only this model's.</param>
public sealed record CostFilter(string? From, string? To, CostPeriod? Period, Guid? AgentId, long? TaskId, string? Model);

/// <summary>Reports where a team's money went, in its own days.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="Filter">What to cover.</param>
/// <param name="Page">Which part of the sessions.</param>
public sealed record GetTeamCostsQuery(Guid TeamId, CostFilter Filter, PageRequest Page) : IRequest<CostsResponse>;

/// <summary>Reports where an organisation's money went, in UTC days.</summary>
/// <param name="OrganisationId">The organisation.</param>
/// <param name="Filter">What to cover.</param>
/// <param name="Page">Which part of the sessions.</param>
public sealed record GetOrganisationCostsQuery(Guid OrganisationId, CostFilter Filter, PageRequest Page) : IRequest<CostsResponse>;

internal sealed class GetTeamCostsValidator : AbstractValidator<GetTeamCostsQuery>
{
    public GetTeamCostsValidator() => RuleFor(query => query.Page.Limit).PageLimit();
}

internal sealed class GetOrganisationCostsValidator : AbstractValidator<GetOrganisationCostsQuery>
{
    public GetOrganisationCostsValidator() => RuleFor(query => query.Page.Limit).PageLimit();
}

internal sealed class GetCostsHandler(IEntourageDb db, TimeProvider time)
    : IRequestHandler<GetTeamCostsQuery, CostsResponse>, IRequestHandler<GetOrganisationCostsQuery, CostsResponse>
{
    public async Task<CostsResponse> Handle(GetTeamCostsQuery request, CancellationToken cancellationToken)
    {
        var of = await CostSubject.OfTeamAsync(db, request.TeamId, cancellationToken);
        return await ReportAsync(of, request.Filter, request.Page, cancellationToken);
    }

    public async Task<CostsResponse> Handle(GetOrganisationCostsQuery request, CancellationToken cancellationToken)
    {
        var of = await CostSubject.OfOrganisationAsync(db, request.OrganisationId, cancellationToken);
        return await ReportAsync(of, request.Filter, request.Page, cancellationToken);
    }

    private async Task<CostsResponse> ReportAsync(CostSubject of, CostFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        var teams = of.Teams;
        var now = time.GetUtcNow();
        var before = page.AfterNumber;
        var calendar = of.Calendar;
        var range = CostRange.Of(filter.From, filter.To, filter.Period, calendar, now);
        var tally = new CostTally(calendar, range.IsOfHours(now));

        // One pass over one query: whatever is recorded meanwhile, the lists and the totals are of the same moment.
        await foreach (var row in Rows(teams, range, filter).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            tally.Add(row);
        }

        var listed = tally.Sessions.Keys.Where(id => before is null || id < before).OrderDescending().Take(page.Limit + 1).ToArray();
        var names = await db.Sessions.AsNoTracking()
            .Where(session => listed.Contains(session.Id))
            .OrderByDescending(session => session.Id)
            .Select(SessionRow.Projection(db))
            .ToListAsync(cancellationToken);
        var sessions = page.Of(
            [.. names.Select(row => SessionCostResponse.Of(row, tally.Sessions[row.Session.Id].Cost, tally.Sessions[row.Session.Id].Tokens.Total, now))],
            (SessionCostResponse session) => session.SessionId);
        var agentNames = await db.Agents.Where(agent => teams.Contains(agent.TeamId))
            .ToDictionaryAsync(agent => agent.Id, agent => agent.Name, cancellationToken);
        var taskTitles = await db.Tasks.Where(task => teams.Contains(task.TeamId))
            .Select(task => new { task.Id, task.Title })
            .ToDictionaryAsync(task => task.Id, task => task.Title, cancellationToken);
        var teamNames = of.Scope == BudgetScope.Organisation
            ? await db.Teams.Where(team => teams.Contains(team.Id)).ToDictionaryAsync(team => team.Id, team => team.Name, cancellationToken)
            : null;

        return new()
        {
            From = range.From,
            To = range.To,
            Timezone = of.Timezone,
            TotalCostUsd = tally.Total.Cost,
            TotalImputedCostUsd = tally.Total.ImputedCost,
            TotalInputTokens = tally.Total.Tokens.Input,
            TotalOutputTokens = tally.Total.Tokens.Output,
            TotalCacheReadTokens = tally.Total.Tokens.CacheRead,
            TotalCacheWriteTokens = tally.Total.Tokens.CacheWrite,
            UnpricedTokens = tally.Total.UnpricedTokens,
            ForecastMonthUsd = await ForecastAsync(of, filter, calendar, now, cancellationToken),
            SessionCount = tally.Total.Sessions,
            Sessions = sessions.Items,
            NextCursor = sessions.NextCursor,
            ByTeam = teamNames is null ? null : tally.ByTeam.Rows(id => new TeamCostResponse(id, teamNames[id])),
            ByAgent = tally.ByAgent.Rows(id => new AgentCostResponse(id, agentNames[id])),
            ByTask = tally.ByTask.Rows(id => new TaskCostResponse(id == 0 ? null : id, taskTitles.GetValueOrDefault(id))),
            ByModel = tally.ByModel.Rows(model => new ModelCostResponse(model.Length == 0 ? null : model)),
            ByDay = [.. tally.ByDay.Rows(day => new DayCostResponse(day)).OrderBy(row => row.Day)],
            ByHour = tally.ByHour is { } hours ? [.. hours.Rows(hour => new HourCostResponse(hour)).OrderBy(row => row.Hour)] : null,
        };
    }

    /// <summary>Reads the few counters that the forecast needs, and no usage.</summary>
    private async Task<Money?> ForecastAsync(CostSubject of, CostFilter filter, BudgetCalendar calendar, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (filter is not { AgentId: null, TaskId: null, Model: null })
        {
            return null;
        }

        var id = BudgetWindow.IdOf(of.Id);
        var (today, month) = (calendar.WindowOf(BudgetPeriod.Day, now), calendar.WindowOf(BudgetPeriod.Month, now));
        var firstDay = today.AddDays(1 - SpendForecast.Days);
        var counters = await db.BudgetCounters.AsNoTracking()
            .Where(counter => counter.Scope == of.Scope && counter.ScopeId == id
                && ((counter.Period == BudgetPeriod.Day && counter.Start >= firstDay && counter.Start <= today)
                    || (counter.Period == BudgetPeriod.Month && counter.Start == month)))
            .ToListAsync(cancellationToken);
        var days = counters.Where(counter => counter is { Period: BudgetPeriod.Day, Spent.NanoUsd: > 0 }).ToArray();
        return SpendForecast.AtEnd(
            Money.Sum(counters.Where(counter => counter.Period == BudgetPeriod.Month).Select(counter => counter.Spent)),
            Money.Sum(days.Select(counter => counter.Spent)),
            days.Length == 0 ? now : calendar.StartOf(days.Min(counter => counter.Start)),
            now,
            calendar.ResetsAt(BudgetPeriod.Month, now)!.Value);
    }

    private IQueryable<RollupRow> Rows(IReadOnlyList<Guid> teams, CostRange range, CostFilter filter) =>
        from rollup in db.UsageRollups.AsNoTracking()
        join session in db.Sessions on rollup.SessionId equals session.Id
        where teams.Contains(rollup.TeamId)
            && (range.From == null || rollup.QuarterAt >= range.From)
            && (range.To == null || rollup.QuarterAt < range.To)
            && (filter.AgentId == null || session.AgentId == filter.AgentId)
            && (filter.TaskId == null || session.TaskId == filter.TaskId)
            && (filter.Model == null || rollup.Model == filter.Model)
        orderby rollup.QuarterAt
        select new RollupRow(rollup, session.AgentId, session.TaskId);
}

/// <summary>Whose costs, and in whose days.</summary>
internal sealed record CostSubject(BudgetScope Scope, Guid Id, IReadOnlyList<Guid> Teams, string Timezone)
{
    /// <summary>The calendar of its days.</summary>
    public BudgetCalendar Calendar => BudgetCalendar.Of(Timezone);

    /// <summary>A team.</summary>
    /// <exception cref="NotFoundException">There is none such.</exception>
    public static async Task<CostSubject> OfTeamAsync(IEntourageDb db, Guid id, CancellationToken cancellationToken)
    {
        var team = await db.Teams.AsNoTracking().Where(team => team.Id == id).GetAsync(id, "team", cancellationToken);
        return new(BudgetScope.Team, id, [id], team.Timezone);
    }

    /// <summary>An organisation, in UTC days.</summary>
    /// <exception cref="NotFoundException">There is none such.</exception>
    public static async Task<CostSubject> OfOrganisationAsync(IEntourageDb db, Guid id, CancellationToken cancellationToken)
    {
        await db.Organisations.GetAsync(id, "organisation", cancellationToken);
        var teams = await db.Teams.Where(team => team.OrganisationId == id).Select(team => team.Id).ToListAsync(cancellationToken);
        return new(BudgetScope.Organisation, id, teams, "UTC");
    }
}

/// <summary>A rollup with what its session says of it.</summary>
internal sealed record RollupRow(UsageRollup Rollup, Guid AgentId, long? TaskId);
