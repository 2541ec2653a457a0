using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Entourage.Api.Errors;
using Entourage.Api.Otlp.Wire;
using Entourage.Application.Otlp;
using Google.Protobuf;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Otlp;

/// <summary>An answer to an exporter, in the form of its request.</summary>
internal sealed class OtlpAnswer : IActionResult
{
    private static readonly PathString Root = "/v1";

    private static readonly Problem SendAgain = new(
        StatusCodes.Status503ServiceUnavailable,
        "busy",
        "The request reports more new sessions than are opened at once. A part was recorded. Send the same request again: the rest is recorded then, and nothing twice.");

    private readonly IMessage message;
    private readonly JsonObject json;

    private OtlpAnswer(IMessage message, JsonObject json) => (this.message, this.json) = (message, json);

    /// <summary>Whether whoever sent a request reads the protocol's answers and no others: all below <c>/v1</c> is for exporters.</summary>
    public static bool IsExpectedBy(HttpRequest request) => request.Path.StartsWithSegments(Root);

    /// <summary>The answer that says what became of a batch.</summary>
    /// <param name="outcome">What became of it.</param>
    /// <param name="refusedMember">What the refused items are called in JSON.</param>
    public static IActionResult Of(IngestOutcome outcome, string refusedMember)
    {
        if (!outcome.IsComplete)
        {
            return new ProblemResult(SendAgain);
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

        return new OtlpAnswer(message, json);
    }

    /// <summary>Writes a problem as the protocol's <c>Status</c>.</summary>
    public static Task WriteAsync(Problem problem, HttpContext context)
    {
        var (code, detail) = (CodeOf(problem.Status), problem.Detail ?? problem.Code);
        return new OtlpAnswer(new Failure { Code = code, Message = detail }, new JsonObject { ["code"] = code, ["message"] = detail }).WriteAsync(context);
    }

    /// <inheritdoc/>
    public Task ExecuteResultAsync(ActionContext context) => WriteAsync(context.HttpContext);

    // The codes of google.rpc: exporters act by the status of HTTP, people read the message.
    private static int CodeOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => 16,
        StatusCodes.Status403Forbidden => 7,
        StatusCodes.Status404NotFound => 5,
        StatusCodes.Status405MethodNotAllowed => 12,
        StatusCodes.Status408RequestTimeout => 4,
        StatusCodes.Status429TooManyRequests => 8,
        StatusCodes.Status503ServiceUnavailable => 14,
        >= StatusCodes.Status500InternalServerError => 2,
        _ => 3,
    };

    private Task WriteAsync(HttpContext context)
    {
        var isProtobuf = OtlpBody.IsProtobuf(context.Request);
        var body = isProtobuf ? message.ToByteArray() : Encoding.UTF8.GetBytes(json.ToJsonString());
        var response = context.Response;
        response.ContentType = isProtobuf ? OtlpBody.Protobuf : OtlpBody.Json;
        response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
