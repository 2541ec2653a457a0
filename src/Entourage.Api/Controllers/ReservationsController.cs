using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Api.Errors;
using Entourage.Application.Ledger;
using Entourage.Application.Reservations;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>Reservations that were made with a session. A usage that names a reservation commits it.</summary>
[ApiController]
[Route("api/v1/reservations/{id:guid}")]
[Tags("Sessions")]
public sealed class ReservationsController(IMediator mediator) : ControllerBase
{
    /// <summary>Extends a reservation. Refused with 409 if it has ended.</summary>
    [HttpPost("extend", Name = "extendReservation")]
    [Authorize(Policies.Agent)]
    [RefusedByBudget]
    [Conflicts(ProblemTypes.Paused, ProblemTypes.Archived, ProblemTypes.ReservationEnded)]
    public Task<ReservationResponse> Extend(
        Guid id,
        ExtendReservationRequest body,
        [FromHeader(Name = IdempotencyHeaders.Key)] string? idempotencyKey,
        CancellationToken cancellationToken) =>
        mediator.Send(new ExtendReservationCommand(id, body.TtlSeconds, idempotencyKey), cancellationToken);

    /// <summary>Releases a reservation. If it has ended, nothing changes.</summary>
    [HttpDelete(Name = "releaseReservation")]
    [Authorize(Policies.Agent)]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    public async Task<IActionResult> Release(Guid id, CancellationToken cancellationToken)
    {
        await mediator.Send(new ReleaseReservationCommand(id), cancellationToken);
        return NoContent();
    }
}
