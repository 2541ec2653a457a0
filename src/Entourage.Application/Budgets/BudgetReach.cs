namespace Entourage.Application.Budgets;

/// <summary>The budgets whose lines a change can cross.</summary>
/// <param name="OrganisationId">The organisation that all of them belong to.</param>
/// <param name="TeamId">The one team whose budgets change; null for those of every team.</param>
/// <param name="AgentId">The one agent whose budget changes; null for no narrower choice.</param>
/// <param name="TaskId">The one task whose budget changes; null for no narrower choice.</param>
/// <param name="OwnOnly">Whether only the budgets of the organisation, agent or task itself change, and none below it.</param>
internal sealed record BudgetReach(Guid OrganisationId, Guid? TeamId, Guid? AgentId, long? TaskId, bool OwnOnly)
{
    /// <summary>The budgets of an organisation itself, which every team of it works under.</summary>
    public static BudgetReach OfOrganisation(Guid organisationId) => new(organisationId, null, null, null, OwnOnly: true);

    /// <summary>Everything that a team works under: its settings say what is told of each, and what is killed.</summary>
    public static BudgetReach OfTeam(Guid organisationId, Guid teamId) => new(organisationId, teamId, null, null, OwnOnly: false);

    /// <summary>The budget of an agent.</summary>
    public static BudgetReach OfAgent(Guid organisationId, Guid teamId, Guid agentId) => new(organisationId, teamId, agentId, null, OwnOnly: true);

    /// <summary>The budget and the red flag of a task.</summary>
    public static BudgetReach OfTask(Guid organisationId, Guid teamId, long taskId) => new(organisationId, teamId, null, taskId, OwnOnly: true);

    /// <summary>Every budget of an organisation and its teams.</summary>
    public static BudgetReach OfAll(Guid organisationId) => new(organisationId, null, null, null, OwnOnly: false);

    /// <summary>Whether the budgets of the organisation itself are among them.</summary>
    public bool HasOrganisation => AgentId is null && TaskId is null;

    /// <summary>Whether the budgets of teams are among them.</summary>
    public bool HasTeams => !OwnOnly;

    /// <summary>Whether the budgets of agents are among them.</summary>
    public bool HasAgents => !OwnOnly || AgentId is not null;

    /// <summary>Whether the budgets of tasks are among them.</summary>
    public bool HasTasks => !OwnOnly || TaskId is not null;

    /// <summary>Whether the budgets of sessions are among them.</summary>
    public bool HasSessions => !OwnOnly;
}
