using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Application.Access;
using Entourage.Application.Hooks;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>Answers the hooks of agents in the agents' own format: whether they may go on.</summary>
[ApiController]
[Route("api/v1/hooks")]
[Tags("Hooks")]
public sealed class HooksController(IMediator mediator, CallerContext callers) : ControllerBase
{
    /// <summary>
    /// Answers a hook of Claude Code. The body is the hook's input, of which <c>hook_event_name</c> and <c>session_id</c> are read; the answer is the
    /// hook's output: an empty object to go on, or <c>continue: false</c> with a <c>stopReason</c>.
    /// </summary>
    /// <param name="agentId">The agent; the key's when absent.</param>
    /// <param name="sessionId">The Entourage session that was opened for the run; found by Claude Code's own session when absent.</param>
    /// <param name="taskId">The task; that of the session when absent.</param>
    /// <param name="cancellationToken">The caller has left.</param>
    [HttpPost("claude-code")]
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
