using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Entourage.Client.Contracts;
using Polly.Timeout;

namespace Entourage.Client.Http;

/// <summary>Requests and answers of the contract: JSON, problem details as exceptions, lists page by page.</summary>
internal sealed class Transport(HttpClient http, TimeProvider time)
{
    private const string IdempotencyKey = "Idempotency-Key";

    /// <summary>GET.</summary>
    public Task<T> GetAsync<T>(string path, JsonTypeInfo<T> answer, CancellationToken cancellationToken) =>
        SendAsync(new(HttpMethod.Get, path), answer, cancellationToken);

    /// <summary>POST, with an idempotency key of its own where the caller has none.</summary>
    public Task<TAnswer> PostAsync<TBody, TAnswer>(
        string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answer, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var request = With(HttpMethod.Post, path, body, bodyType);
        request.Headers.TryAddWithoutValidation(IdempotencyKey, idempotencyKey ?? NewKey());
        return SendAsync(request, answer, cancellationToken);
    }

    /// <summary>A key that was never used.</summary>
    public string NewKey() => Guid.CreateVersion7(time.GetUtcNow()).ToString();

    /// <summary>PATCH, PUT: the same again changes nothing.</summary>
    public Task<TAnswer> SendAsync<TBody, TAnswer>(
        HttpMethod method, string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answer, CancellationToken cancellationToken) =>
        SendAsync(With(method, path, body, bodyType), answer, cancellationToken);

    /// <summary>DELETE.</summary>
    public async Task DeleteAsync(string path, CancellationToken cancellationToken) =>
        (await OpenAsync(new(HttpMethod.Delete, path), HttpCompletionOption.ResponseContentRead, cancellationToken)).Dispose();

    /// <summary>All items of a list.</summary>
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

    /// <summary>Sends a request and answers what is not an error.</summary>
    /// <exception cref="EntourageException">It is one, or there was no answer.</exception>
    public async Task<HttpResponseMessage> OpenAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        using (request)
        {
            HttpResponseMessage response;
            try
            {
                response = await http.SendAsync(request, completion, cancellationToken);
            }
            catch (Exception exception) when (IsSilence(exception) && !cancellationToken.IsCancellationRequested)
            {
                throw new EntourageException(
                    null, EntourageException.Unreachable, $"{http.BaseAddress?.GetLeftPart(UriPartial.Authority)} cannot be reached: {Reason(exception)}", exception);
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

    private static HttpRequestMessage With<T>(HttpMethod method, string path, T body, JsonTypeInfo<T> type)
    {
        // Bytes, and not a stream: they can be sent again.
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
            return await JsonSerializer.DeserializeAsync(body, type, cancellationToken) ?? throw new JsonException("The answer is null.");
        }
        catch (JsonException exception)
        {
            throw new EntourageException(response.StatusCode, "unreadable-answer", $"The answer cannot be read: {exception.Message}", exception);
        }
    }

    private static async Task<ProblemDetails> ReadProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        // Proxies answer in ways of their own.
        if (response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.OrdinalIgnoreCase) == true)
        {
            try
            {
                await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
                return await JsonSerializer.DeserializeAsync(body, ClientJson.Default.ProblemDetails, cancellationToken) ?? new();
            }
            catch (JsonException)
            {
                // Then the status has to do.
            }
        }

        return new() { Title = $"The server answered {(int)response.StatusCode} {response.ReasonPhrase}." };
    }

    private static string? CursorOf(HttpResponseHeaders headers)
    {
        const string Member = "cursor=";
        if (!headers.TryGetValues("Link", out var links))
        {
            return null;
        }

        // The address is as the server knows itself, which need not be as it is known here: only the cursor of it is taken.
        var link = links.FirstOrDefault(link => link.Contains("rel=\"next\"", StringComparison.Ordinal)) ?? "";
        var start = link.IndexOf(Member, StringComparison.Ordinal);
        return start < 0 ? null : link[(start + Member.Length)..link.IndexOfAny(['&', '>'], start)];
    }

    private static bool IsSilence(Exception exception) =>
        exception is HttpRequestException or TimeoutRejectedException or IOException || exception is OperationCanceledException { InnerException: TimeoutException };

    private static string Reason(Exception exception) =>
        exception is HttpRequestException or IOException ? exception.GetBaseException().Message : "there was no answer in time";
}
