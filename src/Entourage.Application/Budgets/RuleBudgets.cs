using System.Globalization;
using Entourage.Application.Abstractions;
using Entourage.Domain.Budgets;
using Entourage.Domain.Labels;
using Entourage.Domain.Organisations;
using Entourage.Domain.Sessions;
using Entourage.Domain.Tasks;
using Entourage.Domain.Teams;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Budgets;

/// <summary>
/// Finds the budgets of rules in their current windows. A rule that each item of its scope has for itself gives a budget for each team, agent, open task,
/// active session tree, or value of its label or model that was used in the window.
/// </summary>
internal sealed class RuleBudgets(IEntourageDb db, DateTimeOffset now)
{
    /// <summary>Finds the budgets that a change can affect, each from the view of the teams whose work it counts.</summary>
    public async Task<IReadOnlyList<(Team Team, Budget Budget)>> FindAsync(
        BudgetReach reach, Organisation organisation, IReadOnlyList<Team> teams, CancellationToken cancellationToken)
    {
        var rules = await db.BudgetRules.AsNoTracking()
            .Where(rule => rule.OrganisationId == organisation.Id
                && (reach.RuleId == null || rule.Id == reach.RuleId)
                && (reach.TeamId == null || rule.TeamId == null || rule.TeamId == reach.TeamId || rule.Scope == BudgetScope.Agent))
            .OrderBy(rule => rule.Id)
            .ToListAsync(cancellationToken);
        return await FindAsync(rules, organisation, teams, cancellationToken);
    }

    /// <summary>Finds the budgets of rules of an organisation, each from the view of the teams whose work it counts.</summary>
    public async Task<IReadOnlyList<(Team Team, Budget Budget)>> FindAsync(
        IReadOnlyList<BudgetRule> rules, Organisation organisation, IReadOnlyList<Team> teams, CancellationToken cancellationToken)
    {
        var found = new List<(Team, Budget)>();
        foreach (var rule in rules)
        {
            foreach (var team in teams.Where(team => rule.IsOfTeam(team.Id)))
            {
                var shared = BudgetSnapshot.PolicyOf(organisation, team, Guid.Empty) with { Rules = [rule] };
                foreach (var policy in await FindWorkAsync(rule, shared, cancellationToken))
                {
                    found.AddRange(policy.BudgetsAt(now).Where(budget => budget.Rule is not null).Select(budget => (team, budget)));
                }
            }
        }

        return [.. found.DistinctBy(row => (row.Item1.Id, row.Item2.Window))];
    }

    /// <summary>Finds work of a team that has each budget of a rule once.</summary>
    private async Task<IReadOnlyList<BudgetPolicy>> FindWorkAsync(BudgetRule rule, BudgetPolicy team, CancellationToken cancellationToken)
    {
        switch (rule.Scope)
        {
            case BudgetScope.Organisation or BudgetScope.Team:
                return [team];
            case BudgetScope.Agent:
                return [.. (await AgentsAsync(rule, team, cancellationToken)).Select(agent => team with { AgentId = agent })];
            case BudgetScope.Task:
                return [.. (await TasksAsync(rule, team, cancellationToken)).Select(task => team with { Task = new(task, null, default) })];
            case BudgetScope.Session:
                return [.. (await SessionsAsync(rule, team, cancellationToken)).Select(path => team with { SessionPath = path })];
            case BudgetScope.Label:
                return [.. (await LabelsAsync(rule, team, cancellationToken)).Select(label => team with { Labels = label })];
            default:
                return [.. (await ModelsAsync(rule, team, cancellationToken)).Select(model => team with { Model = model })];
        }
    }

    private async Task<IReadOnlyList<Guid>> AgentsAsync(BudgetRule rule, BudgetPolicy team, CancellationToken cancellationToken)
    {
        var own = rule.IsForEach ? (Guid?)null : Guid.Parse(rule.Match);
        return await db.Agents.Where(agent => agent.TeamId == team.TeamId && (own == null || agent.Id == own)).Select(agent => agent.Id).ToListAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<long>> TasksAsync(BudgetRule rule, BudgetPolicy team, CancellationToken cancellationToken)
    {
        var own = rule.IsForEach ? (long?)null : long.Parse(rule.Match, CultureInfo.InvariantCulture);
        return await db.Tasks
            .Where(task => task.TeamId == team.TeamId && (own == null || task.Id == own)
                && (own != null || WorkTask.OpenStatuses.Contains(task.Status)
                    || db.Sessions.Any(session => session.TaskId == task.Id && session.Status == SessionStatus.Active)))
            .Select(task => task.Id)
            .ToListAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<IReadOnlyList<long>>> SessionsAsync(BudgetRule rule, BudgetPolicy team, CancellationToken cancellationToken)
    {
        if (!rule.IsForEach)
        {
            var own = long.Parse(rule.Match, CultureInfo.InvariantCulture);
            return await db.Sessions.AnyAsync(session => session.Id == own && session.TeamId == team.TeamId, cancellationToken) ? [[own]] : [];
        }

        return [.. (await BudgetSnapshot.FindActiveTreesAsync(db, team.TeamId, cancellationToken)).Select(IReadOnlyList<long> (top) => [top])];
    }

    private async Task<IReadOnlyList<LabelSet>> LabelsAsync(BudgetRule rule, BudgetPolicy team, CancellationToken cancellationToken)
    {
        var label = Label.Parse(rule.Match);
        if (!rule.IsForEach)
        {
            return [LabelSet.Of([KeyValuePair.Create(label.Key, label.Value)])];
        }

        var since = SinceOf(rule, team);
        var values = await db.LabelSets
            .Where(member => member.OrganisationId == rule.OrganisationId && member.Key == label.Key
                && db.UsageRollups.Any(rollup => rollup.TeamId == team.TeamId && rollup.QuarterAt >= since && rollup.LabelSetId == member.LabelSetId))
            .Select(member => member.Value)
            .Distinct()
            .ToListAsync(cancellationToken);
        return values.ConvertAll(value => LabelSet.Of([KeyValuePair.Create(label.Key, value)]));
    }

    private async Task<IReadOnlyList<string>> ModelsAsync(BudgetRule rule, BudgetPolicy team, CancellationToken cancellationToken)
    {
        if (!rule.IsForEach)
        {
            // For a beginning of names, the beginning itself is a name that begins so.
            return [rule.Match.TrimEnd('*') is { Length: > 0 } name ? name : rule.Match];
        }

        var since = SinceOf(rule, team);
        return await db.UsageRollups
            .Where(rollup => rollup.TeamId == team.TeamId && rollup.QuarterAt >= since && rollup.Model != "")
            .Select(rollup => rollup.Model)
            .Distinct()
            .ToListAsync(cancellationToken);
    }

    /// <summary>When the present window began, in quarters of an hour (UTC).</summary>
    private DateTimeOffset SinceOf(BudgetRule rule, BudgetPolicy team)
    {
        var calendar = rule.TeamId is null ? BudgetCalendar.Utc : team.Calendar;
        var began = rule.IsRate ? RateWindow.FirstAt(now) : calendar.SpanOf(rule.Period, now, rule.StartsOn).StartsAt ?? rule.CountsFrom;
        return UsageRollup.QuarterOf(began > rule.CountsFrom ? began : rule.CountsFrom);
    }
}
