using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Audit;
using Entourage.Application.Behaviors;
using Entourage.Application.Budgets;
using Entourage.Application.Errors;
using Entourage.Application.Events;
using Entourage.Application.Json;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Audit;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Teams;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Settings;

/// <summary>Changes a team's settings; members that are absent stay as they are. Holds from the next call on (rule 10).</summary>
/// <param name="TeamId">The team.</param>
/// <param name="DailyCostLimitUsd">USD a day, all agents together; null lifts the limit.</param>
/// <param name="WeeklyCostLimitUsd">USD a week; null lifts the limit.</param>
/// <param name="MonthlyCostLimitUsd">USD a month; null lifts the limit.</param>
/// <param name="TaskCostLimitUsd">USD for each task without a tag; null lifts the limit.</param>
/// <param name="SessionCostLimitUsd">USD for each session; null lifts the limit.</param>
/// <param name="AgentDailyCostLimitUsd">USD a day for each agent; null lifts the limit.</param>
/// <param name="Enforcement">Whether the budgets refuse or only watch.</param>
/// <param name="OnExceed">What becomes of a session whose usage leaves nothing of a hard cap.</param>
/// <param name="AbandonedAfterMinutes">After how many minutes of silence an active session is given up: 5 to 10,080; null is never.</param>
/// <param name="AlertThresholds">The shares of a budget that are told when they are spent; null is none.</param>
/// <param name="Runaway">When a session has run away; its absent members stay as they are.</param>
/// <param name="ApplyGuidelineBudgets">Whether a task with no cap takes its type's guideline.</param>
/// <param name="UnpricedModels">What becomes of work on a model that has no price.</param>
/// <param name="Timezone">An IANA time zone.</param>
/// <param name="IfMatch">The If-Match header; null changes whatever version there is.</param>
public sealed record ChangeTeamSettingsCommand(
    Guid TeamId,
    Patch<Money?> DailyCostLimitUsd,
    Patch<Money?> WeeklyCostLimitUsd,
    Patch<Money?> MonthlyCostLimitUsd,
    Patch<Money?> TaskCostLimitUsd,
    Patch<Money?> SessionCostLimitUsd,
    Patch<Money?> AgentDailyCostLimitUsd,
    Patch<Enforcement> Enforcement,
    Patch<OnExceed> OnExceed,
    Patch<long?> AbandonedAfterMinutes,
    Patch<IReadOnlyList<decimal>?> AlertThresholds,
    Patch<RunawayPatch?> Runaway,
    Patch<bool> ApplyGuidelineBudgets,
    Patch<UnpricedModelRule> UnpricedModels,
    Patch<string> Timezone,
    string? IfMatch) : ICommand<TeamSettingsResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Team(TeamId));
}

internal sealed class ChangeTeamSettingsValidator : AbstractValidator<ChangeTeamSettingsCommand>
{
    public ChangeTeamSettingsValidator()
    {
        RuleFor(command => command.DailyCostLimitUsd.Value).Usd().OverridePropertyName("DailyCostLimitUsd");
        RuleFor(command => command.WeeklyCostLimitUsd.Value).Usd().OverridePropertyName("WeeklyCostLimitUsd");
        RuleFor(command => command.MonthlyCostLimitUsd.Value).Usd().OverridePropertyName("MonthlyCostLimitUsd");
        RuleFor(command => command.TaskCostLimitUsd.Value).Usd().OverridePropertyName("TaskCostLimitUsd");
        RuleFor(command => command.SessionCostLimitUsd.Value).Usd().OverridePropertyName("SessionCostLimitUsd");
        RuleFor(command => command.AgentDailyCostLimitUsd.Value).Usd().OverridePropertyName("AgentDailyCostLimitUsd");
        RuleFor(command => command.AbandonedAfterMinutes.Value)
            .InclusiveBetween(TeamLimits.MinAbandonedAfterMinutes, TeamLimits.MaxAbandonedAfterMinutes)
            .OverridePropertyName("AbandonedAfterMinutes");
        RuleFor(command => command.AlertThresholds.Value)
            .Must(thresholds => thresholds is null || Domain.Alerts.AlertThresholds.Allow(thresholds))
            .WithMessage(
                $"'{{PropertyName}}' are up to {Domain.Alerts.AlertThresholds.MaxCount} rising shares above 0 and up to "
                + $"{Domain.Alerts.AlertThresholds.Greatest}, with at most {Domain.Alerts.AlertThresholds.Decimals} decimals.")
            .OverridePropertyName("AlertThresholds");
        RuleFor(command => command.Runaway.Value!).NotNull().ChildRules(RunawayPatch.Check).OverridePropertyName("Runaway")
            .When(command => command.Runaway.IsSet);
        RuleFor(command => command.Timezone.Value).Line(Team.TimezoneLength).OverridePropertyName("Timezone").When(command => command.Timezone.IsSet);
    }
}

internal sealed class ChangeTeamSettingsHandler(IEntourageDb db, AuditTrail audit, CrossedLines lines, TimeProvider time)
    : IRequestHandler<ChangeTeamSettingsCommand, TeamSettingsResponse>
{
    public async Task<TeamSettingsResponse> Handle(ChangeTeamSettingsCommand request, CancellationToken cancellationToken)
    {
        var team = await db.Teams.GetAsync(request.TeamId, "team", cancellationToken);
        TeamSettingsResponse.EnsureMatch(request.IfMatch, team.Version);

        // An event is added; and where the time zone moves, no usage may be counted in the old windows until they are counted anew.
        var budgets = await lines.BeginAsync(BudgetReach.OfTeam(team.OrganisationId, team.Id), cancellationToken);

        var before = TeamSettingsResponse.From(team);
        var zoneMoved = team.Configure(
            new TeamLimits
            {
                Daily = request.DailyCostLimitUsd.Or(team.Limits.Daily),
                Weekly = request.WeeklyCostLimitUsd.Or(team.Limits.Weekly),
                Monthly = request.MonthlyCostLimitUsd.Or(team.Limits.Monthly),
                Task = request.TaskCostLimitUsd.Or(team.Limits.Task),
                Session = request.SessionCostLimitUsd.Or(team.Limits.Session),
                AgentDaily = request.AgentDailyCostLimitUsd.Or(team.Limits.AgentDaily),
                Enforcement = request.Enforcement.Or(team.Limits.Enforcement),
                OnExceed = request.OnExceed.Or(team.Limits.OnExceed),
                AbandonedAfterMinutes = (int?)request.AbandonedAfterMinutes.Or(team.Limits.AbandonedAfterMinutes),
                ApplyGuidelineBudgets = request.ApplyGuidelineBudgets.Or(team.Limits.ApplyGuidelineBudgets),
                UnpricedModels = request.UnpricedModels.Or(team.Limits.UnpricedModels),
            },
            request.Timezone.Or(team.Timezone),
            WatchOf(request, team.Watch));
        var response = TeamSettingsResponse.From(team);
        db.Events.Add(TeamEventFactory.Of(response, team.Id, time.GetUtcNow()));
        audit.Add(AuditAction.TeamSettingsChanged, AuditSubject.Of(AuditSubjectKind.Team, team.Id, team.OrganisationId, team.Id), before, response);
        await db.SaveChangesAsync(cancellationToken);
        if (zoneMoved)
        {
            await EndGrantsAsync(team.Id, cancellationToken);
            await RecountAsync(team, cancellationToken);
        }

        await lines.FollowAsync(budgets, cancellationToken);
        return response;
    }

    /// <summary>Notes with the requests that were granted money for the present day that this ended with the old zone's days.</summary>
    private async Task EndGrantsAsync(Guid teamId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await db.HumanRequests
            .Where(asked => asked.TeamId == teamId && asked.GrantEndsAt > now)
            .ExecuteUpdateAsync(row => row.SetProperty(asked => asked.GrantEndsAt, now), cancellationToken);
    }

    private static DetectorRules WatchOf(ChangeTeamSettingsCommand request, DetectorRules present)
    {
        var changed = request.Runaway.Value is { } runaway ? runaway.ApplyTo(present) : present;
        return request.AlertThresholds.IsSet ? changed with { Thresholds = AlertThresholds.Of(request.AlertThresholds.Value ?? []) } : changed;
    }

    /// <summary>
    /// Counts the windows of a team and its agents anew, in the days of its new time zone, so that its caps and its reports
    /// go on agreeing (rule 5).
    /// </summary>
    private async Task RecountAsync(Team team, CancellationToken cancellationToken)
    {
        var teamId = BudgetWindow.IdOf(team.Id);
        var agentIds = (await db.Agents.Where(agent => agent.TeamId == team.Id).Select(agent => agent.Id).ToListAsync(cancellationToken))
            .ConvertAll(BudgetWindow.IdOf);
        await db.BudgetCounters
            .Where(counter => counter.Scope == BudgetScope.Team && counter.ScopeId == teamId)
            .ExecuteDeleteAsync(cancellationToken);
        await db.BudgetCounters
            .Where(counter => counter.Scope == BudgetScope.Agent && agentIds.Contains(counter.ScopeId))
            .ExecuteDeleteAsync(cancellationToken);

        var sums = new CounterSums();
        var spending = await (
                from rollup in db.UsageRollups
                join session in db.Sessions on rollup.SessionId equals session.Id
                where rollup.TeamId == team.Id
                group rollup by new { rollup.QuarterAt, session.AgentId } into quarter
                select new
                {
                    quarter.Key.QuarterAt,
                    quarter.Key.AgentId,
                    Billions = quarter.Sum(rollup => rollup.CostBillionUsd),
                    Whole = quarter.Sum(rollup => rollup.CostNanoUsd / Money.NanosPerUsd),
                    Nanos = quarter.Sum(rollup => rollup.CostNanoUsd % Money.NanosPerUsd),
                })
            .ToListAsync(cancellationToken);
        foreach (var quarter in spending)
        {
            sums.Spend(BudgetPolicy.ForWindows(team, quarter.AgentId), quarter.QuarterAt, MoneyTotal.OfSums(quarter.Billions, quarter.Whole, quarter.Nanos));
        }

        var reserved = await (
                from reservation in db.Reservations
                join session in db.Sessions on reservation.SessionId equals session.Id
                where session.TeamId == team.Id && reservation.EndedAt == null
                select new { Reservation = reservation, session.AgentId })
            .AsNoTracking()
            .ToListAsync(cancellationToken);
        foreach (var held in reserved)
        {
            sums.Reserve(BudgetPolicy.ForWindows(team, held.AgentId), held.Reservation);
        }

        await SummariseAnewAsync(team, cancellationToken);
        db.BudgetCounters.AddRange(sums.Windows
            .Where(sum => sum.Key.Scope is BudgetScope.Team or BudgetScope.Agent)
            .Select(sum => BudgetCounter.Create(sum.Key, sum.Value)));
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Cuts what is in the cost summaries of a team into the days of its new time zone.</summary>
    private async Task SummariseAnewAsync(Team team, CancellationToken cancellationToken)
    {
        await db.CostSummaries.Where(summary => summary.SubjectId == team.Id).ExecuteDeleteAsync(cancellationToken);
        var sums = new CostSummarySums();
        var rows = from rollup in db.UsageRollups.AsNoTracking()
                   join session in db.Sessions on rollup.SessionId equals session.Id
                   where rollup.TeamId == team.Id
                   select new { rollup.QuarterAt, rollup.Model, rollup.Summarised, session.AgentId, session.TaskId };
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            var origin = new CostOrigin(
                team.OrganisationId, team.Id, BudgetCalendar.Of(team.Timezone), row.AgentId, row.TaskId, row.Model, row.QuarterAt);
            sums.AddToTeam(origin, row.Summarised.ToSum());
        }

        db.CostSummaries.AddRange(sums.Sums.Where(sum => sum.Value != default).Select(sum => CostSummary.Create(sum.Key, sum.Value)));
    }
}
