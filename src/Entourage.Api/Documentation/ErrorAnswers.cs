using System.Text.Json.Nodes;
using Entourage.Api.Contracts;
using Entourage.Api.Errors;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Entourage.Api.Documentation;

/// <summary>Describes the error answers of each operation.</summary>
internal static class ErrorAnswers
{
    private const int Conflict = StatusCodes.Status409Conflict;

    // With the kind of problem in the example.
    private static readonly Dictionary<int, (string Description, string Code)> Shared = new()
    {
        [400] = ("The body is not JSON or does not have the documented shape, or the id of the last event is unknown.", "malformed-body"),
        [401] = ("The request has no valid key, and this server requires one.", "unauthorized"),
        [402] = ("A hard budget has too little left. Nothing was started, reserved or extended.", "budget-exceeded"),
        [403] = ("The key does not permit this operation.", "forbidden"),
        [404] = ("Nothing exists with this id, or the key may not see it.", "not-found"),
        [408] = ("The body arrived too slowly.", "request-timeout"),
        [413] = ("The body is too large.", "body-too-large"),
        [415] = ("The body is not JSON.", "unsupported-media-type"),
        [421] = ("This server does not accept the host name of the request.", "unknown-host"),
        [422] = ("The request is well formed, but a value is not allowed.", "validation"),
        [429] = ("The caller sends requests faster than its limit, or a hard limit per minute has too little left.", "too-many-requests"),
        [500] = ("The server failed unexpectedly.", "unexpected"),
        [503] = ("The store or the server is unavailable for the moment.", "store-unavailable"),
    };

    /// <summary>Describes the answers with a status.</summary>
    public static string DescriptionOf(int status) => Shared[status].Description;

    /// <summary>Adds the error answers that an operation can give.</summary>
    public static Task AddAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        operation.Responses ??= [];
        foreach (var status in StatusesOf(operation, context).Order())
        {
            operation.Responses[$"{status}"] = status == Conflict
                ? ConflictOf(MetadataOf<ConflictsAttribute>(context)!.Codes, context.Document!)
                : new OpenApiResponseReference(NameOf(status), context.Document);
        }

        return Task.CompletedTask;
    }

    /// <summary>Adds the error answers that operations share, and their schemas.</summary>
    public static async Task AddSharedAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (var type in ProblemTypes.Answers)
        {
            var schema = await context.GetOrCreateSchemaAsync(type, null, cancellationToken);
            UseComponents(schema, type, document, context.ApplicationServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions);
            document.AddComponent(type.Name, schema);
        }

        document.Components!.Responses = Shared.ToDictionary(
            answer => NameOf(answer.Key), IOpenApiResponse (answer) => Answer(answer.Key, answer.Value.Description, answer.Value.Code, document));
    }

    /// <summary>Lists the values of <c>type</c>.</summary>
    public static Task DescribeTypesAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (ProblemTypes.ValuesOf(context.JsonTypeInfo.Type).ToArray() is { Length: > 0 } values)
        {
            ((OpenApiSchema)schema.Properties!["type"]).Enum = [.. values.Select(value => (JsonNode)value)];
        }

        return Task.CompletedTask;
    }

    private static IEnumerable<int> StatusesOf(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        int[] always = [401, 403, 421, 429, 500, 503];
        var hasBody = operation.RequestBody is not null;
        var parameters = operation.Parameters ?? [];
        var namesResource = hasBody || parameters.Any(
            parameter => parameter.In == ParameterLocation.Path || parameter.Name!.EndsWith("_id", StringComparison.Ordinal));
        return
        [
            .. always,
            .. hasBody || parameters.Any(parameter => parameter.Name == EventStream.LastEventId) ? [400] : Array.Empty<int>(),
            .. hasBody ? [408, 413, 415] : Array.Empty<int>(),
            .. hasBody || parameters.Count > 0 ? [422] : Array.Empty<int>(),
            .. namesResource ? [404] : Array.Empty<int>(),
            .. MetadataOf<RefusedByBudgetAttribute>(context) is null ? Array.Empty<int>() : [402],
            .. MetadataOf<ConflictsAttribute>(context) is null ? Array.Empty<int>() : [Conflict],
        ];
    }

    private static T? MetadataOf<T>(OpenApiOperationTransformerContext context)
        where T : class => context.Description.ActionDescriptor.EndpointMetadata.OfType<T>().SingleOrDefault();

    private static string NameOf(int status) => ReasonPhrases.GetReasonPhrase(status).Replace(" ", "", StringComparison.Ordinal);

    private static OpenApiResponse ConflictOf(IReadOnlyList<string> codes, OpenApiDocument document) =>
        Answer(Conflict, $"The current state does not allow this: {string.Join(", ", codes)}.", codes[0], document);

    private static OpenApiResponse Answer(int status, string description, string code, OpenApiDocument document) => new()
    {
        Description = description,
        Headers = status switch
        {
            402 => Header("x-should-retry", "Always false. Common SDKs obey it and do not retry.", JsonSchemaType.String),
            429 or 503 => Header("Retry-After", "How many seconds to wait.", JsonSchemaType.Integer),
            _ => null,
        },
        Content = new Dictionary<string, OpenApiMediaType>
        {
            [Problem.MediaType] = new()
            {
                Schema = new OpenApiSchemaReference(ProblemTypes.AnswerOf(status).Name, document),
                Example = Examples.OfProblem(code),
            },
        },
    };

    private static Dictionary<string, IOpenApiHeader> Header(string name, string description, JsonSchemaType type) =>
        new() { [name] = new OpenApiHeader { Description = description, Schema = new OpenApiSchema { Type = type } } };

    // The generator does this for the types of actions only.
    private static void UseComponents(OpenApiSchema schema, Type type, OpenApiDocument document, System.Text.Json.JsonSerializerOptions json)
    {
        foreach (var property in json.GetTypeInfo(type).Properties)
        {
            var name = OpenApiOptions.CreateDefaultSchemaReferenceId(json.GetTypeInfo(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType));
            if (name is not null && document.Components!.Schemas!.ContainsKey(name))
            {
                schema.Properties![property.Name] = new OpenApiSchemaReference(name, document) { Description = schema.Properties[property.Name].Description };
            }
        }
    }
}
