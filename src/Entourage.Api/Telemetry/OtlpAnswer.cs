using System.Globalization;
using System.Text.Json.Nodes;
using Entourage.Api.Errors;
using Entourage.Api.Telemetry.Wire;
using Entourage.Application.Telemetry;
using Google.Protobuf;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Telemetry;

/// <summary>An answer to an exporter, in the form of its request.</summary>
/// <param name="status">The status.</param>
/// <param name="isJson">Whether the request was JSON.</param>
/// <param name="message">The answer as protobuf.</param>
/// <param name="json">The answer as JSON.</param>
internal sealed class OtlpAnswer(int status, bool isJson, IMessage message, JsonObject json) : IActionResult
{
    // Of google.rpc: exporters act by the status of HTTP, people read the message.
    private const int InvalidArgument = 3;
    private const int Unavailable = 14;
    private const int Unknown = 2;

    private static readonly Problem SendAgain = new(
        StatusCodes.Status503ServiceUnavailable,
        "busy",
        "The request reports more new sessions than are opened at once. A part was recorded. Send the same request again: the rest is recorded then, and nothing twice.");

    /// <summary>What became of a batch.</summary>
    /// <param name="outcome">What.</param>
    /// <param name="isJson">Whether the request was JSON.</param>
    /// <param name="refusedMember">What the refused items are called in JSON.</param>
    public static OtlpAnswer Of(IngestOutcome outcome, bool isJson, string refusedMember)
    {
        if (!outcome.IsComplete)
        {
            return Of(SendAgain, isJson);
        }

        var message = new ExportResponse();
        var json = new JsonObject();
        if (outcome.Refused > 0)
        {
            message.PartialSuccess = new() { Rejected = outcome.Refused, ErrorMessage = outcome.Reasons };
            json["partialSuccess"] = new JsonObject
            {
                [refusedMember] = outcome.Refused.ToString(CultureInfo.InvariantCulture),
                ["errorMessage"] = outcome.Reasons,
            };
        }

        return new(StatusCodes.Status200OK, isJson, message, json);
    }

    /// <summary>A problem.</summary>
    public static OtlpAnswer Of(Problem problem, bool isJson)
    {
        var code = problem.Status switch
        {
            StatusCodes.Status503ServiceUnavailable => Unavailable,
            >= StatusCodes.Status500InternalServerError => Unknown,
            _ => InvalidArgument,
        };
        var detail = problem.Detail ?? problem.Code;
        return new(problem.Status, isJson, new Failure { Code = code, Message = detail }, new JsonObject { ["code"] = code, ["message"] = detail });
    }

    /// <inheritdoc/>
    public Task ExecuteResultAsync(ActionContext context)
    {
        var response = context.HttpContext.Response;
        response.StatusCode = status;
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            response.Headers.RetryAfter = Problem.RetryAfter;
        }

        var body = isJson ? System.Text.Encoding.UTF8.GetBytes(json.ToJsonString()) : message.ToByteArray();
        response.ContentType = isJson ? OtlpBody.Json : OtlpBody.Protobuf;
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body, context.HttpContext.RequestAborted).AsTask();
    }
}
