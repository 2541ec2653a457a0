using Entourage.Api.Auth;
using Entourage.Api.Contracts;
using Entourage.Application.Prices;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>Prices of models.</summary>
[ApiController]
[Route("api/v1/prices")]
[Tags("Prices")]
public sealed class PricesController(IMediator mediator) : ControllerBase
{
    /// <summary>Lists the current price of every model, by model. With org_id, applies the organisation's own prices.</summary>
    [HttpGet(Name = "listPrices")]
    [Authorize(Policies.Agent)]
    public async Task<IReadOnlyList<PriceResponse>> List(
        [FromQuery(Name = "org_id")] Guid? organisationId, [FromQuery] ListParameters list, CancellationToken cancellationToken) =>
        this.Answer(await mediator.Send(new ListPricesQuery(organisationId, list.Page), cancellationToken));

    /// <summary>Returns the current and past prices of a model. Any of its names works.</summary>
    [HttpGet("{**model}", Name = "getModelPrices")]
    [Authorize(Policies.Agent)]
    public Task<ModelPricesResponse> Get(
        string model, [FromQuery(Name = "org_id")] Guid? organisationId, CancellationToken cancellationToken) =>
        mediator.Send(new GetPriceQuery(EncodedPath.NameIn(Request, model), organisationId), cancellationToken);

    /// <summary>
    /// Sets the price of a model from an instant on, for all organisations or for one. Usage that already has a price is unchanged; usage that
    /// waits for a price is priced.
    /// </summary>
    [HttpPut("{**model}", Name = "setModelPrice")]
    [Authorize(Policies.Admin)]
    public Task<PriceResponse> Set(
        string model, SetPriceRequest body, [FromQuery(Name = "org_id")] Guid? organisationId, CancellationToken cancellationToken) =>
        mediator.Send(body.ToCommand(EncodedPath.NameIn(Request, model), organisationId), cancellationToken);
}
