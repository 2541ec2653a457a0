using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Paging;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Labels;
using Entourage.Domain.Teams;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Costs;

/// <summary>The range and the filters of a cost report.</summary>
/// <param name="From">The start: a local date or an instant.</param>
/// <param name="To">The end: a local date (inclusive) or an instant.</param>
/// <param name="Period">A named range, instead of the bounds.</param>
/// <param name="AgentId">Only usage of this agent; null for all.</param>
/// <param name="TaskId">Only usage on this task; null for all.</param>
/// <param name="Model">Only usage of this model; null for all.</param>
public sealed record CostFilter(string? From, string? To, CostPeriod? Period, Guid? AgentId, long? TaskId, string? Model)
{
    /// <summary>Only usage on tasks with this tag; null for all.</summary>
    public string? Tag { get; init; }

    /// <summary>Only usage with all of these labels.</summary>
    public LabelSet Labels { get; init; } = LabelSet.None;

    /// <summary>Whether the report covers all agents, tasks, models and labels.</summary>
    internal bool IsUnfiltered => Labels.IsEmpty && HasOnlyLabels;

    /// <summary>Whether the report is restricted by labels at most.</summary>
    internal bool HasOnlyLabels => this is { AgentId: null, TaskId: null, Model: null, Tag: null };
}

/// <summary>Reports the costs of a team in its local days, or of an organisation in UTC days.</summary>
/// <param name="Subject">The team or organisation.</param>
/// <param name="Filter">The range and the filters.</param>
/// <param name="Page">The page of sessions to return.</param>
public sealed record GetCostsQuery(Audience Subject, CostFilter Filter, PageRequest Page) : IQuery<CostsResponse>, IListQuery
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Subject.RequiredPermission();
}

internal sealed class GetCostsValidator : ListValidator<GetCostsQuery>;

internal sealed class GetCostsHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<GetCostsQuery, CostsResponse>
{
    public async Task<CostsResponse> Handle(GetCostsQuery request, CancellationToken cancellationToken)
    {
        var (filter, now) = (request.Filter, time.GetUtcNow());
        var subject = await CostSubject.OfAsync(db, request.Subject, cancellationToken);
        var range = CostRange.Of(filter.From, filter.To, filter.Period, subject.Calendar, now);

        // A snapshot, so that the lists and the totals agree while usage is recorded and summarised.
        return await db.InSnapshotAsync(
            inTransaction => ReportAsync(new CostReader(db, subject, filter, range), request.Page, now, inTransaction), cancellationToken);
    }

    private async Task<CostsResponse> ReportAsync(CostReader reader, PageRequest page, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (subject, filter, range) = (reader.Subject, reader.Filter, reader.Range);
        var teams = subject.Teams;
        var totals = await reader.ReadTotalsAsync(now, cancellationToken);
        var sessions = page.Of(
            await reader.ReadSessionsAsync(page.AfterNumber, page.Limit + 1, now, cancellationToken), (SessionCostResponse session) => session.SessionId);
        var agentNames = await subject.AgentNamesAsync(db, totals.ByAgent.Keys, cancellationToken);
        var taskTitles = await db.Tasks.Where(task => teams.Contains(task.TeamId))
            .Select(task => new { task.Id, task.Title })
            .ToDictionaryAsync(task => task.Id, task => task.Title, cancellationToken);
        var teamNames = subject.Scope == BudgetScope.Organisation
            ? await db.Teams.Where(team => teams.Contains(team.Id)).ToDictionaryAsync(team => team.Id, team => team.Name, cancellationToken)
            : null;

        return new()
        {
            From = range.From,
            To = range.To,
            Timezone = subject.Timezone,
            TotalCostUsd = totals.Total.Cost,
            TotalImputedCostUsd = totals.Total.ImputedCost,
            TotalInputTokens = totals.Total.Tokens.Input,
            TotalOutputTokens = totals.Total.Tokens.Output,
            TotalCacheReadTokens = totals.Total.Tokens.CacheRead,
            TotalCacheWriteTokens = totals.Total.Tokens.CacheWrite,
            UnpricedTokens = totals.Total.UnpricedTokens,
            AssumedCostUsd = totals.Total.AssumedCost,
            ForecastMonthUsd = await ForecastAsync(subject, filter, now, cancellationToken),
            SessionCount = totals.Total.Sessions,
            Sessions = sessions.Items,
            NextCursor = sessions.NextCursor,
            ByTeam = teamNames is null ? null : totals.ByTeam.Rows(id => new TeamCostResponse(id, teamNames[id])),
            ByAgent = totals.ByAgent.Rows(id => new AgentCostResponse(id, agentNames[id])),
            ByTask = totals.ByTask.Rows(id => new TaskCostResponse(id == 0 ? null : id, taskTitles.GetValueOrDefault(id))),
            ByModel = totals.ByModel.Rows(model => new ModelCostResponse(model.Length == 0 ? null : model)),
            ByDay = [.. totals.ByDay.Rows(day => new DayCostResponse(day)).OrderBy(row => row.Day)],
            ByHour = totals.ByHour is { } hours ? [.. hours.Rows(hour => new HourCostResponse(hour)).OrderBy(row => row.Hour)] : null,
        };
    }

    /// <summary>Computes the forecast from a few counters, without reading usage.</summary>
    private async Task<MoneyTotal?> ForecastAsync(CostSubject subject, CostFilter filter, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!filter.IsUnfiltered)
        {
            return null;
        }

        var calendar = subject.Calendar;
        var id = BudgetWindow.IdOf(subject.Id);
        var (today, month) = (calendar.WindowOf(BudgetPeriod.Day, now), calendar.WindowOf(BudgetPeriod.Month, now));
        var firstDay = today.AddDays(1 - SpendForecast.Days);
        var counters = await db.BudgetCounters.AsNoTracking()
            .Where(counter => counter.Scope == subject.Scope && counter.ScopeId == id
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
