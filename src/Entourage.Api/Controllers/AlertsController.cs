using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Application.Alerts;
using Entourage.Domain.Teams;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Entourage.Api.Controllers;

/// <summary>Alerts.</summary>
[ApiController]
[Route("api/v1")]
[Tags("Alerts")]
public sealed class AlertsController(IMediator mediator) : ControllerBase
{
    /// <summary>Lists a team's alerts, newest first.</summary>
    [HttpGet("teams/{id:guid}/alerts", Name = "listAlerts")]
    [Authorize(Policies.Lead)]
    public async Task<IReadOnlyList<AlertResponse>> List(
        Guid id, [FromQuery] AlertParameters alerts, [FromQuery] ListParameters list, CancellationToken cancellationToken) =>
        this.Answer(await mediator.Send(alerts.For(Audience.OfTeam(id), list), cancellationToken));

    /// <summary>Lists the alerts of all teams of an organisation, newest first.</summary>
    [HttpGet("orgs/{orgId:guid}/alerts", Name = "listOrganisationAlerts")]
    [Authorize(Policies.Admin)]
    public async Task<IReadOnlyList<AlertResponse>> ListOfOrganisation(
        Guid orgId, [FromQuery] AlertParameters alerts, [FromQuery] ListParameters list, CancellationToken cancellationToken) =>
        this.Answer(await mediator.Send(alerts.For(Audience.OfOrganisation(orgId), list), cancellationToken));

    /// <summary>Returns an alert.</summary>
    [HttpGet("alerts/{id:guid}", Name = "getAlert")]
    [Authorize(Policies.Lead)]
    public Task<AlertResponse> Get(Guid id, CancellationToken cancellationToken) => mediator.Send(new GetAlertQuery(id), cancellationToken);

    /// <summary>Acknowledges an alert. An acknowledged alert is returned unchanged.</summary>
    [HttpPost("alerts/{id:guid}/acknowledge", Name = "acknowledgeAlert")]
    [Authorize(Policies.Lead)]
    public Task<AlertResponse> Acknowledge(Guid id, CancellationToken cancellationToken) =>
        mediator.Send(new AcknowledgeAlertCommand(id), cancellationToken);

    /// <summary>Acknowledges all open alerts of a team that match. The body may be empty.</summary>
    [HttpPost("teams/{id:guid}/alerts/acknowledge", Name = "acknowledgeAlerts")]
    [Authorize(Policies.Lead)]
    public Task<AcknowledgedAlertsResponse> AcknowledgeAll(
        Guid id, [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] AcknowledgeAlertsRequest? body, CancellationToken cancellationToken) =>
        mediator.Send((body ?? new()).For(Audience.OfTeam(id)), cancellationToken);

    /// <summary>Acknowledges all open alerts of an organisation's teams that match. The body may be empty.</summary>
    [HttpPost("orgs/{orgId:guid}/alerts/acknowledge", Name = "acknowledgeOrganisationAlerts")]
    [Authorize(Policies.Admin)]
    public Task<AcknowledgedAlertsResponse> AcknowledgeAllOfOrganisation(
        Guid orgId, [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] AcknowledgeAlertsRequest? body, CancellationToken cancellationToken) =>
        mediator.Send((body ?? new()).For(Audience.OfOrganisation(orgId)), cancellationToken);
}
