using Entourage.Api.Auth;
using Entourage.Api.Startup;
using Entourage.Api.Telemetry;
using Entourage.Api.Telemetry.Wire;
using Entourage.Application.Telemetry;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace Entourage.Api.Controllers;

/// <summary>
/// The OpenTelemetry protocol over HTTP, protobuf or JSON, gzip or plain: whatever of it tells of usage becomes usage of the agent whose key
/// it comes with, or that the resource names.
/// </summary>
[ApiController]
[Route("v1")]
[Tags("Telemetry")]
[OtlpErrors]
[Authorize(Policies.Agent)]
public sealed class TelemetryController(IMediator mediator, IOptions<ApiLimits> limits) : ControllerBase
{
    /// <summary>Takes log records: events of Claude Code, and of the conventions for generative AI.</summary>
    [HttpPost("logs")]
    [ProducesResponseType(StatusCodes.Status200OK)]
    public Task<IActionResult> TakeLogs(CancellationToken cancellationToken) => TakeAsync(
        body => OtlpBody.Parse(LogsRequest.Parser, body).ToBatch(), body => OtlpJson.ReadLogs(body).ToBatch(), "rejectedLogRecords", cancellationToken);

    /// <summary>Takes spans: those of the conventions for generative AI.</summary>
    [HttpPost("traces")]
    [ProducesResponseType(StatusCodes.Status200OK)]
    public Task<IActionResult> TakeTraces(CancellationToken cancellationToken) => TakeAsync(
        body => OtlpBody.Parse(TracesRequest.Parser, body).ToBatch(), body => OtlpJson.ReadTraces(body).ToBatch(), "rejectedSpans", cancellationToken);

    /// <summary>Takes metrics: the counters of tokens and money of Claude Code, unless its events have told of the same.</summary>
    [HttpPost("metrics")]
    [ProducesResponseType(StatusCodes.Status200OK)]
    public Task<IActionResult> TakeMetrics(CancellationToken cancellationToken) => TakeAsync(
        body => OtlpBody.Parse(MetricsRequest.Parser, body).ToBatch(), body => OtlpJson.ReadMetrics(body).ToBatch(), "rejectedDataPoints", cancellationToken);

    private async Task<IActionResult> TakeAsync(
        Func<ReadOnlyMemory<byte>, TelemetryBatch> parse,
        Func<ReadOnlyMemory<byte>, TelemetryBatch> parseJson,
        string refusedMember,
        CancellationToken cancellationToken)
    {
        var isJson = OtlpBody.IsJson(Request);
        var body = await OtlpBody.ReadAsync(Request, limits.Value.TelemetryBodyBytes, cancellationToken);
        var outcome = await mediator.Send(new IngestTelemetryCommand(isJson ? parseJson(body) : parse(body)), cancellationToken);
        return OtlpAnswer.Of(outcome, isJson, refusedMember);
    }
}
