using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Api.Documentation;
using Entourage.Application.Alerts;
using Entourage.Domain.Alerts;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>Alerts.</summary>
[ApiController]
[Route("api/v1")]
[Tags("Alerts")]
public sealed class AlertsController(IMediator mediator) : ControllerBase
{
    /// <summary>Lists a team's alerts, newest first.</summary>
    /// <param name="id">The team.</param>
    /// <param name="status">Only alerts with this status: open or acknowledged.</param>
    /// <param name="kind">Only alerts of this kind, such as runaway_tokens, threshold or red_flag.</param>
    /// <param name="list">The page.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    [HttpGet("teams/{id:guid}/alerts", Name = "listAlerts")]
    [Authorize(Policies.Lead)]
    public async Task<IReadOnlyList<AlertResponse>> List(
        Guid id, [FromQuery, ValuesOf(typeof(AlertStatus))] string? status, [FromQuery, ValuesOf(typeof(AlertKind))] string? kind, [FromQuery] ListParameters list, CancellationToken cancellationToken)
    {
        var query = new ListAlertsQuery(id, Listing.Member<AlertStatus>("status", status), Listing.Member<AlertKind>("kind", kind), list.Page);
        return this.Answer(await mediator.Send(query, cancellationToken));
    }

    /// <summary>Returns an alert.</summary>
    [HttpGet("alerts/{id:guid}", Name = "getAlert")]
    [Authorize(Policies.Lead)]
    public Task<AlertResponse> Get(Guid id, CancellationToken cancellationToken) => mediator.Send(new GetAlertQuery(id), cancellationToken);

    /// <summary>Acknowledges an alert. An acknowledged alert is returned unchanged.</summary>
    [HttpPost("alerts/{id:guid}/acknowledge", Name = "acknowledgeAlert")]
    [Authorize(Policies.Lead)]
    public Task<AlertResponse> Acknowledge(Guid id, CancellationToken cancellationToken) =>
        mediator.Send(new AcknowledgeAlertCommand(id), cancellationToken);
}
