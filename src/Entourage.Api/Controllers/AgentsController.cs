using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Application.Agents;
using Entourage.Application.Budgets;
using Entourage.Application.Events;
using Entourage.Application.Sessions;
using Entourage.Domain.Sessions;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>Agents, what they may still spend, and their sessions.</summary>
[ApiController]
[Route("api/v1/agents/{id:guid}")]
[Tags("Agents")]
public sealed class AgentsController(IMediator mediator) : ControllerBase
{
    /// <summary>Reads an agent.</summary>
    [HttpGet]
    [Authorize(Policies.Agent)]
    public Task<AgentResponse> Get(Guid id, CancellationToken cancellationToken) => mediator.Send(new GetAgentQuery(id), cancellationToken);

    /// <summary>Changes an agent; absent members stay as they are.</summary>
    [HttpPatch]
    [Authorize(Policies.Lead)]
    public Task<AgentResponse> Change(Guid id, ChangeAgentRequest body, CancellationToken cancellationToken) =>
        mediator.Send(new ChangeAgentCommand(id, body.Name, body.Role, body.Model), cancellationToken);

    /// <summary>Tells what an agent may still spend. It stops when <c>stop</c> is true.</summary>
    /// <param name="id">The agent.</param>
    /// <param name="taskId">The task it asks for; the one of its newest active session when absent.</param>
    /// <param name="cancellationToken">The caller has left.</param>
    [HttpGet("budget")]
    [Authorize(Policies.Agent)]
    public Task<BudgetResponse> GetBudget(Guid id, [FromQuery(Name = "task_id")] long? taskId, CancellationToken cancellationToken) =>
        mediator.Send(new GetAgentBudgetQuery(id, taskId), cancellationToken);

    /// <summary>Lists an agent's sessions, the newest first.</summary>
    /// <param name="id">The agent.</param>
    /// <param name="taskId">Only those on this task.</param>
    /// <param name="status">Only those that stand so: active, completed, failed, killed or abandoned.</param>
    /// <param name="list">Which part.</param>
    /// <param name="cancellationToken">The caller has left.</param>
    [HttpGet("sessions")]
    [Authorize(Policies.Agent)]
    public async Task<IReadOnlyList<SessionResponse>> ListSessions(
        Guid id,
        [FromQuery(Name = "task_id")] long? taskId,
        [FromQuery] string? status,
        [FromQuery] ListParameters list,
        CancellationToken cancellationToken)
    {
        var query = new ListAgentSessionsQuery(id, taskId, Listing.Member<SessionStatus>("status", status), list.Page);
        return this.Answer(await mediator.Send(query, cancellationToken));
    }

    /// <summary>Tells what concerns the agent, as it happens: a stream of server-sent events, so that it learns of a stop without asking.</summary>
    /// <param name="id">The agent.</param>
    /// <param name="lastEventId">The id of the last event seen: the stream goes on after it. Without one it starts now.</param>
    /// <param name="cancellationToken">The watcher has left.</param>
    [HttpGet("events")]
    [Authorize(Policies.Agent)]
    [ProducesResponseType<string>(StatusCodes.Status200OK, EventStream.MediaType)]
    public async Task<IActionResult> Watch(
        Guid id, [FromHeader(Name = EventStream.LastEventId)] string? lastEventId, CancellationToken cancellationToken) =>
        new EventStream(await mediator.Send(new StreamAgentEventsQuery(id, lastEventId), cancellationToken));
}
