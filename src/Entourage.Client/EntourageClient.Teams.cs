using Entourage.Client.Contracts;

namespace Entourage.Client;

/// <content>Organisations, teams, agents, tasks; what they may spend, and stops.</content>
public sealed partial class EntourageClient
{
    /// <summary>Makes an organisation.</summary>
    /// <param name="name">The display name.</param>
    /// <param name="slug">The name in addresses: 1 to 100 of a-z, 0-9 and hyphen; unique.</param>
    /// <param name="cancellationToken">The caller has left.</param>
    public Task<Organisation> CreateOrganisationAsync(string name, string slug, CancellationToken cancellationToken = default) => transport.PostAsync(
        "orgs", new(name, slug), ClientJson.Default.OrganisationStart, ClientJson.Default.Organisation, idempotencyKey: null, cancellationToken);

    /// <summary>The organisations, by slug.</summary>
    public IAsyncEnumerable<Organisation> ListOrganisationsAsync(CancellationToken cancellationToken = default) =>
        transport.ListAsync("orgs", ClientJson.Default.OrganisationArray, cancellationToken);

    /// <summary>Makes a team.</summary>
    /// <param name="organisationId">Its organisation.</param>
    /// <param name="name">The display name.</param>
    /// <param name="slug">The name in addresses; unique in the organisation.</param>
    /// <param name="timezone">The IANA time zone of its days; UTC when null.</param>
    /// <param name="cancellationToken">The caller has left.</param>
    public Task<Team> CreateTeamAsync(
        Guid organisationId, string name, string slug, string? timezone = null, CancellationToken cancellationToken = default) => transport.PostAsync(
        Path($"orgs/{organisationId}/teams"), new(name, slug, timezone), ClientJson.Default.TeamStart, ClientJson.Default.Team, idempotencyKey: null, cancellationToken);

    /// <summary>The teams of an organisation.</summary>
    public IAsyncEnumerable<Team> ListTeamsAsync(Guid organisationId, CancellationToken cancellationToken = default) =>
        transport.ListAsync(Path($"orgs/{organisationId}/teams"), ClientJson.Default.TeamArray, cancellationToken);

    /// <summary>Reads a team.</summary>
    public Task<Team> GetTeamAsync(Guid id, CancellationToken cancellationToken = default) =>
        transport.GetAsync(Path($"teams/{id}"), ClientJson.Default.Team, cancellationToken);

    /// <summary>Makes an agent.</summary>
    /// <param name="teamId">Its team.</param>
    /// <param name="name">Its name; unique in the team.</param>
    /// <param name="model">The model that its sessions use unless they say otherwise.</param>
    /// <param name="role"><c>manager</c>, <c>engineer</c> (when null) or <c>reviewer</c>.</param>
    /// <param name="cancellationToken">The caller has left.</param>
    public Task<Agent> CreateAgentAsync(
        Guid teamId, string name, string? model = null, string? role = null, CancellationToken cancellationToken = default) => transport.PostAsync(
        Path($"teams/{teamId}/agents"), new(name, role, model), ClientJson.Default.AgentStart, ClientJson.Default.Agent, idempotencyKey: null, cancellationToken);

    /// <summary>The agents of a team, by name.</summary>
    public IAsyncEnumerable<Agent> ListAgentsAsync(Guid teamId, CancellationToken cancellationToken = default) =>
        transport.ListAsync(Path($"teams/{teamId}/agents"), ClientJson.Default.AgentArray, cancellationToken);

    /// <summary>Reads an agent.</summary>
    public Task<Agent> GetAgentAsync(Guid id, CancellationToken cancellationToken = default) =>
        transport.GetAsync(Path($"agents/{id}"), ClientJson.Default.Agent, cancellationToken);

    /// <summary>Makes a task.</summary>
    public Task<WorkTask> CreateTaskAsync(Guid teamId, TaskStart task, CancellationToken cancellationToken = default) => transport.PostAsync(
        Path($"teams/{teamId}/tasks"), task, ClientJson.Default.TaskStart, ClientJson.Default.WorkTask, idempotencyKey: null, cancellationToken);

    /// <summary>The tasks of a team, the newest first.</summary>
    /// <param name="teamId">The team.</param>
    /// <param name="status">Only those that stand there.</param>
    /// <param name="cancellationToken">The caller has left.</param>
    public IAsyncEnumerable<WorkTask> ListTasksAsync(Guid teamId, string? status = null, CancellationToken cancellationToken = default) =>
        transport.ListAsync(Path($"teams/{teamId}/tasks") + Query(("status", status)), ClientJson.Default.WorkTaskArray, cancellationToken);

    /// <summary>Reads a task.</summary>
    public Task<WorkTask> GetTaskAsync(long id, CancellationToken cancellationToken = default) =>
        transport.GetAsync(Path($"tasks/{id}"), ClientJson.Default.WorkTask, cancellationToken);

    /// <summary>Moves a task on: <c>in_progress</c>, <c>in_review</c>, <c>done</c> or <c>cancelled</c>.</summary>
    public Task<WorkTask> MoveTaskAsync(long id, string status, CancellationToken cancellationToken = default) => transport.PostAsync(
        Path($"tasks/{id}/status"), new(status), ClientJson.Default.StatusRequest, ClientJson.Default.WorkTask, idempotencyKey: null, cancellationToken);

    /// <summary>Reads a team's settings.</summary>
    public Task<TeamSettings> GetSettingsAsync(Guid teamId, CancellationToken cancellationToken = default) =>
        transport.GetAsync(Path($"settings/teams/{teamId}"), ClientJson.Default.TeamSettings, cancellationToken);

    /// <summary>Changes a team's settings. It holds from the next call on.</summary>
    public Task<TeamSettings> ChangeSettingsAsync(Guid teamId, TeamSettingsChange change, CancellationToken cancellationToken = default) => transport.SendAsync(
        HttpMethod.Patch, Path($"settings/teams/{teamId}"), change, ClientJson.Default.TeamSettingsChange, ClientJson.Default.TeamSettings, cancellationToken);

    /// <summary>Caps what an agent may spend in a day; with <see cref="Limit.None"/> its team's default holds.</summary>
    public Task<AgentSettings> ChangeAgentLimitsAsync(Guid agentId, LimitsChange change, CancellationToken cancellationToken = default) => transport.SendAsync(
        HttpMethod.Patch, Path($"settings/agents/{agentId}"), change, ClientJson.Default.LimitsChange, ClientJson.Default.AgentSettings, cancellationToken);

    /// <summary>Caps what all teams of an organisation may spend together.</summary>
    public Task<OrganisationSettings> ChangeOrganisationLimitsAsync(
        Guid organisationId, LimitsChange change, CancellationToken cancellationToken = default) => transport.SendAsync(
        HttpMethod.Patch, Path($"settings/orgs/{organisationId}"), change, ClientJson.Default.LimitsChange, ClientJson.Default.OrganisationSettings, cancellationToken);

    /// <summary>Stops all work of an agent, a team or an organisation.</summary>
    /// <param name="scope">Whose.</param>
    /// <param name="id">The id of that.</param>
    /// <param name="reason">Why, in a line.</param>
    /// <param name="expiresAt">When the pause runs out by itself; never when null.</param>
    /// <param name="cancellationToken">The caller has left.</param>
    public Task<Pause> PauseAsync(
        PauseScope scope, Guid id, string reason, DateTimeOffset? expiresAt = null, CancellationToken cancellationToken = default) => transport.PostAsync(
        Path($"{SegmentOf(scope)}/{id}/pause"), new(reason, expiresAt), ClientJson.Default.PauseRequest, ClientJson.Default.Pause, idempotencyKey: null, cancellationToken);

    /// <summary>Lets an agent, a team or an organisation go on.</summary>
    public Task<Pause> ResumeAsync(PauseScope scope, Guid id, string? reason = null, CancellationToken cancellationToken = default) => transport.PostAsync(
        Path($"{SegmentOf(scope)}/{id}/resume"), new(reason), ClientJson.Default.ReasonRequest, ClientJson.Default.Pause, idempotencyKey: null, cancellationToken);

    /// <summary>Whether an agent, a team or an organisation is paused, and who has obeyed.</summary>
    public Task<Pause> GetPauseAsync(PauseScope scope, Guid id, CancellationToken cancellationToken = default) =>
        transport.GetAsync(Path($"{SegmentOf(scope)}/{id}/pause"), ClientJson.Default.Pause, cancellationToken);

    private static string SegmentOf(PauseScope scope) => scope switch
    {
        PauseScope.Agent => "agents",
        PauseScope.Team => "teams",
        PauseScope.Organisation => "orgs",
        _ => throw new ArgumentOutOfRangeException(nameof(scope)),
    };
}
