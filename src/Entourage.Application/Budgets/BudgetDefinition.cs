using System.Globalization;
using Entourage.Domain;
using Entourage.Domain.Agents;
using Entourage.Domain.Budgets;
using Entourage.Domain.Organisations;
using Entourage.Domain.Tasks;
using Entourage.Domain.Teams;

namespace Entourage.Application.Budgets;

/// <summary>A budget of its own, or a cap in the settings, without figures.</summary>
/// <param name="Response">The budget as the API shows it.</param>
/// <param name="Order">Its place in lists. It is unique.</param>
internal sealed record BudgetDefinition(BudgetDetailsResponse Response, string Order)
{
    /// <summary>The budget, if it is one of its own; null for a cap in the settings.</summary>
    public BudgetRule? Rule { get; private init; }

    /// <summary>The cap in the settings; null for a budget of its own.</summary>
    public SettingBudget? Setting { get; private init; }

    /// <summary>The task whose cap it is; null for other budgets.</summary>
    public TaskCap? Task { get; private init; }

    /// <summary>The name of what a cap in the settings belongs to; null for a budget of its own.</summary>
    public string? OwnerName { get; private init; }

    /// <summary>Whether each item of the scope has the limit for itself.</summary>
    public bool IsForEach => Setting?.IsForEach ?? Rule!.IsForEach;

    /// <summary>Whether a text has the form of an <see cref="Order"/>.</summary>
    public static bool IsOrder(string text) => text.Length > 3 && char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[1]) && text[2] == ' ';

    /// <summary>Describes a budget of its own. In lists these are last, in the order of their creation.</summary>
    public static BudgetDefinition Of(BudgetRule rule) => new(
        new()
        {
            Id = BudgetWindow.IdOf(rule.Id),
            Name = rule.Name,
            Scope = rule.Scope,
            Match = rule.Match,
            OrgId = rule.OrganisationId,
            TeamId = rule.TeamId,
            Period = rule.Period,
            StartsOn = rule.Period == BudgetPeriod.Month ? rule.StartsOn : null,
            LimitUsd = rule.LimitUsd,
            LimitTokens = rule.LimitTokens,
            Enforcement = rule.Enforcement,
            OnExceed = rule.OnExceed,
            Thresholds = rule.Thresholds?.Ratios,
            Setting = null,
            CreatedAt = rule.CreatedAt,
            Current = [],
            CurrentCount = null,
        },
        string.Create(CultureInfo.InvariantCulture, $"{SettingBudget.All.Count:D2} {rule.Id:D19}"))
    {
        Rule = rule,
    };

    /// <summary>Describes the caps in the settings of an organisation. They are always hard.</summary>
    public static IEnumerable<BudgetDefinition> Of(Organisation organisation)
    {
        var id = BudgetWindow.IdOf(organisation.Id);
        return Of(
            new Owner(organisation.Id, null, id, organisation.Name),
            (SettingBudget.OrganisationDay, organisation.Limits.Daily),
            (SettingBudget.OrganisationMonth, organisation.Limits.Monthly));
    }

    /// <summary>Describes the caps in the settings of a team.</summary>
    public static IEnumerable<BudgetDefinition> Of(Team team) => Of(
        new Owner(team.OrganisationId, team, BudgetWindow.IdOf(team.Id), team.Name),
        (SettingBudget.TeamDay, team.Limits.Daily),
        (SettingBudget.TeamWeek, team.Limits.Weekly),
        (SettingBudget.TeamMonth, team.Limits.Monthly),
        (SettingBudget.EachAgentDay, team.Limits.AgentDaily),
        (SettingBudget.EachTask, team.Limits.Task),
        (SettingBudget.EachSession, team.Limits.Session));

    /// <summary>Describes the own cap of an agent, if it has one.</summary>
    public static IEnumerable<BudgetDefinition> Of(Agent agent, Team team) =>
        Of(new Owner(team.OrganisationId, team, BudgetWindow.IdOf(agent.Id), agent.Name), (SettingBudget.AgentDay, agent.DailyLimit));

    /// <summary>Describes the own cap of a task, if it has one.</summary>
    public static IEnumerable<BudgetDefinition> Of(OwnTaskCap task, Team team) =>
        Of(new Owner(team.OrganisationId, team, BudgetWindow.IdOf(task.Id), task.Title), (SettingBudget.TaskTotal, task.Limit))
            .Select(budget => budget with { Task = new(task.Id, task.Limit, task.Type) });

    private static IEnumerable<BudgetDefinition> Of(Owner owner, params IEnumerable<(SettingBudget Setting, Money? Limit)> caps) => caps
        .Where(cap => cap.Limit is not null)
        .Select(cap => new BudgetDefinition(
            new()
            {
                Id = cap.Setting.IdOf(owner.Id),
                Name = null,
                Scope = cap.Setting.Scope,
                Match = cap.Setting.IsForEach ? BudgetRule.Each : owner.Id,
                OrgId = owner.OrganisationId,
                TeamId = owner.Team?.Id,
                Period = cap.Setting.Period,
                StartsOn = cap.Setting.Period == BudgetPeriod.Month ? 1 : null,
                LimitUsd = cap.Limit,
                LimitTokens = null,
                Enforcement = owner.Team?.Limits.Enforcement ?? Enforcement.Hard,
                OnExceed = owner.Team?.Limits.OnExceed,
                Thresholds = owner.Team?.Watch.Thresholds.Ratios,
                Setting = cap.Setting.Setting,
                CreatedAt = null,
                Current = [],
                CurrentCount = null,
            },
            string.Create(CultureInfo.InvariantCulture, $"{SettingBudget.All.Index().First(setting => setting.Item == cap.Setting).Index:D2} {OrderOf(owner.Id)}"))
        {
            Setting = cap.Setting,
            OwnerName = owner.Name,
        });

    // Numbers of tasks in the order of numbers.
    private static string OrderOf(string id) => id.PadLeft(BudgetWindow.ScopeIdLength, '0');

    private sealed record Owner(Guid OrganisationId, Team? Team, string Id, string Name);
}

/// <summary>A task and its cap.</summary>
/// <param name="Id">The task.</param>
/// <param name="TeamId">Its team.</param>
/// <param name="Title">Its title.</param>
/// <param name="Type">The kind of work.</param>
/// <param name="Limit">Its own cap (USD); null for none.</param>
internal sealed record OwnTaskCap(long Id, Guid TeamId, string Title, TaskType Type, Money? Limit);
