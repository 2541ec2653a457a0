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
using Entourage.Domain.Labels;
using Entourage.Domain.Teams;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Settings;

/// <summary>Changes the settings of a team. Absent members keep their values. The settings apply from the next call on (rule 10).</summary>
/// <param name="TeamId">The team.</param>
/// <param name="DailyCostLimitUsd">USD per day, for all agents together; null removes the limit.</param>
/// <param name="WeeklyCostLimitUsd">USD per week; null removes the limit.</param>
/// <param name="MonthlyCostLimitUsd">USD per month; null removes the limit.</param>
/// <param name="TaskCostLimitUsd">USD for each task without a budget tag; null removes the limit.</param>
/// <param name="SessionCostLimitUsd">USD for each session; null removes the limit.</param>
/// <param name="AgentDailyCostLimitUsd">USD per day for each agent; null removes the limit.</param>
/// <param name="Enforcement">Whether the budgets refuse or only observe.</param>
/// <param name="OnExceed">What happens to a session whose usage exhausts a hard cap.</param>
/// <param name="AbandonedAfterMinutes">The minutes of silence after which an active session is closed as abandoned: 5 to 10,080; null for
/// never.</param>
/// <param name="AlertThresholds">The shares of a budget at which alerts are raised; null for none.</param>
/// <param name="Runaway">The rules for runaway sessions. Absent members keep their values.</param>
/// <param name="ApplyGuidelineBudgets">Whether a task without a cap takes the guideline of its type.</param>
/// <param name="UnpricedModels">What happens to work on a model without a price.</param>
/// <param name="ModelFallbacks">The rules to send calls through the gateway as cheaper models; null for none.</param>
/// <param name="Timezone">An IANA time zone.</param>
/// <param name="IfMatch">The If-Match header; null to change any version.</param>
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
    Patch<IReadOnlyList<ModelFallbackRequest>?> ModelFallbacks,
    Patch<string> Timezone,
    string? IfMatch) : ICommand<TeamSettingsResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Team(TeamId));

    /// <summary>Changes only limits.</summary>
    internal static ChangeTeamSettingsCommand OfLimits(
        Guid teamId, Patch<Money?> daily, Patch<Money?> weekly, Patch<Money?> monthly, Patch<Money?> task, Patch<Money?> session, Patch<Money?> agentDaily) =>
        new(teamId, daily, weekly, monthly, task, session, agentDaily, default, default, default, default, default, default, default, default, default, null);
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
        RuleFor(command => command.AlertThresholds.Value).Thresholds().OverridePropertyName("AlertThresholds");
        RuleFor(command => command.Runaway.Value!).NotNull().ChildRules(RunawayPatch.Check).OverridePropertyName("Runaway")
            .When(command => command.Runaway.IsSet);
        RuleFor(command => command.ModelFallbacks.Value)
            .Must(rules => rules is null || (rules.All(rule => rule?.IsComplete == true) && Domain.Budgets.ModelFallbacks.Allow(ModelFallbackRequest.ToRules(rules))))
            .WithMessage(
                $"'{{PropertyName}}' must be at most {Domain.Budgets.ModelFallbacks.MaxCount} rules, each with 'when_spent' from 0 to 1 with at most "
                + $"{ModelFallback.Decimals} decimals, and 'from' and 'to' of 1 to {ModelFallback.NameLength} ASCII characters without spaces. Only 'from' may "
                + "contain a '*', at its end and after at least one other character.")
            .OverridePropertyName("ModelFallbacks");
        RuleFor(command => command.Timezone.Value).Line(Team.TimezoneLength).OverridePropertyName("Timezone").When(command => command.Timezone.IsSet);
    }
}

internal sealed class ChangeTeamSettingsHandler(IEntourageDb db, AuditTrail audit, CrossedLines lines, TimeProvider time)
    : IRequestHandler<ChangeTeamSettingsCommand, TeamSettingsResponse>
{
    public async Task<TeamSettingsResponse> Handle(ChangeTeamSettingsCommand request, CancellationToken cancellationToken)
    {
        // An event is added. If the time zone changes, no usage may be counted in the old windows until they are recounted.
        await db.LockOrganisationOfTeamAsync(request.TeamId, cancellationToken);
        var team = await db.Teams.GetAsync(request.TeamId, "team", cancellationToken);
        TeamSettingsResponse.EnsureMatch(request.IfMatch, team.Version);
        var budgets = await lines.BeginAsync(BudgetReach.OfTeam(team.OrganisationId, team.Id), cancellationToken);

        var before = TeamSettingsResponse.From(team);
        var zoneChanged = team.Configure(
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
                ModelFallbacks = request.ModelFallbacks.IsSet
                    ? ModelFallbacks.Of(ModelFallbackRequest.ToRules(request.ModelFallbacks.Value ?? []))
                    : team.Limits.ModelFallbacks,
            },
            request.Timezone.Or(team.Timezone),
            DetectorRulesOf(request, team.Watch));
        var response = TeamSettingsResponse.From(team);
        db.Events.Add(TeamEventFactory.Of(response, team.Id, time.GetUtcNow()));
        audit.Add(AuditAction.TeamSettingsChanged, AuditSubject.Of(AuditSubjectKind.Team, team.Id, team.OrganisationId, team.Id), before, response);
        await db.SaveChangesAsync(cancellationToken);
        if (zoneChanged)
        {
            await EndGrantsAsync(team.Id, cancellationToken);
            await RecountAsync(team, cancellationToken);
            await RecountRulesAsync(team, cancellationToken);
        }

        await lines.FollowAsync(budgets, cancellationToken);
        return response;
    }

    /// <summary>Ends the grants of the current day, which end with the days of the old time zone, on the requests that recorded them.</summary>
    private async Task EndGrantsAsync(Guid teamId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await db.HumanRequests
            .Where(asked => asked.TeamId == teamId && asked.GrantEndsAt > now)
            .ExecuteUpdateAsync(row => row.SetProperty(asked => asked.GrantEndsAt, now), cancellationToken);
    }

    private static DetectorRules DetectorRulesOf(ChangeTeamSettingsCommand request, DetectorRules current)
    {
        var changed = request.Runaway.Value is { } runaway ? runaway.ApplyTo(current) : current;
        return request.AlertThresholds.IsSet ? changed with { Thresholds = AlertThresholds.Of(request.AlertThresholds.Value ?? []) } : changed;
    }

    /// <summary>Recounts the windows of a team and its agents by the days of the new time zone, so that caps and reports still agree (rule 5).</summary>
    private async Task RecountAsync(Team team, CancellationToken cancellationToken)
    {
        var teamId = BudgetWindow.IdOf(team.Id);

        // An agent that moved has spent in several teams, each with its own days.
        var own = (await db.Agents.AsNoTracking()
                .Where(agent => db.Teams.Any(other => other.Id == agent.TeamId && other.OrganisationId == team.OrganisationId))
                .ToListAsync(cancellationToken))
            .FindAll(agent => agent.TeamId == team.Id || agent.FormerTeams.Contains(team.Id));
        var agents = own.ConvertAll(agent => agent.Id);
        var teamIds = own.SelectMany(agent => agent.FormerTeams.Append(agent.TeamId)).Append(team.Id).Distinct().ToArray();
        var teams = await db.Teams.Where(other => teamIds.Contains(other.Id)).ToDictionaryAsync(other => other.Id, cancellationToken);
        var agentIds = agents.ConvertAll(BudgetWindow.IdOf);
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
                where rollup.TeamId == team.Id || (teamIds.Contains(rollup.TeamId) && agents.Contains(session.AgentId))
                group rollup by new { rollup.TeamId, rollup.QuarterAt, session.AgentId } into quarter
                select new
                {
                    quarter.Key.TeamId,
                    quarter.Key.QuarterAt,
                    quarter.Key.AgentId,
                    Billions = quarter.Sum(rollup => rollup.CostBillionUsd),
                    Whole = quarter.Sum(rollup => rollup.CostNanoUsd / Money.NanosPerUsd),
                    Nanos = quarter.Sum(rollup => rollup.CostNanoUsd % Money.NanosPerUsd),
                })
            .ToListAsync(cancellationToken);
        foreach (var quarter in spending)
        {
            sums.Spend(BudgetPolicy.ForWindows(teams[quarter.TeamId], quarter.AgentId), quarter.QuarterAt, MoneyTotal.OfSums(quarter.Billions, quarter.Whole, quarter.Nanos), tokens: 0);
        }

        var reserved = await (
                from reservation in db.Reservations
                join session in db.Sessions on reservation.SessionId equals session.Id
                where (session.TeamId == team.Id || (teamIds.Contains(session.TeamId) && agents.Contains(session.AgentId))) && reservation.EndedAt == null
                select new { Reservation = reservation, session.TeamId, session.AgentId })
            .AsNoTracking()
            .ToListAsync(cancellationToken);
        foreach (var row in reserved)
        {
            sums.Reserve(BudgetPolicy.ForWindows(teams[row.TeamId], row.AgentId), row.Reservation);
        }

        await RebuildSummariesAsync(team, cancellationToken);
        db.BudgetCounters.AddRange(sums.Windows
            .Where(sum => sum.Key.Scope == BudgetScope.Agent || (sum.Key.Scope == BudgetScope.Team && sum.Key.ScopeId == teamId))
            .Select(sum => BudgetCounter.Create(sum.Key, sum.Value)));
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Recounts the budgets of their own of a team by the windows of the new time zone.</summary>
    private async Task RecountRulesAsync(Team team, CancellationToken cancellationToken)
    {
        // The budget of an agent of another team may count here, because it follows the agent.
        var rules = await db.BudgetRules.AsNoTracking()
            .Where(rule => rule.OrganisationId == team.OrganisationId && rule.TeamId != null && (rule.TeamId == team.Id || rule.Scope == BudgetScope.Agent))
            .ToListAsync(cancellationToken);
        foreach (var rule in rules.Where(rule => rule.IsOfTeam(team.Id)))
        {
            await new RuleCounters(db, time).CountAsync(rule, cancellationToken);
        }
    }

    /// <summary>Rebuilds the cost summaries of a team by the days of its new time zone.</summary>
    private async Task RebuildSummariesAsync(Team team, CancellationToken cancellationToken)
    {
        await db.CostSummaries.Where(summary => summary.SubjectId == team.Id).ExecuteDeleteAsync(cancellationToken);
        var sums = new CostSummarySums();
        var labels = await ReadLabelsAsync(team, cancellationToken);
        var rows = from rollup in db.UsageRollups.AsNoTracking()
                   join session in db.Sessions on rollup.SessionId equals session.Id
                   where rollup.TeamId == team.Id
                   select new { rollup.QuarterAt, rollup.Model, rollup.LabelSetId, rollup.Summarised, session.AgentId, session.TaskId };
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            var origin = new CostOrigin(
                team.OrganisationId, team.Id, BudgetCalendar.Of(team.Timezone), row.AgentId, row.TaskId, row.Model, row.QuarterAt)
            {
                Labels = [.. labels[row.LabelSetId]],
            };
            sums.AddToTeam(origin, row.Summarised.ToSum());
        }

        db.CostSummaries.AddRange(sums.Sums.Where(sum => sum.Value != default).Select(sum => CostSummary.Create(sum.Key, sum.Value)));
    }

    /// <summary>Reads the labels of a team's usage, by the id of their set.</summary>
    private async Task<ILookup<long, Label>> ReadLabelsAsync(Team team, CancellationToken cancellationToken) =>
        (await db.LabelSets.AsNoTracking()
            .Where(member => member.OrganisationId == team.OrganisationId
                && db.UsageRollups.Where(rollup => rollup.TeamId == team.Id).Select(rollup => rollup.LabelSetId).Contains(member.LabelSetId))
            .ToListAsync(cancellationToken))
        .ToLookup(member => member.LabelSetId, member => new Label(member.Key, member.Value));
}
