using Microsoft.AspNetCore.Http;

namespace Entourage.Gateway.Calls;

/// <summary>Where callers of the gateway send an Entourage key.</summary>
public static class CallerKeys
{
    /// <summary>The query parameter in which clients of Gemini may send a key.</summary>
    public const string QueryName = "key";

    /// <summary>The path of the gateway.</summary>
    public const string Path = "/gateway";

    private const string GoogleHeader = "x-goog-api-key";
    private const string AnthropicHeader = "x-api-key";
    private const string Bearer = "Bearer ";

    /// <summary>The key of a call; null if it has none, or if the request is not for the gateway.</summary>
    /// <remarks>The header of Entourage itself comes first, because the others may then contain the caller's own credential for the provider.</remarks>
    public static string? Find(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return !IsCall(request) ? null
            : TextOf(request, Upstreams.UpstreamRequest.KeyHeader) ?? TextOf(request, AnthropicHeader) ?? TextOf(request, GoogleHeader)
                ?? BearerOf(request) ?? (request.Query[QueryName] is [{ Length: > 0 } key] ? key : null);
    }

    /// <summary>Whether a request is for the gateway.</summary>
    public static bool IsCall(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Path.StartsWithSegments(Path, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The bearer token of a request; null if it has none.</summary>
    public static string? BearerOf(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Headers.Authorization is [{ } value] && value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? value[Bearer.Length..].Trim() : null;
    }

    private static string? TextOf(HttpRequest request, string header) => request.Headers[header] is [{ Length: > 0 } value] ? value : null;
}
