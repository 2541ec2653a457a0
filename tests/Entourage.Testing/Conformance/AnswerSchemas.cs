using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace Entourage.Testing.Conformance;

/// <summary>The JSON schemas of a description. Each is compiled once.</summary>
internal sealed class AnswerSchemas
{
    /// <summary>The media type of errors.</summary>
    public const string ProblemMediaType = "application/problem+json";

    private const string Root = "https://entourage.invalid/api";
    private const string References = "#/components/schemas/";

    private static readonly EvaluationOptions Quick = new() { OutputFormat = OutputFormat.Flag, RequireFormatValidation = true };
    private static readonly EvaluationOptions Detailed = new() { OutputFormat = OutputFormat.List, RequireFormatValidation = true };

    // The shapes that were found to conform.
    private readonly ConcurrentDictionary<(JsonSchema Schema, int Shape), bool> known = new();
    private readonly ConcurrentDictionary<JsonNode, JsonSchema> compiled = new(ReferenceEqualityComparer.Instance);
    private readonly BuildOptions options = new() { SchemaRegistry = new() };
    private readonly JsonObject responses;

    public AnswerSchemas(JsonObject document)
    {
        responses = document["components"]!["responses"]!.AsObject();
        var components = document["components"]!["schemas"]!.DeepClone().AsObject();
        Close(components);
        var definitions = Rewrite(components);
        options.SchemaRegistry.Register(JsonSchema.Build(ToElement(new JsonObject { ["$id"] = Root, ["$defs"] = definitions }), options));
        AnyProblem = JsonSchema.Build(ToElement(Rewrite(new JsonObject { ["$ref"] = References + "ProblemResponse" })), options);
    }

    /// <summary>The schema of an error of any kind.</summary>
    public JsonSchema AnyProblem { get; }

    /// <summary>The documented answer of an operation with a status; null if there is none.</summary>
    public JsonNode? AnswerOf(JsonObject operation, int status)
    {
        var answer = operation["responses"]![$"{status}"];
        return answer?["$ref"]?.GetValue<string>() is { } reference ? responses[reference.Split('/')[^1]] : answer;
    }

    /// <summary>Compiles a schema.</summary>
    public JsonSchema Of(JsonNode schema) => compiled.GetOrAdd(schema, node =>
    {
        // The registry of schemas is not thread-safe, and fixtures run in parallel.
        lock (options)
        {
            return JsonSchema.Build(ToElement(Rewrite(node)), options);
        }
    });

    /// <summary>Says how a value differs from a schema; null if it doesn't.</summary>
    public string? FaultOf(JsonSchema schema, JsonElement value)
    {
        var shape = (schema, JsonShape.Of(value));
        if (known.ContainsKey(shape) || schema.Evaluate(value, Quick).IsValid)
        {
            known.TryAdd(shape, true);
            return null;
        }

        var errors = (schema.Evaluate(value, Detailed).Details ?? [])
            .Where(detail => detail.Errors is { Count: > 0 })
            .Select(detail => $"{detail.InstanceLocation}: {string.Join(", ", detail.Errors!.Values)}");
        return string.Join("; ", errors.Distinct());
    }

    // The document is open, so that members can be added. A test must notice a member that is not documented.
    private static void Close(JsonNode? node)
    {
        if (node is JsonObject schema && schema.ContainsKey("properties") && schema["properties"] is JsonObject members && members.Count > 0 && !schema.ContainsKey("additionalProperties"))
        {
            schema["additionalProperties"] = false;
        }

        foreach (var part in (node as JsonObject)?.Select(member => member.Value).ToArray() ?? (node as JsonArray)?.ToArray() ?? [])
        {
            Close(part);
        }
    }

    private static JsonNode Rewrite(JsonNode schema) =>
        JsonNode.Parse(schema.ToJsonString().Replace($"\"{References}", $"\"{Root}#/$defs/", StringComparison.Ordinal))!;

    private static JsonElement ToElement(JsonNode node) => JsonSerializer.SerializeToElement(node);
}
