using System.Net.Mime;
using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Api.Documentation;
using Entourage.Api.Errors;
using Entourage.Application.Agents;
using Entourage.Application.Costs;
using Entourage.Application.Events;
using Entourage.Application.HumanRequests;
using Entourage.Application.Paging;
using Entourage.Application.Sessions;
using Entourage.Application.Tasks;
using Entourage.Application.Teams;
using Entourage.Domain.Agents;
using Entourage.Domain.HumanRequests;
using Entourage.Domain.Tasks;
using Entourage.Domain.Teams;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>Teams with their agents, tasks, costs and events.</summary>
[ApiController]
[Route("api/v1/teams/{id:guid}")]
[Tags("Teams")]
public sealed class TeamsController(IMediator mediator) : ControllerBase
{
    /// <summary>Returns a team with its agents.</summary>
    [HttpGet(Name = "getTeam")]
    [Authorize(Policies.Agent)]
    public Task<TeamWithAgentsResponse> Get(Guid id, CancellationToken cancellationToken) => mediator.Send(new GetTeamQuery(id), cancellationToken);

    /// <summary>Renames a team. Its slug stays.</summary>
    [HttpPatch(Name = "renameTeam")]
    [Authorize(Policies.Lead)]
    public Task<TeamResponse> Rename(Guid id, RenameRequest body, CancellationToken cancellationToken) =>
        mediator.Send(new RenameTeamCommand(id, body.Name!), cancellationToken);

    /// <summary>Creates an agent.</summary>
    [HttpPost("agents", Name = "createAgent")]
    [Authorize(Policies.Lead)]
    [ProducesResponseType<AgentResponse>(StatusCodes.Status201Created)]
    [Conflicts(ProblemTypes.Archived, ProblemTypes.Duplicate)]
    public async Task<IActionResult> CreateAgent(
        Guid id, CreateAgentRequest body, [FromHeader(Name = IdempotencyHeaders.Key)] string? idempotencyKey, CancellationToken cancellationToken)
    {
        var command = new CreateAgentCommand(id, body.Name!, body.Role ?? AgentRole.Engineer, body.Model, idempotencyKey);
        var agent = await mediator.Send(command, cancellationToken);
        return CreatedAtAction(nameof(AgentsController.Get), "Agents", new { id = agent.Id }, agent);
    }

    /// <summary>Lists a team's agents by name.</summary>
    /// <param name="id">The team.</param>
    /// <param name="archived">Whether to list the archived ones instead of the others.</param>
    /// <param name="list">The page.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    [HttpGet("agents", Name = "listAgents")]
    [Authorize(Policies.Agent)]
    public async Task<IReadOnlyList<AgentResponse>> ListAgents(
        Guid id, [FromQuery] bool archived, [FromQuery] ListParameters list, CancellationToken cancellationToken) =>
        this.Answer(await mediator.Send(new ListAgentsQuery(id, list.Page, archived), cancellationToken));

    /// <summary>Creates a task.</summary>
    [HttpPost("tasks", Name = "createTask")]
    [Authorize(Policies.Lead)]
    [ProducesResponseType<TaskResponse>(StatusCodes.Status201Created)]
    [Conflicts(ProblemTypes.Archived)]
    public async Task<IActionResult> CreateTask(
        Guid id, CreateTaskRequest body, [FromHeader(Name = IdempotencyHeaders.Key)] string? idempotencyKey, CancellationToken cancellationToken)
    {
        var command = new CreateTaskCommand(
            id,
            body.Title!,
            body.Description,
            body.Priority ?? TaskPriority.Medium,
            body.TaskType ?? TaskType.Other,
            body.Tags,
            body.DependsOn,
            body.AssigneeId,
            body.BudgetUsd,
            idempotencyKey);
        var task = await mediator.Send(command, cancellationToken);
        return CreatedAtAction(nameof(TasksController.Get), "Tasks", new { id = task.Id }, task);
    }

    /// <summary>Lists a team's tasks, newest first.</summary>
    /// <param name="id">The team.</param>
    /// <param name="status">Only tasks with this status: todo, in_progress, in_review, done or cancelled.</param>
    /// <param name="sort">The order: created or title.</param>
    /// <param name="list">The page.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    [HttpGet("tasks", Name = "listTasks")]
    [Authorize(Policies.Agent)]
    public async Task<IReadOnlyList<TaskResponse>> ListTasks(
        Guid id,
        [FromQuery, ValuesOf(typeof(WorkTaskStatus))] string? status,
        [FromQuery, ValuesOf(typeof(TaskSort))] string? sort,
        [FromQuery] ListParameters list,
        CancellationToken cancellationToken)
    {
        var query = new ListTasksQuery(id, Listing.Member<WorkTaskStatus>("status", status), list.Page, Listing.Member<TaskSort>("sort", sort) ?? TaskSort.Created);
        return this.Answer(await mediator.Send(query, cancellationToken));
    }

    /// <summary>Lists a team's sessions, newest first.</summary>
    [HttpGet("sessions", Name = "listTeamSessions")]
    [Authorize(Policies.Lead)]
    public async Task<IReadOnlyList<SessionResponse>> ListSessions(
        Guid id, [FromQuery] SessionParameters sessions, [FromQuery] ListParameters list, CancellationToken cancellationToken) =>
        this.Answer(await mediator.Send(new ListTeamSessionsQuery(id) { Filter = sessions.Filter, Sort = sessions.Order, Page = list.Page }, cancellationToken));

    /// <summary>Lists the requests of a team's agents to people, newest first.</summary>
    /// <param name="id">The team.</param>
    /// <param name="status">Only requests with this status: pending, approved or denied.</param>
    /// <param name="list">The page.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    [HttpGet("human-requests", Name = "listHumanRequests")]
    [Authorize(Policies.Agent)]
    public async Task<IReadOnlyList<HumanRequestResponse>> ListHumanRequests(
        Guid id, [FromQuery, ValuesOf(typeof(HumanRequestStatus))] string? status, [FromQuery] ListParameters list, CancellationToken cancellationToken)
    {
        var query = new ListHumanRequestsQuery(Audience.OfTeam(id), Listing.Member<HumanRequestStatus>("status", status), list.Page);
        return this.Answer(await mediator.Send(query, cancellationToken));
    }

    /// <summary>Reports a team's costs in days of its time zone, or as a CSV table of all sessions.</summary>
    [HttpGet("costs", Name = "getTeamCosts")]
    [Authorize(Policies.Lead)]
    [ProducesResponseType<CostsResponse>(StatusCodes.Status200OK, MediaTypeNames.Application.Json, CsvTable.MediaType)]
    public async Task<IActionResult> GetCosts(
        Guid id, [FromQuery] CostParameters costs, [FromQuery] PageParameters list, CancellationToken cancellationToken)
    {
        if (costs.IsTable(Request))
        {
            var keys = costs.LabelKeys;
            return new CsvTable(await mediator.Send(new ExportTeamCostsQuery(id, costs.Filter), cancellationToken), keys);
        }

        var answer = await mediator.Send(new GetCostsQuery(Audience.OfTeam(id), costs.Filter, list.Page), cancellationToken);
        this.LinkNext(answer.NextCursor);
        return Ok(answer);
    }

    /// <summary>Reports a team's costs by the values of a label, most expensive first. The values beyond the limit are summed.</summary>
    /// <param name="id">The team.</param>
    /// <param name="key">Required. The key of the label.</param>
    /// <param name="costs">The range and the filters.</param>
    /// <param name="limit">The most values to list: 1 to 200.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    [HttpGet("costs/labels", Name = "getTeamLabelCosts")]
    [Authorize(Policies.Lead)]
    public Task<LabelCostsResponse> GetLabelCosts(
        Guid id, [FromQuery] string? key, [FromQuery] CostFilterParameters costs, CancellationToken cancellationToken, [FromQuery] int limit = PageRequest.DefaultLimit) =>
        mediator.Send(new GetLabelCostsQuery(Audience.OfTeam(id), costs.Filter, key, limit), cancellationToken);

    /// <summary>Lists the keys of the labels that a team uses, each with the number of its values, up to 1,000.</summary>
    [HttpGet("costs/label-keys", Name = "listTeamLabelKeys")]
    [Authorize(Policies.Lead)]
    public Task<IReadOnlyList<LabelKeyResponse>> ListLabelKeys(Guid id, CancellationToken cancellationToken) =>
        mediator.Send(new ListLabelKeysQuery(Audience.OfTeam(id)), cancellationToken);

    /// <summary>Simulates a daily cap on the last days, from the recorded costs per quarter of an hour.</summary>
    [HttpGet("costs/what-if", Name = "simulateDailyCap")]
    [Authorize(Policies.Lead)]
    public Task<DailyCapResponse> SimulateDailyCap(Guid id, [FromQuery] SimulateDailyCapParameters parameters, CancellationToken cancellationToken) =>
        mediator.Send(new SimulateDailyCapQuery(id, parameters.Cap, parameters.Days), cancellationToken);

    /// <summary>Compares the team's recorded costs with a provider's invoice, by model. Stores nothing.</summary>
    [HttpPost("costs/reconcile", Name = "reconcileTeamCosts")]
    [Authorize(Policies.Lead)]
    public Task<ReconciliationResponse> Reconcile(Guid id, ReconcileRequest body, CancellationToken cancellationToken) =>
        mediator.Send(new ReconcileTeamCostsQuery(id, body.Filter, body.Invoice), cancellationToken);

    /// <summary>Streams the events of a team as server-sent events.</summary>
    /// <param name="id">The team.</param>
    /// <param name="lastEventId">The id of the last received event. The stream resumes after it; without it, the stream starts now.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    [HttpGet("events", Name = "streamTeamEvents")]
    [Authorize(Policies.Lead)]
    [ProducesResponseType<string>(StatusCodes.Status200OK, EventStream.MediaType)]
    public async Task<IActionResult> StreamEvents(
        Guid id, [FromHeader(Name = EventStream.LastEventId)] string? lastEventId, CancellationToken cancellationToken) =>
        new EventStream(await mediator.Send(new StreamEventsQuery(Audience.OfTeam(id), lastEventId), cancellationToken));
}
