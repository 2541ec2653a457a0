using Entourage.Api.Auth;
using Entourage.Api.Otlp;
using Entourage.Api.Protection;
using Entourage.Application.Otlp;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>
/// Receives OpenTelemetry over HTTP, as protobuf or JSON, optionally with gzip. Usage in it is recorded for the agent of the key, or for the
/// agent that the resource names.
/// </summary>
[ApiController]
[Route("v1")]
[Tags("Telemetry")]
[OtlpErrors]
[ReportsSpending]
[Authorize(Policies.Agent)]
public sealed class TelemetryController(IMediator mediator, IServiceProvider services) : ControllerBase
{
    /// <summary>Receives log records: events of Claude Code and of the semantic conventions for generative AI.</summary>
    [HttpPost("logs", Name = "receiveLogs")]
    [ProducesResponseType(StatusCodes.Status200OK)]
    public Task<IActionResult> ReceiveLogs(CancellationToken cancellationToken) => ReceiveAsync(OtlpSignal.Logs, cancellationToken);

    /// <summary>Receives spans of the semantic conventions for generative AI.</summary>
    [HttpPost("traces", Name = "receiveTraces")]
    [ProducesResponseType(StatusCodes.Status200OK)]
    public Task<IActionResult> ReceiveTraces(CancellationToken cancellationToken) => ReceiveAsync(OtlpSignal.Traces, cancellationToken);

    /// <summary>Receives metrics: the token and cost counters of Claude Code. Usage that its events reported is not counted again.</summary>
    [HttpPost("metrics", Name = "receiveMetrics")]
    [ProducesResponseType(StatusCodes.Status200OK)]
    public Task<IActionResult> ReceiveMetrics(CancellationToken cancellationToken) => ReceiveAsync(OtlpSignal.Metrics, cancellationToken);

    private async Task<IActionResult> ReceiveAsync(OtlpSignal signal, CancellationToken cancellationToken)
    {
        var isJson = OtlpBody.IsJson(Request);
        var telemetry = await services.GetRequiredService<OtlpReader>().ReadAsync(HttpContext, signal, isJson, cancellationToken);
        var outcome = await mediator.Send(new IngestTelemetryCommand(telemetry), cancellationToken);
        HttpContext.Features.Set(outcome);
        return OtlpAnswer.Of(outcome, signal.Rejected);
    }
}
