using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Entourage.Api.Errors;
using Entourage.Api.Otlp.Wire;
using Entourage.Application.Otlp;
using Google.Protobuf;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Otlp;

/// <summary>An answer to an exporter, in the encoding of its request.</summary>
internal sealed class OtlpAnswer : IActionResult
{
    private static readonly PathString Root = "/v1";

    private static readonly Problem Incomplete = Problem.Busy(
        "The request reports more new sessions than can be opened at once, so only a part was recorded. Send the same request again to record the rest. Nothing is counted twice.");

    private readonly IMessage message;
    private readonly JsonObject json;

    private OtlpAnswer(IMessage message, JsonObject json) => (this.message, this.json) = (message, json);

    /// <summary>Whether the sender expects an OTLP answer: every path below <c>/v1</c> is for exporters.</summary>
    public static bool IsExpectedBy(HttpRequest request) => request.Path.StartsWithSegments(Root);

    /// <summary>Creates the answer to an export.</summary>
    /// <param name="outcome">The result of the export.</param>
    /// <param name="rejectedMember">The JSON member with the number of rejected items.</param>
    public static IActionResult Of(IngestOutcome outcome, string rejectedMember)
    {
        if (!outcome.IsComplete)
        {
            return new ProblemResult(Incomplete);
        }

        var message = new ExportResponse();
        var json = new JsonObject();
        if (outcome.Refused > 0)
        {
            message.PartialSuccess = new() { Rejected = outcome.Refused, ErrorMessage = outcome.Reasons };
            json["partialSuccess"] = new JsonObject
            {
                [rejectedMember] = outcome.Refused.ToString(CultureInfo.InvariantCulture),
                ["errorMessage"] = outcome.Reasons,
            };
        }

        return new OtlpAnswer(message, json);
    }

    /// <summary>Writes a problem as an OTLP <c>Status</c>.</summary>
    public static Task WriteAsync(Problem problem, HttpContext context)
    {
        var (code, detail) = (CodeOf(problem.Status), problem.Detail ?? problem.Code);
        return new OtlpAnswer(new Failure { Code = code, Message = detail }, new JsonObject { ["code"] = code, ["message"] = detail }).WriteAsync(context);
    }

    /// <inheritdoc/>
    public Task ExecuteResultAsync(ActionContext context) => WriteAsync(context.HttpContext);

    // The codes of google.rpc.Code. Exporters act on the HTTP status.
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
