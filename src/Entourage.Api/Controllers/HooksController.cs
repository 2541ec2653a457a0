using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Application.Access;
using Entourage.Application.Hooks;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>Answers hooks of agents, in the format of the agent, with whether it may continue.</summary>
[ApiController]
[Route("api/v1/hooks")]
[Tags("Hooks")]
public sealed class HooksController(IMediator mediator, CallerContext callers) : ControllerBase
{
    /// <summary>
    /// Answers a hook of Claude Code. The body is the hook's input, from which <c>hook_event_name</c> and <c>session_id</c> are read. The answer is
    /// the hook's output: an empty object to continue, or <c>continue: false</c> with a <c>stopReason</c>.
    /// </summary>
    /// <param name="agentId">The agent; the key's agent if absent.</param>
    /// <param name="sessionId">The Entourage session of the run. If absent, it is found by Claude Code's session id.</param>
    /// <param name="taskId">The task; the session's task if absent.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    [HttpPost("claude-code", Name = "checkClaudeCodeHook")]
    [Authorize(Policies.Agent)]
    [ProducesResponseType<ClaudeCodeHookOutput>(StatusCodes.Status200OK)]
    public async Task<ClaudeCodeHookOutput> CheckClaudeCode(
        [FromQuery(Name = "agent_id")] Guid? agentId,
        [FromQuery(Name = "session_id")] long? sessionId,
        [FromQuery(Name = "task_id")] long? taskId,
        CancellationToken cancellationToken)
    {
        var input = await ClaudeCodeHookInput.ReadAsync(HttpContext, cancellationToken);
        var query = new CheckHookQuery(agentId ?? callers.Current.AgentId, sessionId, taskId, input.SessionId, input.Event);
        return ClaudeCodeHookOutput.Of(input.Event ?? "", await mediator.Send(query, cancellationToken));
    }
}
