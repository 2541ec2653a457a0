using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Api.Errors;
using Entourage.Application.Webhooks;
using Entourage.Domain.Teams;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>Webhooks that receive the events of a team or an organisation.</summary>
[ApiController]
[Route("api/v1")]
[Tags("Webhooks")]
public sealed class WebhooksController(IMediator mediator) : ControllerBase
{
    /// <summary>Creates a webhook. The answer contains the secret that signs its messages, which is not shown again.</summary>
    [HttpPost("teams/{teamId:guid}/webhooks", Name = "createWebhook")]
    [Authorize(Policies.Lead)]
    [ProducesResponseType<NewWebhookResponse>(StatusCodes.Status201Created)]
    public async Task<IActionResult> Create(
        Guid teamId, CreateWebhookRequest body, [FromHeader(Name = IdempotencyHeaders.Key)] string? idempotencyKey, CancellationToken cancellationToken)
    {
        var webhook = await mediator.Send(body.For(Audience.OfTeam(teamId), idempotencyKey), cancellationToken);
        return CreatedAtAction(nameof(Get), new { id = webhook.Id }, webhook);
    }

    /// <summary>Creates a webhook for all teams of an organisation. The answer contains the secret that signs its messages, which is not shown again.</summary>
    [HttpPost("orgs/{orgId:guid}/webhooks", Name = "createOrganisationWebhook")]
    [Authorize(Policies.Admin)]
    [ProducesResponseType<NewWebhookResponse>(StatusCodes.Status201Created)]
    public async Task<IActionResult> CreateForOrganisation(
        Guid orgId, CreateWebhookRequest body, [FromHeader(Name = IdempotencyHeaders.Key)] string? idempotencyKey, CancellationToken cancellationToken)
    {
        var webhook = await mediator.Send(body.For(Audience.OfOrganisation(orgId), idempotencyKey), cancellationToken);
        return CreatedAtAction(nameof(Get), new { id = webhook.Id }, webhook);
    }

    /// <summary>Lists a team's webhooks, oldest first.</summary>
    [HttpGet("teams/{teamId:guid}/webhooks", Name = "listWebhooks")]
    [Authorize(Policies.Lead)]
    public async Task<IReadOnlyList<WebhookResponse>> List(Guid teamId, [FromQuery] ListParameters list, CancellationToken cancellationToken) =>
        this.Answer(await mediator.Send(new ListWebhooksQuery(Audience.OfTeam(teamId), list.Page), cancellationToken));

    /// <summary>Lists the webhooks for all teams of an organisation, oldest first.</summary>
    [HttpGet("orgs/{orgId:guid}/webhooks", Name = "listOrganisationWebhooks")]
    [Authorize(Policies.Admin)]
    public async Task<IReadOnlyList<WebhookResponse>> ListOfOrganisation(Guid orgId, [FromQuery] ListParameters list, CancellationToken cancellationToken) =>
        this.Answer(await mediator.Send(new ListWebhooksQuery(Audience.OfOrganisation(orgId), list.Page), cancellationToken));

    /// <summary>Returns a webhook.</summary>
    [HttpGet("webhooks/{id:guid}", Name = "getWebhook")]
    [Authorize(Policies.Lead)]
    public Task<WebhookResponse> Get(Guid id, CancellationToken cancellationToken) => mediator.Send(new GetWebhookQuery(id), cancellationToken);

    /// <summary>Deletes a webhook and its messages.</summary>
    [HttpDelete("webhooks/{id:guid}", Name = "deleteWebhook")]
    [Authorize(Policies.Lead)]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    public async Task<IActionResult> Delete(Guid id, CancellationToken cancellationToken)
    {
        await mediator.Send(new DeleteWebhookCommand(id), cancellationToken);
        return NoContent();
    }

    /// <summary>Lists a webhook's messages of the last days with their delivery status, newest first.</summary>
    [HttpGet("webhooks/{id:guid}/deliveries", Name = "listWebhookDeliveries")]
    [Authorize(Policies.Lead)]
    public async Task<IReadOnlyList<DeliveryResponse>> ListDeliveries(Guid id, [FromQuery] ListParameters list, CancellationToken cancellationToken) =>
        this.Answer(await mediator.Send(new ListDeliveriesQuery(id, list.Page), cancellationToken));

    /// <summary>Sends a test message to a webhook. Its result appears in the list of the webhook's messages.</summary>
    [HttpPost("webhooks/{id:guid}/test", Name = "testWebhook")]
    [Authorize(Policies.Lead)]
    [ProducesResponseType<DeliveryResponse>(StatusCodes.Status202Accepted)]
    [Conflicts(ProblemTypes.WebhookDisabled)]
    public async Task<IActionResult> Test(Guid id, CancellationToken cancellationToken) =>
        Accepted(await mediator.Send(new TestWebhookCommand(id), cancellationToken));
}
