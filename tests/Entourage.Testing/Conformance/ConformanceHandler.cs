using System.Text.Json;

namespace Entourage.Testing.Conformance;

/// <summary>
/// Compares every answer of the API with the served description. Any difference fails the request: an undocumented status, media type or member, a
/// missing member, or a value of another type.
/// </summary>
/// <param name="readDocument">Reads the description. It is the same for all servers of the tests, so it is read once.</param>
internal sealed class ConformanceHandler(Func<Task<string>> readDocument) : DelegatingHandler
{
    private const string Root = "/api/v1/";

    private static readonly SemaphoreSlim Reading = new(1);
    private static ApiDescription? description;

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // The request may have another address after a redirect.
        var (method, path) = (request.Method, request.RequestUri!.AbsolutePath);
        var response = await base.SendAsync(request, cancellationToken);
        if (path.StartsWith(Root, StringComparison.Ordinal) && method != HttpMethod.Head && method != HttpMethod.Options)
        {
            await CheckAsync(method, path, response, cancellationToken);
        }

        return response;
    }

    private async Task CheckAsync(HttpMethod method, string path, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var mediaType = response.Content.Headers.ContentType?.MediaType;
        var known = description ?? await ReadAsync();
        if (mediaType is null || !mediaType.EndsWith("json", StringComparison.Ordinal))
        {
            Check(null);
            return;
        }

        await response.Content.LoadIntoBufferAsync(cancellationToken);
        using var body = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        Check(body.RootElement);

        void Check(JsonElement? value)
        {
            var status = (int)response.StatusCode;
            if (known.FaultOf(method, path, status, mediaType, value) is { } fault)
            {
                throw new ConformanceException($"The answer {status} to {method} {path} is not as described: {fault}.\n{value?.GetRawText()}");
            }
        }
    }

    private async Task<ApiDescription> ReadAsync()
    {
        await Reading.WaitAsync();
        try
        {
            return description ??= ApiDescription.Parse(await readDocument());
        }
        finally
        {
            Reading.Release();
        }
    }
}

/// <summary>An answer is not as the API's description says.</summary>
/// <param name="message">The difference.</param>
public sealed class ConformanceException(string message) : Exception(message);
