using Entourage.Domain.Budgets;

namespace Entourage.Application.Budgets;

/// <summary>The budgets that a change can push across a line.</summary>
/// <param name="OrganisationId">The organisation of these budgets.</param>
/// <param name="TeamId">Only budgets of this team; null for every team.</param>
/// <param name="AgentId">Only the budget of this agent; null for no such restriction.</param>
/// <param name="TaskId">Only the budget of this task; null for no such restriction.</param>
/// <param name="RuleId">Only the budgets of this rule; null for no such restriction.</param>
/// <param name="OwnOnly">Whether the change affects only the budgets of the organisation, agent or task itself, and none below it.</param>
internal sealed record BudgetReach(Guid OrganisationId, Guid? TeamId, Guid? AgentId, long? TaskId, long? RuleId, bool OwnOnly)
{
    /// <summary>The organisation's own budgets, which apply to each of its teams.</summary>
    public static BudgetReach OfOrganisation(Guid organisationId) => new(organisationId, null, null, null, null, OwnOnly: true);

    /// <summary>All budgets that apply to a team. Its settings decide the alerts and kills for each of them.</summary>
    public static BudgetReach OfTeam(Guid organisationId, Guid teamId) => new(organisationId, teamId, null, null, null, OwnOnly: false);

    /// <summary>The budget of an agent.</summary>
    public static BudgetReach OfAgent(Guid organisationId, Guid teamId, Guid agentId) => new(organisationId, teamId, agentId, null, null, OwnOnly: true);

    /// <summary>The budget and the red flag of a task.</summary>
    public static BudgetReach OfTask(Guid organisationId, Guid teamId, long taskId) => new(organisationId, teamId, null, taskId, null, OwnOnly: true);

    /// <summary>All budgets of an organisation and its teams.</summary>
    public static BudgetReach OfAll(Guid organisationId) => new(organisationId, null, null, null, null, OwnOnly: false);

    /// <summary>The budgets of a rule, which may apply to one team or to all.</summary>
    public static BudgetReach OfRule(BudgetRule rule) => new(rule.OrganisationId, rule.FollowsAgent ? null : rule.TeamId, null, null, rule.Id, OwnOnly: true);

    /// <summary>Whether the organisation's own budgets are included.</summary>
    public bool HasOrganisation => AgentId is null && TaskId is null && RuleId is null;

    /// <summary>Whether budgets of teams are included.</summary>
    public bool HasTeams => !OwnOnly;

    /// <summary>Whether budgets of agents are included.</summary>
    public bool HasAgents => !OwnOnly || AgentId is not null;

    /// <summary>Whether budgets of tasks are included.</summary>
    public bool HasTasks => !OwnOnly || TaskId is not null;

    /// <summary>Whether budgets of rules are included.</summary>
    public bool HasRules => !OwnOnly || RuleId is not null;

    /// <summary>Whether budgets of sessions are included.</summary>
    public bool HasSessions => !OwnOnly;
}
