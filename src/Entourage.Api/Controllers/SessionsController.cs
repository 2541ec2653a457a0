using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Api.Documentation;
using Entourage.Api.Errors;
using Entourage.Api.Protection;
using Entourage.Application.Ledger;
using Entourage.Application.Reservations;
using Entourage.Application.Sessions;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Entourage.Api.Controllers;

/// <summary>Sessions with their usage and reservations.</summary>
[ApiController]
[Route("api/v1/sessions")]
[Tags("Sessions")]
public sealed class SessionsController(IMediator mediator) : ControllerBase
{
    /// <summary>Starts a session. Refused with 402 if a hard budget has nothing left, and with 409 if the task depends on unfinished tasks.</summary>
    [HttpPost("start", Name = "startSession")]
    [Authorize(Policies.Agent)]
    [ProducesResponseType<SessionResponse>(StatusCodes.Status201Created)]
    [Conflicts(ProblemTypes.Paused, ProblemTypes.Archived, ProblemTypes.TaskBlocked, ProblemTypes.SessionEnded)]
    [RefusedByBudget]
    public async Task<IActionResult> Start(
        StartSessionRequest body, [FromHeader(Name = IdempotencyHeaders.Key)] string? idempotencyKey, CancellationToken cancellationToken)
    {
        var session = await mediator.Send(body.ToCommand(idempotencyKey), cancellationToken);
        return CreatedAtAction(nameof(Get), new { id = session.Id }, session);
    }

    /// <summary>Returns a session.</summary>
    [HttpGet("{id:long}", Name = "getSession")]
    [Authorize(Policies.Agent)]
    public Task<SessionDetailsResponse> Get(long id, CancellationToken cancellationToken) => mediator.Send(new GetSessionQuery(id), cancellationToken);

    /// <summary>Records usage, and returns whether the agent must stop. Accepted even if the session is over budget or has ended.</summary>
    [HttpPost("{id:long}/usage", Name = "recordUsage")]
    [Authorize(Policies.Agent)]
    [ReportsSpending]
    public Task<UsageResponse> RecordUsage(
        long id, RecordUsageRequest body, [FromHeader(Name = IdempotencyHeaders.Key)] string? idempotencyKey, CancellationToken cancellationToken) =>
        mediator.Send(body.ToCommand(id, idempotencyKey), cancellationToken);

    /// <summary>
    /// Records many usages at once. Each item is accepted or refused separately; the answer has the results in the same order. The header's
    /// idempotency key applies to each item without its own.
    /// </summary>
    [HttpPost("usage/batch", Name = "recordUsageBatch")]
    [Authorize(Policies.Agent)]
    [BatchBody]
    [ReportsSpending]
    public async Task<UsageBatchResponse> RecordUsageBatch(
        RecordUsageBatchRequest body, [FromHeader(Name = IdempotencyHeaders.Key)] string? idempotencyKey, CancellationToken cancellationToken) =>
        UsageBatchResponse.From(await mediator.Send(body.ToCommand(idempotencyKey), cancellationToken), HttpContext);

    /// <summary>Reserves money for a call. Refused with 402, and nothing is reserved, if a hard budget has too little left.</summary>
    [HttpPost("{id:long}/reservations", Name = "createReservation")]
    [Authorize(Policies.Agent)]
    [ProducesResponseType<ReservationResponse>(StatusCodes.Status201Created)]
    [Conflicts(ProblemTypes.Paused, ProblemTypes.Archived, ProblemTypes.SessionEnded)]
    [RefusedByBudget]
    public async Task<IActionResult> Reserve(
        long id, ReserveRequest body, [FromHeader(Name = IdempotencyHeaders.Key)] string? idempotencyKey, CancellationToken cancellationToken) =>
        StatusCode(
            StatusCodes.Status201Created,
            await mediator.Send(body.ToCommand(id, idempotencyKey), cancellationToken));

    /// <summary>Lists a session's usage records, newest first.</summary>
    /// <param name="id">The session.</param>
    /// <param name="sort">The order: recorded or cost.</param>
    /// <param name="list">The page.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    [HttpGet("{id:long}/usage", Name = "listUsage")]
    [Authorize(Policies.Agent)]
    public async Task<IReadOnlyList<UsageRecordResponse>> ListUsage(
        long id, [FromQuery, ValuesOf(typeof(UsageSort))] string? sort, [FromQuery] ListParameters list, CancellationToken cancellationToken) =>
        this.Answer(await mediator.Send(new ListUsageQuery(id, list.Page, Listing.Member<UsageSort>("sort", sort) ?? UsageSort.Recorded), cancellationToken));

    /// <summary>Ends a session. The body may be empty. A session that has ended is returned unchanged.</summary>
    [HttpPost("{id:long}/end", Name = "endSession")]
    [Authorize(Policies.Agent)]
    public Task<SessionResponse> End(
        long id, [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] EndSessionRequest? body, CancellationToken cancellationToken) =>
        mediator.Send(new EndSessionCommand(id, body?.Outcome, body?.Error), cancellationToken);

    /// <summary>
    /// Issues a one-time token that lets another agent of the team start a session below this one. The body may be empty. The spending of that
    /// session counts against this session's cap. The token is not shown again. Idempotency-Key is not supported, because a replay would require
    /// storing the token.
    /// </summary>
    [HttpPost("{id:long}/child-tokens", Name = "createChildToken")]
    [Authorize(Policies.Agent)]
    [ProducesResponseType<ChildTokenResponse>(StatusCodes.Status201Created)]
    [Conflicts(ProblemTypes.SessionEnded, ProblemTypes.TooManyChildTokens)]
    public async Task<IActionResult> CreateChildToken(
        long id, [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] CreateChildTokenRequest? body, CancellationToken cancellationToken)
    {
        Response.Headers.CacheControl = "no-store";
        var command = new CreateChildTokenCommand(id, body?.AgentId, body?.TtlSeconds);
        return StatusCode(StatusCodes.Status201Created, await mediator.Send(command, cancellationToken));
    }

    /// <summary>Kills a session and its sub-agents, and releases their reservations. A session that has ended is returned unchanged.</summary>
    [HttpPost("{id:long}/kill", Name = "killSession")]
    [Authorize(Policies.Lead)]
    public Task<SessionResponse> Kill(long id, KillSessionRequest body, CancellationToken cancellationToken) =>
        mediator.Send(new KillSessionCommand(id, body.Reason!), cancellationToken);
}
