using Entourage.Client.Contracts;

namespace Entourage.Client;

/// <content>Organisations, teams, agents, tasks, limits and pauses.</content>
public sealed partial class EntourageClient
{
    /// <summary>Creates an organisation.</summary>
    /// <param name="name">The display name.</param>
    /// <param name="slug">The unique name in addresses: 1 to 100 characters of a-z, 0-9 and hyphen.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public Task<Organisation> CreateOrganisationAsync(string name, string slug, CancellationToken cancellationToken = default) => transport.PostAsync(
        "orgs", new(name, slug), ClientJson.Default.NewOrganisation, ClientJson.Default.Organisation, idempotencyKey: null, cancellationToken);

    /// <summary>Lists the organisations by slug.</summary>
    public IAsyncEnumerable<Organisation> ListOrganisationsAsync(CancellationToken cancellationToken = default) =>
        transport.ListAsync("orgs", ClientJson.Default.OrganisationArray, cancellationToken);

    /// <summary>Reads how to use the gateway of the server.</summary>
    public Task<Gateway> GetGatewayAsync(CancellationToken cancellationToken = default) => transport.GetAsync("gateway", ClientJson.Default.Gateway, cancellationToken);

    /// <summary>Creates a team.</summary>
    /// <param name="organisationId">The organisation.</param>
    /// <param name="name">The display name.</param>
    /// <param name="slug">The name in addresses, unique in the organisation.</param>
    /// <param name="timezone">The IANA time zone of the team's days. Defaults to UTC.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public Task<Team> CreateTeamAsync(
        Guid organisationId, string name, string slug, string? timezone = null, CancellationToken cancellationToken = default) => transport.PostAsync(
        Path($"orgs/{organisationId}/teams"), new(name, slug, timezone), ClientJson.Default.NewTeam, ClientJson.Default.Team, idempotencyKey: null, cancellationToken);

    /// <summary>Lists the teams of an organisation.</summary>
    public IAsyncEnumerable<Team> ListTeamsAsync(Guid organisationId, CancellationToken cancellationToken = default) =>
        transport.ListAsync(Path($"orgs/{organisationId}/teams"), ClientJson.Default.TeamArray, cancellationToken);

    /// <summary>Reads a team.</summary>
    public Task<Team> GetTeamAsync(Guid id, CancellationToken cancellationToken = default) =>
        transport.GetAsync(Path($"teams/{id}"), ClientJson.Default.Team, cancellationToken);

    /// <summary>Creates an agent.</summary>
    /// <param name="teamId">The team.</param>
    /// <param name="name">The display name, unique in the team.</param>
    /// <param name="model">The default model of the agent's sessions.</param>
    /// <param name="role"><c>manager</c>, <c>engineer</c> (the default) or <c>reviewer</c>.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public Task<Agent> CreateAgentAsync(
        Guid teamId, string name, string? model = null, string? role = null, CancellationToken cancellationToken = default) => transport.PostAsync(
        Path($"teams/{teamId}/agents"), new(name, role, model), ClientJson.Default.NewAgent, ClientJson.Default.Agent, idempotencyKey: null, cancellationToken);

    /// <summary>Lists the agents of a team by name.</summary>
    public IAsyncEnumerable<Agent> ListAgentsAsync(Guid teamId, CancellationToken cancellationToken = default) =>
        transport.ListAsync(Path($"teams/{teamId}/agents"), ClientJson.Default.AgentArray, cancellationToken);

    /// <summary>Reads an agent.</summary>
    public Task<Agent> GetAgentAsync(Guid id, CancellationToken cancellationToken = default) =>
        transport.GetAsync(Path($"agents/{id}"), ClientJson.Default.Agent, cancellationToken);

    /// <summary>Creates a task.</summary>
    public Task<WorkTask> CreateTaskAsync(Guid teamId, NewTask task, CancellationToken cancellationToken = default) => transport.PostAsync(
        Path($"teams/{teamId}/tasks"), task, ClientJson.Default.NewTask, ClientJson.Default.WorkTask, idempotencyKey: null, cancellationToken);

    /// <summary>Lists the tasks of a team, newest first.</summary>
    /// <param name="teamId">The team.</param>
    /// <param name="status">Only tasks with this status.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public IAsyncEnumerable<WorkTask> ListTasksAsync(Guid teamId, string? status = null, CancellationToken cancellationToken = default) =>
        transport.ListAsync(Path($"teams/{teamId}/tasks") + Query(("status", status)), ClientJson.Default.WorkTaskArray, cancellationToken);

    /// <summary>Reads a task.</summary>
    public Task<WorkTask> GetTaskAsync(long id, CancellationToken cancellationToken = default) =>
        transport.GetAsync(Path($"tasks/{id}"), ClientJson.Default.WorkTask, cancellationToken);

    /// <summary>Changes the status of a task to <c>in_progress</c>, <c>in_review</c>, <c>done</c> or <c>cancelled</c>.</summary>
    public Task<WorkTask> ChangeTaskStatusAsync(long id, string status, CancellationToken cancellationToken = default) => transport.PostAsync(
        Path($"tasks/{id}/status"), new(status), ClientJson.Default.StatusRequest, ClientJson.Default.WorkTask, idempotencyKey: null, cancellationToken);

    /// <summary>Reads a team's settings.</summary>
    public Task<TeamSettings> GetSettingsAsync(Guid teamId, CancellationToken cancellationToken = default) =>
        transport.GetAsync(Path($"settings/teams/{teamId}"), ClientJson.Default.TeamSettings, cancellationToken);

    /// <summary>Changes a team's settings. The change applies from the next call on.</summary>
    public Task<TeamSettings> ChangeSettingsAsync(Guid teamId, TeamSettingsChange change, CancellationToken cancellationToken = default) => transport.SendAsync(
        HttpMethod.Patch, Path($"settings/teams/{teamId}"), change, ClientJson.Default.TeamSettingsChange, ClientJson.Default.TeamSettings, cancellationToken);

    /// <summary>Changes the daily limit of an agent. With <see cref="Limit.None"/>, the team's default applies.</summary>
    public Task<AgentSettings> ChangeAgentLimitsAsync(Guid agentId, LimitsChange change, CancellationToken cancellationToken = default) => transport.SendAsync(
        HttpMethod.Patch, Path($"settings/agents/{agentId}"), change, ClientJson.Default.LimitsChange, ClientJson.Default.AgentSettings, cancellationToken);

    /// <summary>Changes the limits of an organisation, which apply to all its teams together.</summary>
    public Task<OrganisationSettings> ChangeOrganisationLimitsAsync(
        Guid organisationId, LimitsChange change, CancellationToken cancellationToken = default) => transport.SendAsync(
        HttpMethod.Patch, Path($"settings/orgs/{organisationId}"), change, ClientJson.Default.LimitsChange, ClientJson.Default.OrganisationSettings, cancellationToken);

    /// <summary>Pauses an agent, a team or an organisation.</summary>
    /// <param name="scope">What to pause.</param>
    /// <param name="id">The id of the agent, team or organisation.</param>
    /// <param name="reason">The reason, in one line.</param>
    /// <param name="expiresAt">When the pause expires, or null if it lasts until it is resumed.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public Task<Pause> PauseAsync(
        PauseScope scope, Guid id, string reason, DateTimeOffset? expiresAt = null, CancellationToken cancellationToken = default) => transport.PostAsync(
        Path($"{SegmentOf(scope)}/{id}/pause"), new(reason, expiresAt), ClientJson.Default.PauseRequest, ClientJson.Default.Pause, idempotencyKey: null, cancellationToken);

    /// <summary>Resumes an agent, a team or an organisation.</summary>
    public Task<Pause> ResumeAsync(PauseScope scope, Guid id, string? reason = null, CancellationToken cancellationToken = default) => transport.PostAsync(
        Path($"{SegmentOf(scope)}/{id}/resume"), new(reason), ClientJson.Default.ReasonRequest, ClientJson.Default.Pause, idempotencyKey: null, cancellationToken);

    /// <summary>Reads whether an agent, a team or an organisation is paused, and which sessions have obeyed.</summary>
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
