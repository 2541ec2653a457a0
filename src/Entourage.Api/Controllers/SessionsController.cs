using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Api.Protection;
using Entourage.Application.Ledger;
using Entourage.Application.Reservations;
using Entourage.Application.Sessions;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>Sessions and what they use.</summary>
[ApiController]
[Route("api/v1/sessions")]
[Tags("Sessions")]
public sealed class SessionsController(IMediator mediator) : ControllerBase
{
    /// <summary>Opens a session. Refused with 402 when a hard budget has nothing left, with 409 when the task waits for others.</summary>
    [HttpPost("start")]
    [Authorize(Policies.Agent)]
    [ProducesResponseType<SessionResponse>(StatusCodes.Status201Created)]
    public async Task<IActionResult> Start(
        StartSessionRequest body, [FromHeader(Name = IdempotencyHeaders.Key)] string? idempotencyKey, CancellationToken cancellationToken)
    {
        var command = new StartSessionCommand(body.AgentId, body.TaskId, body.Model, body.ParentSessionId, body.ParentToken, idempotencyKey);
        var session = await mediator.Send(command, cancellationToken);
        return CreatedAtAction(nameof(Get), new { id = session.Id }, session);
    }

    /// <summary>Reads a session.</summary>
    [HttpGet("{id:long}")]
    [Authorize(Policies.Agent)]
    public Task<SessionResponse> Get(long id, CancellationToken cancellationToken) => mediator.Send(new GetSessionQuery(id), cancellationToken);

    /// <summary>Records what a session used, and tells its agent whether to stop. Taken even when the session is over its budget or has ended.</summary>
    [HttpPost("{id:long}/usage")]
    [Authorize(Policies.Agent)]
    [ReportsSpending]
    public Task<UsageResponse> RecordUsage(
        long id, RecordUsageRequest body, [FromHeader(Name = IdempotencyHeaders.Key)] string? idempotencyKey, CancellationToken cancellationToken) =>
        mediator.Send(body.ToCommand(id, idempotencyKey), cancellationToken);

    /// <summary>
    /// Records many usages at once. Each is accepted or refused on its own, as the items of the answer say in the same order. The
    /// header's key stands for that of each item which has none.
    /// </summary>
    [HttpPost("usage/batch")]
    [Authorize(Policies.Agent)]
    [BatchBody]
    [ReportsSpending]
    public async Task<UsageBatchResponse> RecordUsageBatch(
        RecordUsageBatchRequest body, [FromHeader(Name = IdempotencyHeaders.Key)] string? idempotencyKey, CancellationToken cancellationToken) =>
        UsageBatchResponse.From(await mediator.Send(body.ToCommand(idempotencyKey), cancellationToken), HttpContext);

    /// <summary>
    /// Sets money aside for a call that is about to be made. Refused with 402, and nothing is taken, when a hard budget has too little left.
    /// </summary>
    [HttpPost("{id:long}/reservations")]
    [Authorize(Policies.Agent)]
    [ProducesResponseType<ReservationResponse>(StatusCodes.Status201Created)]
    public async Task<IActionResult> Reserve(
        long id, ReserveRequest body, [FromHeader(Name = IdempotencyHeaders.Key)] string? idempotencyKey, CancellationToken cancellationToken) =>
        StatusCode(
            StatusCodes.Status201Created,
            await mediator.Send(body.ToCommand(id, idempotencyKey), cancellationToken));

    /// <summary>Lists what a session used, the newest first.</summary>
    [HttpGet("{id:long}/usage")]
    [Authorize(Policies.Agent)]
    public async Task<IReadOnlyList<UsageRecordResponse>> ListUsage(long id, [FromQuery] ListParameters list, CancellationToken cancellationToken) =>
        this.Answer(await mediator.Send(new ListUsageQuery(id, list.Page), cancellationToken));

    /// <summary>Ends a session; the body may be empty. One that has ended already is answered again, unchanged.</summary>
    [HttpPost("{id:long}/end")]
    [Authorize(Policies.Agent)]
    public Task<SessionResponse> End(
        long id, [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] EndSessionRequest? body, CancellationToken cancellationToken) =>
        mediator.Send(new EndSessionCommand(id, body?.Outcome, body?.Error), cancellationToken);

    /// <summary>
    /// Issues a one-time token with which another agent of the team may start a session below this one; the body may be empty. What that
    /// session spends counts against this one's cap. The token is not shown again. There is no Idempotency-Key here: the secret would have to
    /// be kept.
    /// </summary>
    [HttpPost("{id:long}/child-tokens")]
    [Authorize(Policies.Agent)]
    [ProducesResponseType<ChildTokenResponse>(StatusCodes.Status201Created)]
    public async Task<IActionResult> CreateChildToken(
        long id, [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] CreateChildTokenRequest? body, CancellationToken cancellationToken)
    {
        Response.Headers.CacheControl = "no-store";
        var command = new CreateChildTokenCommand(id, body?.AgentId, body?.TtlSeconds);
        return StatusCode(StatusCodes.Status201Created, await mediator.Send(command, cancellationToken));
    }

    /// <summary>Kills a session and those of its sub-agents, and gives their reservations back. One that has ended already is answered unchanged.</summary>
    [HttpPost("{id:long}/kill")]
    [Authorize(Policies.Lead)]
    public Task<SessionResponse> Kill(long id, KillSessionRequest body, CancellationToken cancellationToken) =>
        mediator.Send(new KillSessionCommand(id, body.Reason!), cancellationToken);
}
