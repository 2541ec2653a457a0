using Entourage.Api.Auth;
using Entourage.Application.Upstreams;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>What clients need to know of the gateway, which passes their calls to providers.</summary>
[ApiController]
[Route("api/v1/gateway")]
[Tags("Gateway")]
public sealed class GatewayController(IMediator mediator) : ControllerBase
{
    /// <summary>Returns where a client finds each provider's API on this server, and what it sends as the API key. Without upstreams, the gateway is off.</summary>
    [HttpGet(Name = "getGateway")]
    [Authorize(Policies.Agent)]
    public Task<GatewayResponse> Get(CancellationToken cancellationToken) => mediator.Send(new GetGatewayQuery(), cancellationToken);
}
