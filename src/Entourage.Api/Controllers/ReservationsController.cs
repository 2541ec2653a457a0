using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Application.Ledger;
using Entourage.Application.Reservations;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>Money that is set aside. A usage that names a reservation commits it; its session grants it.</summary>
[ApiController]
[Route("api/v1/reservations/{id:guid}")]
[Tags("Sessions")]
public sealed class ReservationsController(IMediator mediator) : ControllerBase
{
    /// <summary>Holds a reservation for longer. Refused with 409 once it has ended.</summary>
    [HttpPost("extend")]
    [Authorize(Policies.Agent)]
    public Task<ReservationResponse> Extend(
        Guid id,
        ExtendReservationRequest body,
        [FromHeader(Name = IdempotencyHeaders.Key)] string? idempotencyKey,
        CancellationToken cancellationToken) =>
        mediator.Send(new ExtendReservationCommand(id, body.TtlSeconds, idempotencyKey), cancellationToken);

    /// <summary>Gives a reservation back. One that has ended already stays as it is.</summary>
    [HttpDelete]
    [Authorize(Policies.Agent)]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    public async Task<IActionResult> Release(Guid id, CancellationToken cancellationToken)
    {
        await mediator.Send(new ReleaseReservationCommand(id), cancellationToken);
        return NoContent();
    }
}
