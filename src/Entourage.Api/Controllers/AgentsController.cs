using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Api.Documentation;
using Entourage.Api.Errors;
using Entourage.Application.Agents;
using Entourage.Application.Budgets;
using Entourage.Application.Events;
using Entourage.Application.Labels;
using Entourage.Application.Sessions;
using Entourage.Domain.Sessions;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>Agents with their budgets, sessions and events.</summary>
[ApiController]
[Route("api/v1/agents/{id:guid}")]
[Tags("Agents")]
public sealed class AgentsController(IMediator mediator) : ControllerBase
{
    /// <summary>Returns an agent.</summary>
    [HttpGet(Name = "getAgent")]
    [Authorize(Policies.Agent)]
    public Task<AgentResponse> Get(Guid id, CancellationToken cancellationToken) => mediator.Send(new GetAgentQuery(id), cancellationToken);

    /// <summary>Changes an agent; absent members are unchanged.</summary>
    [HttpPatch(Name = "changeAgent")]
    [Authorize(Policies.Lead)]
    [Conflicts(ProblemTypes.Duplicate)]
    public Task<AgentResponse> Change(Guid id, ChangeAgentRequest body, CancellationToken cancellationToken) =>
        mediator.Send(new ChangeAgentCommand(id, body.Name, body.Role, body.Model), cancellationToken);

    /// <summary>
    /// Moves an agent to another team of its organisation, now or from a date on. Sessions that start from then on belong to the new team. Earlier sessions,
    /// and all that was spent, stay with the old team.
    /// </summary>
    [HttpPost("move", Name = "moveAgent")]
    [Authorize(Policies.Admin)]
    [Conflicts(ProblemTypes.Archived, ProblemTypes.Duplicate)]
    public Task<AgentResponse> Move(Guid id, MoveAgentRequest body, CancellationToken cancellationToken) =>
        mediator.Send(new MoveAgentCommand(id, body.TeamId, body.From), cancellationToken);

    /// <summary>Returns what an agent may still spend. The agent must stop if <c>stop</c> is true.</summary>
    /// <param name="id">The agent.</param>
    /// <param name="taskId">The task; the task of the session if absent.</param>
    /// <param name="sessionId">The session of the agent, with its labels and model; the newest active one if absent.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    [HttpGet("budget", Name = "getAgentBudget")]
    [Authorize(Policies.Agent)]
    public Task<BudgetResponse> GetBudget(
        Guid id, [FromQuery(Name = "task_id")] long? taskId, [FromQuery(Name = "session_id")] long? sessionId, CancellationToken cancellationToken) =>
        sessionId is null
            ? mediator.Send(new GetAgentBudgetQuery(id, taskId), cancellationToken)
            : mediator.Send(new GetRunBudgetQuery(id, sessionId, taskId), cancellationToken);

    /// <summary>Lists an agent's sessions, newest first.</summary>
    /// <param name="id">The agent.</param>
    /// <param name="taskId">Only sessions on this task.</param>
    /// <param name="status">Only sessions with this status: active, completed, failed, killed or abandoned.</param>
    /// <param name="label">Only sessions with this label, as key=value, or usage with it. Up to 5, all of which must match.</param>
    /// <param name="sort">The order: started, cost or tokens.</param>
    /// <param name="list">The page.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    [HttpGet("sessions", Name = "listAgentSessions")]
    [Authorize(Policies.Agent)]
    public async Task<IReadOnlyList<SessionResponse>> ListSessions(
        Guid id,
        [FromQuery(Name = "task_id")] long? taskId,
        [FromQuery, ValuesOf(typeof(SessionStatus))] string? status,
        [FromQuery] IReadOnlyList<string>? label,
        [FromQuery, ValuesOf(typeof(SessionSort))] string? sort,
        [FromQuery] ListParameters list,
        CancellationToken cancellationToken)
    {
        var query = new ListAgentSessionsQuery(id)
        {
            Filter = new(taskId, Listing.Member<SessionStatus>("status", status)) { Labels = LabelFilter.Parse(label) },
            Sort = Listing.Member<SessionSort>("sort", sort) ?? SessionSort.Started,
            Page = list.Page,
        };
        return this.Answer(await mediator.Send(query, cancellationToken));
    }

    /// <summary>Streams the events that concern an agent as server-sent events, so that the agent learns of a stop without polling.</summary>
    /// <param name="id">The agent.</param>
    /// <param name="lastEventId">The id of the last received event. The stream resumes after it; without it, the stream starts now.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    [HttpGet("events", Name = "streamAgentEvents")]
    [Authorize(Policies.Agent)]
    [ProducesResponseType<string>(StatusCodes.Status200OK, EventStream.MediaType)]
    public async Task<IActionResult> StreamEvents(
        Guid id, [FromHeader(Name = EventStream.LastEventId)] string? lastEventId, CancellationToken cancellationToken) =>
        new EventStream(await mediator.Send(new StreamAgentEventsQuery(id, lastEventId), cancellationToken));
}
