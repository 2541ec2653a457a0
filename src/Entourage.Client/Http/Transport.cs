using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Entourage.Client.Contracts;
using Polly.Timeout;

namespace Entourage.Client.Http;

/// <summary>Sends requests and reads responses: JSON, problem details as exceptions, and paged lists.</summary>
internal sealed class Transport(HttpClient http, TimeProvider time)
{
    private const string IdempotencyKey = "Idempotency-Key";

    public Task<T> GetAsync<T>(string path, JsonTypeInfo<T> answer, CancellationToken cancellationToken) =>
        SendAsync(new(HttpMethod.Get, path), answer, cancellationToken);

    /// <summary>Sends a POST with the given idempotency key or a new one.</summary>
    public Task<TAnswer> PostAsync<TBody, TAnswer>(
        string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answer, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var request = CreateRequest(HttpMethod.Post, path, body, bodyType);
        request.Headers.TryAddWithoutValidation(IdempotencyKey, idempotencyKey ?? NewIdempotencyKey());
        return SendAsync(request, answer, cancellationToken);
    }

    public string NewIdempotencyKey() => Guid.CreateVersion7(time.GetUtcNow()).ToString();

    /// <summary>Sends a PATCH or PUT, which needs no idempotency key.</summary>
    public Task<TAnswer> SendAsync<TBody, TAnswer>(
        HttpMethod method, string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answer, CancellationToken cancellationToken) =>
        SendAsync(CreateRequest(method, path, body, bodyType), answer, cancellationToken);

    public async Task DeleteAsync(string path, CancellationToken cancellationToken) =>
        (await OpenAsync(new(HttpMethod.Delete, path), HttpCompletionOption.ResponseContentRead, cancellationToken)).Dispose();

    /// <summary>Reads all items of a list, page by page.</summary>
    public async IAsyncEnumerable<T> ListAsync<T>(string path, JsonTypeInfo<T[]> page, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var first = path + (path.Contains('?', StringComparison.Ordinal) ? '&' : '?') + "limit=200";
        for (var next = first; next is not null;)
        {
            using var response = await OpenAsync(new(HttpMethod.Get, next), HttpCompletionOption.ResponseContentRead, cancellationToken);
            foreach (var item in await ReadAsync(response, page, cancellationToken))
            {
                yield return item;
            }

            next = CursorOf(response.Headers) is { } cursor ? $"{first}&cursor={cursor}" : null;
        }
    }

    /// <summary>Sends a request and returns a successful response.</summary>
    /// <exception cref="EntourageException">The response is an error, or there was no response.</exception>
    public async Task<HttpResponseMessage> OpenAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        using (request)
        {
            HttpResponseMessage response;
            try
            {
                response = await http.SendAsync(request, completion, cancellationToken);
            }
            catch (Exception exception) when (IsConnectionFailure(exception) && !cancellationToken.IsCancellationRequested)
            {
                throw new EntourageException(
                    null, EntourageException.Unreachable, $"{http.BaseAddress?.GetLeftPart(UriPartial.Authority)} cannot be reached: {ReasonOf(exception)}", exception);
            }

            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                throw EntourageException.From(response.StatusCode, await ReadProblemAsync(response, cancellationToken));
            }
        }
    }

    private static HttpRequestMessage CreateRequest<T>(HttpMethod method, string path, T body, JsonTypeInfo<T> type)
    {
        // Bytes can be sent again by a retry, unlike a stream.
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, type));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return new HttpRequestMessage(method, path) { Content = content };
    }

    private async Task<T> SendAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> answer, CancellationToken cancellationToken)
    {
        using var response = await OpenAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
        return await ReadAsync(response, answer, cancellationToken);
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await JsonSerializer.DeserializeAsync(body, type, cancellationToken) ?? throw new JsonException("The response is null.");
        }
        catch (JsonException exception)
        {
            throw new EntourageException(response.StatusCode, "unreadable-answer", $"The response cannot be read: {exception.Message}", exception);
        }
    }

    private static async Task<ProblemDetails> ReadProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        // Proxies send errors in other formats.
        if (response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.OrdinalIgnoreCase) == true)
        {
            try
            {
                await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
                return await JsonSerializer.DeserializeAsync(body, ClientJson.Default.ProblemDetails, cancellationToken) ?? new();
            }
            catch (JsonException)
            {
                // Fall back to the status.
            }
        }

        return new() { Title = $"The server responded with {(int)response.StatusCode} {response.ReasonPhrase}." };
    }

    private static string? CursorOf(HttpResponseHeaders headers)
    {
        const string Member = "cursor=";
        if (!headers.TryGetValues("Link", out var links))
        {
            return null;
        }

        // Take only the cursor, because the server may know itself by another address.
        var link = links.FirstOrDefault(link => link.Contains("rel=\"next\"", StringComparison.Ordinal)) ?? "";
        var start = link.IndexOf(Member, StringComparison.Ordinal);
        return start < 0 ? null : link[(start + Member.Length)..link.IndexOfAny(['&', '>'], start)];
    }

    private static bool IsConnectionFailure(Exception exception) =>
        exception is HttpRequestException or TimeoutRejectedException or IOException || exception is OperationCanceledException { InnerException: TimeoutException };

    private static string ReasonOf(Exception exception) =>
        exception is HttpRequestException or IOException ? exception.GetBaseException().Message : "no response in time";
}
