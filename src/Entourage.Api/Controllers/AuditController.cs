using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Application.Audit;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>Who changed what.</summary>
[ApiController]
[Route("api/v1/audit")]
[Tags("Audit")]
public sealed class AuditController(IMediator mediator) : ControllerBase
{
    /// <summary>Lists the changes of limits, settings, prices, keys and webhooks, the stops and the answers of people, the newest first.</summary>
    /// <param name="filter">Which of them.</param>
    /// <param name="list">Which part.</param>
    /// <param name="cancellationToken">The caller has left.</param>
    [HttpGet]
    [Authorize(Policies.Lead)]
    public async Task<IReadOnlyList<AuditResponse>> List(
        [FromQuery] AuditParameters filter, [FromQuery] ListParameters list, CancellationToken cancellationToken) =>
        this.Answer(await mediator.Send(filter.ToQuery(list.Page), cancellationToken));
}
