using System.Net.Mime;
using System.Reflection;
using System.Text.Json.Nodes;
using Entourage.Api.Errors;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Entourage.Api.Documentation;

/// <summary>
/// The examples of bodies and answers. A test records them from real calls, except for those in <c>RareProblems.json</c>, which cannot be
/// provoked at will.
/// </summary>
internal static class Examples
{
    private static readonly Lazy<IReadOnlyDictionary<string, JsonNode>> All = new(Read);

    /// <summary>Adds the examples of an operation.</summary>
    public static Task AddAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (All.Value.GetValueOrDefault(operation.OperationId ?? "") is not { } example)
        {
            return Task.CompletedTask;
        }

        foreach (var body in operation.RequestBody?.Content?.Values ?? [])
        {
            body.Example = example["body"]?.DeepClone();
        }

        foreach (var (type, answer) in operation.Responses!.Values.OfType<OpenApiResponse>().SelectMany(response => response.Content ?? new Dictionary<string, OpenApiMediaType>()))
        {
            answer.Example = type == Problem.MediaType ? answer.Example : example[type == MediaTypeNames.Application.Json ? "answer" : "text"]?.DeepClone();
        }

        return Task.CompletedTask;
    }

    /// <summary>The example of a kind of problem.</summary>
    /// <param name="code">The last part of its type.</param>
    public static JsonNode? OfProblem(string code) => All.Value.GetValueOrDefault($"/problems/{code}")?.DeepClone();

    private static Dictionary<string, JsonNode> Read()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames().Where(name => name.Contains($".{nameof(Examples)}.", StringComparison.Ordinal))
            .SelectMany(name =>
            {
                using var stream = assembly.GetManifestResourceStream(name)!;
                return JsonNode.Parse(stream)!.AsObject();
            })
            .ToDictionary(example => example.Key, example => example.Value!, StringComparer.Ordinal);
    }
}
