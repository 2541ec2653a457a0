using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Api.Errors;
using Entourage.Application.HumanRequests;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>Requests from agents to people.</summary>
[ApiController]
[Route("api/v1/human-requests")]
[Tags("Human requests")]
public sealed class HumanRequestsController(IMediator mediator) : ControllerBase
{
    /// <summary>Asks a person for more money or for an answer.</summary>
    [HttpPost(Name = "createHumanRequest")]
    [Authorize(Policies.Agent)]
    [ProducesResponseType<HumanRequestResponse>(StatusCodes.Status201Created)]
    [Conflicts(ProblemTypes.Archived)]
    public async Task<IActionResult> Ask(
        CreateHumanRequestBody body, [FromHeader(Name = IdempotencyHeaders.Key)] string? idempotencyKey, CancellationToken cancellationToken)
    {
        var asked = await mediator.Send(body.ToCommand(idempotencyKey), cancellationToken);
        return CreatedAtAction(nameof(Get), new { id = asked.Id }, asked);
    }

    /// <summary>Returns a request with its answer.</summary>
    [HttpGet("{id:guid}", Name = "getHumanRequest")]
    [Authorize(Policies.Agent)]
    public Task<HumanRequestResponse> Get(Guid id, CancellationToken cancellationToken) => mediator.Send(new GetHumanRequestQuery(id), cancellationToken);

    /// <summary>Answers a request. A request can be answered once. Granted money can be spent from the next call on.</summary>
    [HttpPost("{id:guid}/respond", Name = "respondToHumanRequest")]
    [Authorize(Policies.Lead)]
    [Conflicts(ProblemTypes.AlreadyAnswered)]
    public Task<HumanRequestResponse> Respond(
        Guid id, RespondToHumanRequest body, [FromHeader(Name = IdempotencyHeaders.Key)] string? idempotencyKey, CancellationToken cancellationToken) =>
        mediator.Send(body.ToCommand(id, idempotencyKey), cancellationToken);
}
