using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Application.Audit;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>The audit trail.</summary>
[ApiController]
[Route("api/v1/audit")]
[Tags("Audit")]
public sealed class AuditController(IMediator mediator) : ControllerBase
{
    /// <summary>Lists the audit trail, newest first: changes of limits, settings, prices, keys and webhooks, pauses and kills, and answers to human requests.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="list">The page.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    [HttpGet(Name = "listAuditEntries")]
    [Authorize(Policies.Lead)]
    public async Task<IReadOnlyList<AuditResponse>> List(
        [FromQuery] AuditParameters filter, [FromQuery] ListParameters list, CancellationToken cancellationToken) =>
        this.Answer(await mediator.Send(filter.ToQuery(list.Page), cancellationToken));
}
