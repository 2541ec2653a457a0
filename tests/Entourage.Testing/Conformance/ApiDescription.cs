using System.Text.Json;
using System.Text.Json.Nodes;

namespace Entourage.Testing.Conformance;

/// <summary>The served OpenAPI document, as the answers that each operation may give.</summary>
internal sealed class ApiDescription
{
    private readonly DescribedPath[] paths;
    private readonly AnswerSchemas schemas;

    private ApiDescription(JsonObject document)
    {
        schemas = new(document);
        paths =
        [
            .. document["paths"]!.AsObject()
                .Select(path => new DescribedPath(path.Key, path.Value!.AsObject()))
                .OrderByDescending(path => path.FixedSegments),
        ];
    }

    /// <summary>Reads a document.</summary>
    public static ApiDescription Parse(string document) => new(JsonNode.Parse(document)!.AsObject());

    /// <summary>Says how an answer differs from the description; null if it doesn't.</summary>
    /// <param name="method">The method of the request.</param>
    /// <param name="path">The path of the request, as sent.</param>
    /// <param name="status">The status of the answer.</param>
    /// <param name="mediaType">The media type of the answer; null without a body.</param>
    /// <param name="body">The body, if it is JSON.</param>
    public string? FaultOf(HttpMethod method, string path, int status, string? mediaType, JsonElement? body)
    {
        // The web server itself refuses invalid HTTP, and a request line or headers that are too long.
        if ((status is 400 or 414 or 431) && mediaType is null)
        {
            return null;
        }

        var operation = paths.FirstOrDefault(known => known.Matches(path))?.OperationOf(method);
        if (operation is null)
        {
            // There is no such operation, so only an error is possible.
            return mediaType == AnswerSchemas.ProblemMediaType ? schemas.FaultOf(schemas.AnyProblem, body!.Value) : $"the media type is '{mediaType}', not that of a problem";
        }

        if (schemas.AnswerOf(operation, status) is not { } answer)
        {
            return $"the status is not documented for {operation["operationId"]}";
        }

        if (answer["content"] is not JsonObject content)
        {
            return mediaType is null ? null : $"it has a body of type {mediaType}, but none is documented";
        }

        return mediaType is null || content[mediaType] is not { } media
            ? $"the media type '{mediaType}' is not documented"
            : body is { } value ? schemas.FaultOf(schemas.Of(media["schema"]!), value) : null;
    }

    private sealed class DescribedPath(string template, JsonObject operations)
    {
        private readonly string[] segments = template.Split('/');

        public int FixedSegments { get; } = template.Split('/').Count(segment => !IsParameter(segment));

        public JsonObject? OperationOf(HttpMethod method) => operations[method.Method.ToLowerInvariant()] as JsonObject;

        // The name of a model may contain slashes. It is always the last parameter.
        public bool Matches(string path)
        {
            var asked = path.Split('/');
            var isLong = segments[^1] == "{model}" && asked.Length > segments.Length;
            return (asked.Length == segments.Length || isLong)
                && segments.Zip(asked).All(pair => IsParameter(pair.First) ? pair.Second.Length > 0 : pair.First.Equals(pair.Second, StringComparison.OrdinalIgnoreCase));
        }

        private static bool IsParameter(string segment) => segment.StartsWith('{');
    }
}
