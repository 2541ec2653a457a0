using System.Globalization;
using System.Text.Json.Nodes;
using Entourage.Api.Otlp;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Entourage.Api.Documentation;

/// <summary>Describes the operations for exporters, which use OTLP instead of the API's conventions.</summary>
internal static class TelemetryOperations
{
    private const string Root = "v1/";

    /// <summary>Replaces the body and the answers of an operation for exporters.</summary>
    public static Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (!context.Description.RelativePath!.StartsWith(Root, StringComparison.Ordinal))
        {
            return Task.CompletedTask;
        }

        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Description = "An OTLP export request, optionally with Content-Encoding: gzip.",
            Content = Content(new() { Type = JsonSchemaType.Object }, RequestOf(operation.OperationId!)),
        };
        foreach (var status in operation.Responses!.Keys)
        {
            operation.Responses[status] = status.StartsWith('2')
                ? new OpenApiResponse
                {
                    Description = "The telemetry is recorded, except for the items in partialSuccess.",
                    Content = Content(Success(), PartialSuccess()),
                }
                : new OpenApiResponse
                {
                    Description = ErrorAnswers.DescriptionOf(int.Parse(status, CultureInfo.InvariantCulture)),
                    Content = Content(Failure(), new JsonObject { ["code"] = 3, ["message"] = "The body is not valid OTLP." }),
                };
        }

        return Task.CompletedTask;
    }

    private static JsonObject PartialSuccess() => new() { ["partialSuccess"] = new JsonObject { ["errorMessage"] = "There is no agent eng-7." } };

    private static OpenApiSchema Success() => new()
    {
        Type = JsonSchemaType.Object,
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["partialSuccess"] = new OpenApiSchema { Type = JsonSchemaType.Object, Description = "How many items were refused, and why. Omitted if none were." },
        },
    };

    private static OpenApiSchema Failure() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "The Status message of OTLP.",
        Required = new HashSet<string> { "code", "message" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["code"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "The code of google.rpc.Code." },
            ["message"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "What happened." },
        },
    };

    private static Dictionary<string, OpenApiMediaType> Content(OpenApiSchema json, JsonNode example) => new()
    {
        [OtlpBody.Json] = new() { Schema = json, Example = example },
        [OtlpBody.Protobuf] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } },
    };

    private static JsonObject RequestOf(string operation) => new()
    {
        [operation switch { "receiveLogs" => "resourceLogs", "receiveTraces" => "resourceSpans", _ => "resourceMetrics" }] = new JsonArray(),
    };
}
