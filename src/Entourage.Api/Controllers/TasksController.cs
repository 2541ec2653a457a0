using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Api.Errors;
using Entourage.Application.Tasks;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>Tasks and cost guidelines.</summary>
[ApiController]
[Route("api/v1")]
[Tags("Tasks")]
public sealed class TasksController(IMediator mediator) : ControllerBase
{
    /// <summary>Returns a task with what was spent on it.</summary>
    [HttpGet("tasks/{id:long}", Name = "getTask")]
    [Authorize(Policies.Agent)]
    public Task<TaskResponse> Get(long id, CancellationToken cancellationToken) => mediator.Send(new GetTaskQuery(id), cancellationToken);

    /// <summary>Changes a task. Absent members are unchanged.</summary>
    [HttpPatch("tasks/{id:long}", Name = "changeTask")]
    [Authorize(Policies.Lead)]
    public Task<TaskResponse> Change(long id, ChangeTaskRequest body, CancellationToken cancellationToken) => mediator.Send(
        new ChangeTaskCommand(
            id, body.Title, body.Description, body.Priority, body.TaskType, body.Tags, body.DependsOn, body.AssigneeId, body.BudgetUsd),
        cancellationToken);

    /// <summary>Changes a task's status: from todo to in_progress, in_review (and back) and done, or from any open status to cancelled.</summary>
    [HttpPost("tasks/{id:long}/status", Name = "changeTaskStatus")]
    [Authorize(Policies.Agent)]
    [Conflicts(ProblemTypes.IllegalStatus)]
    public Task<TaskResponse> Move(long id, ChangeTaskStatusRequest body, CancellationToken cancellationToken) =>
        mediator.Send(new ChangeTaskStatusCommand(id, body.Status), cancellationToken);

    /// <summary>Lists the usual cost of each kind of task, and the cost above which something is probably wrong.</summary>
    [HttpGet("guidelines", Name = "listGuidelines")]
    [Authorize(Policies.Agent)]
    public Task<IReadOnlyList<GuidelineResponse>> ListGuidelines(CancellationToken cancellationToken) =>
        mediator.Send(new ListGuidelinesQuery(), cancellationToken);
}
