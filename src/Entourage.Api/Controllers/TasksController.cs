using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Application.Tasks;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>Tasks and the guidelines for what they should cost.</summary>
[ApiController]
[Route("api/v1")]
[Tags("Tasks")]
public sealed class TasksController(IMediator mediator) : ControllerBase
{
    /// <summary>Reads a task and what was spent on it.</summary>
    [HttpGet("tasks/{id:long}")]
    [Authorize(Policies.Agent)]
    public Task<TaskResponse> Get(long id, CancellationToken cancellationToken) => mediator.Send(new GetTaskQuery(id), cancellationToken);

    /// <summary>Changes what is written about a task; absent members stay as they are.</summary>
    [HttpPatch("tasks/{id:long}")]
    [Authorize(Policies.Lead)]
    public Task<TaskResponse> Change(long id, ChangeTaskRequest body, CancellationToken cancellationToken) => mediator.Send(
        new ChangeTaskCommand(
            id, body.Title, body.Description, body.Priority, body.TaskType, body.Tags, body.DependsOn, body.AssigneeId),
        cancellationToken);

    /// <summary>Moves a task on: todo, in_progress, in_review (and back), done; or cancelled while it is open.</summary>
    [HttpPost("tasks/{id:long}/status")]
    [Authorize(Policies.Agent)]
    public Task<TaskResponse> Move(long id, ChangeTaskStatusRequest body, CancellationToken cancellationToken) =>
        mediator.Send(new ChangeTaskStatusCommand(id, body.Status), cancellationToken);

    /// <summary>Lists what work of each kind usually costs, and from where on something is likely wrong.</summary>
    [HttpGet("guidelines")]
    [Authorize(Policies.Agent)]
    public Task<IReadOnlyList<GuidelineResponse>> ListGuidelines(CancellationToken cancellationToken) =>
        mediator.Send(new ListGuidelinesQuery(), cancellationToken);
}
