using Entourage.Api.Auth;
using Entourage.Api.Otlp;
using Entourage.Api.Protection;
using Entourage.Application.Otlp;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Controllers;

/// <summary>
/// The OpenTelemetry protocol over HTTP, protobuf or JSON, gzip or plain: whatever of it tells of usage becomes usage of the agent whose key
/// it comes with, or that the resource names.
/// </summary>
[ApiController]
[Route("v1")]
[Tags("Telemetry")]
[OtlpErrors]
[ReportsSpending]
[Authorize(Policies.Agent)]
public sealed class TelemetryController(IMediator mediator, IServiceProvider services) : ControllerBase
{
    /// <summary>Takes log records: events of Claude Code, and of the conventions for generative AI.</summary>
    [HttpPost("logs")]
    [ProducesResponseType(StatusCodes.Status200OK)]
    public Task<IActionResult> TakeLogs(CancellationToken cancellationToken) => TakeAsync(OtlpSignal.Logs, cancellationToken);

    /// <summary>Takes spans: those of the conventions for generative AI.</summary>
    [HttpPost("traces")]
    [ProducesResponseType(StatusCodes.Status200OK)]
    public Task<IActionResult> TakeTraces(CancellationToken cancellationToken) => TakeAsync(OtlpSignal.Traces, cancellationToken);

    /// <summary>Takes metrics: the counters of tokens and money of Claude Code, unless its events have told of the same.</summary>
    [HttpPost("metrics")]
    [ProducesResponseType(StatusCodes.Status200OK)]
    public Task<IActionResult> TakeMetrics(CancellationToken cancellationToken) => TakeAsync(OtlpSignal.Metrics, cancellationToken);

    private async Task<IActionResult> TakeAsync(OtlpSignal signal, CancellationToken cancellationToken)
    {
        var isJson = OtlpBody.IsJson(Request);
        var reading = await services.GetRequiredService<OtlpReader>().ReadAsync(HttpContext, signal, isJson, cancellationToken);
        var outcome = await mediator.Send(new IngestTelemetryCommand(reading), cancellationToken);
        HttpContext.Features.Set(outcome);
        return OtlpAnswer.Of(outcome, signal.Refused);
    }
}
