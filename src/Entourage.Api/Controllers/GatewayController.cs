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
    /// <summary>Lists the upstreams: where a client finds each provider's API on this server. Without any, the gateway is off.</summary>
    [HttpGet("upstreams")]
    [Authorize(Policies.Agent)]
    public Task<IReadOnlyList<UpstreamResponse>> ListUpstreams(CancellationToken cancellationToken) => mediator.Send(new ListUpstreamsQuery(), cancellationToken);
}
