using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Application.Agents;
using Entourage.Application.Costs;
using Entourage.Application.Events;
using Entourage.Application.HumanRequests;
using Entourage.Application.Tasks;
using Entourage.Application.Teams;
using Entourage.Domain.Agents;
using Entourage.Domain.HumanRequests;
using Entourage.Domain.Tasks;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>Teams, with their agents, tasks and costs.</summary>
[ApiController]
[Route("api/v1/teams/{id:guid}")]
[Tags("Teams")]
public sealed class TeamsController(IMediator mediator) : ControllerBase
{
    /// <summary>Reads a team with its agents.</summary>
    [HttpGet]
    [Authorize(Policies.Agent)]
    public Task<TeamWithAgentsResponse> Get(Guid id, CancellationToken cancellationToken) => mediator.Send(new GetTeamQuery(id), cancellationToken);

    /// <summary>Adds an agent.</summary>
    [HttpPost("agents")]
    [Authorize(Policies.Lead)]
    [ProducesResponseType<AgentResponse>(StatusCodes.Status201Created)]
    public async Task<IActionResult> CreateAgent(
        Guid id, CreateAgentRequest body, [FromHeader(Name = IdempotencyHeaders.Key)] string? idempotencyKey, CancellationToken cancellationToken)
    {
        var command = new CreateAgentCommand(id, body.Name!, body.Role ?? AgentRole.Engineer, body.Model, idempotencyKey);
        var agent = await mediator.Send(command, cancellationToken);
        return CreatedAtAction(nameof(AgentsController.Get), "Agents", new { id = agent.Id }, agent);
    }

    /// <summary>Lists the agents by name.</summary>
    [HttpGet("agents")]
    [Authorize(Policies.Agent)]
    public async Task<IReadOnlyList<AgentResponse>> ListAgents(Guid id, [FromQuery] ListParameters list, CancellationToken cancellationToken) =>
        this.Answer(await mediator.Send(new ListAgentsQuery(id, list.Page), cancellationToken));

    /// <summary>Makes a task.</summary>
    [HttpPost("tasks")]
    [Authorize(Policies.Lead)]
    [ProducesResponseType<TaskResponse>(StatusCodes.Status201Created)]
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
            idempotencyKey);
        var task = await mediator.Send(command, cancellationToken);
        return CreatedAtAction(nameof(TasksController.Get), "Tasks", new { id = task.Id }, task);
    }

    /// <summary>Lists the tasks, the newest first.</summary>
    /// <param name="id">The team.</param>
    /// <param name="status">Only those that stand there: todo, in_progress, in_review, done or cancelled.</param>
    /// <param name="list">Which part.</param>
    /// <param name="cancellationToken">The caller has left.</param>
    [HttpGet("tasks")]
    [Authorize(Policies.Agent)]
    public async Task<IReadOnlyList<TaskResponse>> ListTasks(
        Guid id, [FromQuery] string? status, [FromQuery] ListParameters list, CancellationToken cancellationToken)
    {
        var query = new ListTasksQuery(id, Listing.Member<WorkTaskStatus>("status", status), list.Page);
        return this.Answer(await mediator.Send(query, cancellationToken));
    }

    /// <summary>Lists what the team's agents asked of people, the newest first.</summary>
    /// <param name="id">The team.</param>
    /// <param name="status">Only those that stand so: pending, approved or denied.</param>
    /// <param name="list">Which part.</param>
    /// <param name="cancellationToken">The caller has left.</param>
    [HttpGet("human-requests")]
    [Authorize(Policies.Agent)]
    public async Task<IReadOnlyList<HumanRequestResponse>> ListHumanRequests(
        Guid id, [FromQuery] string? status, [FromQuery] ListParameters list, CancellationToken cancellationToken)
    {
        var query = new ListHumanRequestsQuery(id, Listing.Member<HumanRequestStatus>("status", status), list.Page);
        return this.Answer(await mediator.Send(query, cancellationToken));
    }

    /// <summary>Reports where the team's money went, in days of its own time zone; as a table of all its sessions, if that is preferred.</summary>
    [HttpGet("costs")]
    [Authorize(Policies.Lead)]
    [ProducesResponseType<CostsResponse>(StatusCodes.Status200OK)]
    public async Task<IActionResult> GetCosts(
        Guid id, [FromQuery] CostParameters costs, [FromQuery] ListParameters list, CancellationToken cancellationToken)
    {
        if (costs.IsTable(Request))
        {
            return new CsvTable(await mediator.Send(new ExportTeamCostsQuery(id, costs.Filter), cancellationToken));
        }

        var answer = await mediator.Send(new GetTeamCostsQuery(id, costs.Filter, list.Page), cancellationToken);
        this.LinkNext(answer.NextCursor);
        return Ok(answer);
    }

    /// <summary>Tells what a daily cap would have stopped of the last days, from what was recorded in quarters of an hour.</summary>
    [HttpGet("costs/what-if")]
    [Authorize(Policies.Lead)]
    public Task<DailyCapResponse> SimulateDailyCap(Guid id, [FromQuery] WhatIfParameters what, CancellationToken cancellationToken) =>
        mediator.Send(new SimulateDailyCapQuery(id, what.Cap, what.Days), cancellationToken);

    /// <summary>Compares what the team recorded with a provider's invoice, by model. Stores nothing.</summary>
    [HttpPost("costs/reconcile")]
    [Authorize(Policies.Lead)]
    public Task<ReconciliationResponse> Reconcile(Guid id, ReconcileRequest body, CancellationToken cancellationToken) =>
        mediator.Send(new ReconcileTeamCostsQuery(id, body.Filter, body.Invoice), cancellationToken);

    /// <summary>Tells what happens in the team, as it happens: a stream of server-sent events.</summary>
    /// <param name="id">The team.</param>
    /// <param name="lastEventId">The id of the last event seen: the stream goes on after it. Without one it starts now.</param>
    /// <param name="cancellationToken">The watcher has left.</param>
    [HttpGet("events")]
    [Authorize(Policies.Lead)]
    [ProducesResponseType<string>(StatusCodes.Status200OK, EventStream.MediaType)]
    public async Task<IActionResult> Watch(
        Guid id, [FromHeader(Name = EventStream.LastEventId)] string? lastEventId, CancellationToken cancellationToken) =>
        new EventStream(await mediator.Send(new StreamTeamEventsQuery(id, lastEventId), cancellationToken));
}
