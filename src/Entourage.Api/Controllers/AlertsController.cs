using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Application.Alerts;
using Entourage.Domain.Alerts;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>What people should look at.</summary>
[ApiController]
[Route("api/v1")]
[Tags("Alerts")]
public sealed class AlertsController(IMediator mediator) : ControllerBase
{
    /// <summary>Lists a team's alerts, the newest first.</summary>
    /// <param name="id">The team.</param>
    /// <param name="status">Only those that stand so: open or acknowledged.</param>
    /// <param name="kind">Only those about this: runaway_tokens, threshold, red_flag and so on.</param>
    /// <param name="list">Which part.</param>
    /// <param name="cancellationToken">The caller has left.</param>
    [HttpGet("teams/{id:guid}/alerts")]
    [Authorize(Policies.Lead)]
    public async Task<IReadOnlyList<AlertResponse>> List(
        Guid id, [FromQuery] string? status, [FromQuery] string? kind, [FromQuery] ListParameters list, CancellationToken cancellationToken)
    {
        var query = new ListAlertsQuery(id, Listing.Member<AlertStatus>("status", status), Listing.Member<AlertKind>("kind", kind), list.Page);
        return this.Answer(await mediator.Send(query, cancellationToken));
    }

    /// <summary>Reads an alert.</summary>
    [HttpGet("alerts/{id:guid}")]
    [Authorize(Policies.Lead)]
    public Task<AlertResponse> Get(Guid id, CancellationToken cancellationToken) => mediator.Send(new GetAlertQuery(id), cancellationToken);

    /// <summary>Notes that somebody has seen an alert. Saying so again answers it unchanged.</summary>
    [HttpPost("alerts/{id:guid}/acknowledge")]
    [Authorize(Policies.Lead)]
    public Task<AlertResponse> Acknowledge(Guid id, CancellationToken cancellationToken) =>
        mediator.Send(new AcknowledgeAlertCommand(id), cancellationToken);
}
