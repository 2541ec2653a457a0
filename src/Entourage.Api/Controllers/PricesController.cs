using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Application.Prices;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>What models cost.</summary>
[ApiController]
[Route("api/v1/prices")]
[Tags("Prices")]
public sealed class PricesController(IMediator mediator) : ControllerBase
{
    /// <summary>Lists what every model costs now, by model; with an organisation, as that one is charged.</summary>
    [HttpGet]
    [Authorize(Policies.Agent)]
    public async Task<IReadOnlyList<PriceResponse>> List(
        [FromQuery(Name = "org_id")] Guid? organisationId, [FromQuery] ListParameters list, CancellationToken cancellationToken) =>
        this.Answer(await mediator.Send(new ListPricesQuery(organisationId, list.Page), cancellationToken));

    /// <summary>Reads what a model costs, and did. The model may have any of its names.</summary>
    [HttpGet("{**model}")]
    [Authorize(Policies.Agent)]
    public Task<ModelPricesResponse> Get(
        string model, [FromQuery(Name = "org_id")] Guid? organisationId, CancellationToken cancellationToken) =>
        mediator.Send(new GetPriceQuery(EncodedPath.NameIn(Request, model), organisationId), cancellationToken);

    /// <summary>
    /// Sets what a model costs from an instant on, for everybody or for one organisation. What was priced before stays as it is; usage
    /// that waited for a price is priced.
    /// </summary>
    [HttpPut("{**model}")]
    [Authorize(Policies.Admin)]
    public Task<PriceResponse> Set(
        string model, SetPriceRequest body, [FromQuery(Name = "org_id")] Guid? organisationId, CancellationToken cancellationToken) =>
        mediator.Send(body.ToCommand(EncodedPath.NameIn(Request, model), organisationId), cancellationToken);
}
