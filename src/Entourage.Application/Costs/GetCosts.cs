using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Paging;
using Entourage.Domain;
using Entourage.Domain.Budgets;
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
public sealed record CostFilter(string? From, string? To, CostPeriod? Period, Guid? AgentId, long? TaskId, string? Model)
{
    /// <summary>Whether it is of every agent, task and model.</summary>
    internal bool IsOfAll => this is { AgentId: null, TaskId: null, Model: null };
}

/// <summary>Reports where a team's money went, in its own days.</summary>
/// <param name="TeamId">The team.</param>
/// <param name="Filter">What to cover.</param>
/// <param name="Page">Which part of the sessions.</param>
public sealed record GetTeamCostsQuery(Guid TeamId, CostFilter Filter, PageRequest Page) : IQuery<CostsResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Team(TeamId));
}

/// <summary>Reports where an organisation's money went, in UTC days.</summary>
/// <param name="OrganisationId">The organisation.</param>
/// <param name="Filter">What to cover.</param>
/// <param name="Page">Which part of the sessions.</param>
public sealed record GetOrganisationCostsQuery(Guid OrganisationId, CostFilter Filter, PageRequest Page) : IQuery<CostsResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Admin();
}

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

    private Task<CostsResponse> ReportAsync(CostSubject of, CostFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var range = CostRange.Of(filter.From, filter.To, filter.Period, of.Calendar, now);

        // Whatever is recorded or summarised meanwhile: the lists and the totals are of the same moment.
        return db.InSnapshotAsync(inTransaction => ReportAsync(new CostReader(db, of, filter, range), page, now, inTransaction), cancellationToken);
    }

    private async Task<CostsResponse> ReportAsync(CostReader reader, PageRequest page, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (of, filter, range) = (reader.Of, reader.Filter, reader.Range);
        var teams = of.Teams;
        var tally = await reader.TallyAsync(now, cancellationToken);
        var sessions = page.Of(
            await reader.SessionsAsync(page.AfterNumber, page.Limit + 1, now, cancellationToken), (SessionCostResponse session) => session.SessionId);
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
            AssumedCostUsd = tally.Total.AssumedCost,
            ForecastMonthUsd = await ForecastAsync(of, filter, now, cancellationToken),
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
    private async Task<MoneyTotal?> ForecastAsync(CostSubject of, CostFilter filter, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!filter.IsOfAll)
        {
            return null;
        }

        var calendar = of.Calendar;
        var id = BudgetWindow.IdOf(of.Id);
        var (today, month) = (calendar.WindowOf(BudgetPeriod.Day, now), calendar.WindowOf(BudgetPeriod.Month, now));
        var firstDay = today.AddDays(1 - SpendForecast.Days);
        var counters = await db.BudgetCounters.AsNoTracking()
            .Where(counter => counter.Scope == of.Scope && counter.ScopeId == id
                && ((counter.Period == BudgetPeriod.Day && counter.Start >= firstDay && counter.Start <= today)
                    || (counter.Period == BudgetPeriod.Month && counter.Start == month)))
            .ToListAsync(cancellationToken);
        var days = counters.Where(counter => counter.Period == BudgetPeriod.Day && counter.Spent > MoneyTotal.Zero).ToArray();
        return SpendForecast.AtEnd(
            MoneyTotal.Sum(counters.Where(counter => counter.Period == BudgetPeriod.Month).Select(counter => counter.Spent)),
            MoneyTotal.Sum(days.Select(counter => counter.Spent)),
            days.Length == 0 ? now : calendar.StartOf(days.Min(counter => counter.Start)),
            now,
            calendar.ResetsAt(BudgetPeriod.Month, now)!.Value);
    }
}
