using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Api.Documentation;
using Entourage.Api.Errors;
using Entourage.Application.Keys;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>API keys.</summary>
[ApiController]
[Route("api/v1/keys")]
[Tags("Keys")]
public sealed class KeysController(IMediator mediator) : ControllerBase
{
    /// <summary>
    /// Issues a key. The answer contains the secret, which is not shown again. An admin can issue keys of every role, a lead only keys for agents
    /// of its team. Idempotency-Key is not supported, because a replay would require storing the secret.
    /// </summary>
    [HttpPost(Name = "createKey")]
    [Authorize(Policies.Lead)]
    [ProducesResponseType<NewKeyResponse>(StatusCodes.Status201Created)]
    [Conflicts(ProblemTypes.Archived)]
    public async Task<IActionResult> Create(CreateKeyRequest body, CancellationToken cancellationToken)
    {
        Response.Headers.CacheControl = "no-store";
        return StatusCode(StatusCodes.Status201Created, await mediator.Send(body.ToCommand(), cancellationToken));
    }

    /// <summary>Lists keys without their secrets, newest first. A lead sees the keys of its team's agents.</summary>
    /// <param name="sort">The order: created or name.</param>
    /// <param name="list">The page.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    [HttpGet(Name = "listKeys")]
    [Authorize(Policies.Lead)]
    public async Task<IReadOnlyList<KeyResponse>> List(
        [FromQuery, ValuesOf(typeof(KeySort))] string? sort, [FromQuery] ListParameters list, CancellationToken cancellationToken) =>
        this.Answer(await mediator.Send(new ListKeysQuery(list.Page, Listing.Member<KeySort>("sort", sort) ?? KeySort.Created), cancellationToken));

    /// <summary>Revokes a key. It stops working at once on every replica. Revoking a key again changes nothing.</summary>
    [HttpDelete("{id:guid}", Name = "revokeKey")]
    [Authorize(Policies.Lead)]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    public async Task<IActionResult> Revoke(Guid id, CancellationToken cancellationToken)
    {
        await mediator.Send(new RevokeKeyCommand(id), cancellationToken);
        return NoContent();
    }
}
