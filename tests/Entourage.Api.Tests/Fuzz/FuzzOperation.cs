using Entourage.Testing;
using Microsoft.OpenApi;

namespace Entourage.Api.Tests.Fuzz;

/// <summary>A method of a route in the served description.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path, with its parameters in braces.</param>
/// <param name="Parameters">The parameters in path, query and headers.</param>
/// <param name="Body">The schema of the body; null if there is none.</param>
/// <param name="Successes">The statuses of a success.</param>
internal sealed record FuzzOperation(
    HttpMethod Method, string Path, IReadOnlyList<IOpenApiParameter> Parameters, IOpenApiSchema? Body, IReadOnlySet<int> Successes)
{
    /// <summary>Whether it answers with an endless stream.</summary>
    public bool IsStream => Path.EndsWith("/events", StringComparison.Ordinal);

    /// <summary>Whether it uses OpenTelemetry's protocol instead of the API's.</summary>
    public bool IsTelemetry => Path.StartsWith("/v1/", StringComparison.Ordinal);

    /// <summary>Whether it ends or stops something.</summary>
    public bool IsEnd => Method == HttpMethod.Delete || Path.Split('/')[^1] is "pause" or "kill" or "end" or "archive" or "move";

    /// <summary>The last fixed segment of the path, which names the kind of resource that it answers with.</summary>
    public string Subject => Path.Split('/').Last(part => !part.StartsWith('{'));

    public override string ToString() => $"{Method} {Path}";

    /// <summary>The segment before a path parameter, which names the kind of resource that it identifies.</summary>
    public string OwnerOf(string parameter)
    {
        var parts = Path.Split('/');
        return parts[Array.IndexOf(parts, $"{{{parameter}}}") - 1];
    }

    /// <summary>Reads every operation of the description.</summary>
    public static async Task<IReadOnlyList<FuzzOperation>> ReadAsync(ApiClient api)
    {
        var (document, diagnostic) = OpenApiDocument.Parse(await api.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)), OpenApiConstants.Json);
        Assert.That(diagnostic?.Errors.Select(error => error.Message), Is.Empty);
        return [.. from path in document!.Paths
                   from operation in path.Value.Operations!
                   select Of(path.Key, path.Value, operation.Key, operation.Value)];
    }

    private static FuzzOperation Of(string path, IOpenApiPathItem item, HttpMethod method, OpenApiOperation operation)
    {
        var successes = operation.Responses!.Keys.Where(status => status.StartsWith('2')).Select(int.Parse).ToHashSet();
        Assert.That(successes, Is.Not.Empty, $"{method} {path} documents no success.");
        return new(
            method,
            path,
            [.. (item.Parameters ?? []).Concat(operation.Parameters ?? [])],
            operation.RequestBody?.Content?.Values.Select(content => content.Schema).FirstOrDefault(),
            successes);
    }
}
