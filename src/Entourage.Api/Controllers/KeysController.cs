using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Application.Keys;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>What callers show to be let in.</summary>
[ApiController]
[Route("api/v1/keys")]
[Tags("Keys")]
public sealed class KeysController(IMediator mediator) : ControllerBase
{
    /// <summary>
    /// Issues a key. The answer has its text, which is not shown again. An admin issues keys of every role, a lead those of its team's
    /// agents. There is no Idempotency-Key here: the secret would have to be kept.
    /// </summary>
    [HttpPost]
    [Authorize(Policies.Lead)]
    [ProducesResponseType<NewKeyResponse>(StatusCodes.Status201Created)]
    public async Task<IActionResult> Create(CreateKeyRequest body, CancellationToken cancellationToken)
    {
        Response.Headers.CacheControl = "no-store";
        return StatusCode(StatusCodes.Status201Created, await mediator.Send(body.ToCommand(), cancellationToken));
    }

    /// <summary>Lists keys without their secrets, the newest first: to a lead those of its team's agents.</summary>
    [HttpGet]
    [Authorize(Policies.Lead)]
    public async Task<IReadOnlyList<KeyResponse>> List([FromQuery] ListParameters list, CancellationToken cancellationToken) =>
        this.Answer(await mediator.Send(new ListKeysQuery(list.Page), cancellationToken));

    /// <summary>Revokes a key: it lets nobody in any more, at once and on every replica. One that was revoked stays as it is.</summary>
    [HttpDelete("{id:guid}")]
    [Authorize(Policies.Lead)]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    public async Task<IActionResult> Revoke(Guid id, CancellationToken cancellationToken)
    {
        await mediator.Send(new RevokeKeyCommand(id), cancellationToken);
        return NoContent();
    }
}
