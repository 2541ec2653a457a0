namespace Entourage.Api.Otlp;

/// <summary>The encoding and compression of an exporter's body, from its headers.</summary>
internal static class OtlpBody
{
    public const string Protobuf = "application/x-protobuf";
    public const string Json = "application/json";

    /// <summary>Whether a request's body is protobuf. If so, the answer must be too; all others get JSON.</summary>
    public static bool IsProtobuf(HttpRequest request) => MediaTypeOf(request) == Protobuf;

    /// <summary>Whether a request's body is JSON rather than protobuf.</summary>
    /// <exception cref="BadHttpRequestException">The body is neither.</exception>
    public static bool IsJson(HttpRequest request) => MediaTypeOf(request) switch
    {
        Json => true,
        Protobuf => false,
        _ => throw new BadHttpRequestException(
            $"The body must be OTLP, with Content-Type: {Protobuf} or {Json}.", StatusCodes.Status415UnsupportedMediaType),
    };

    /// <summary>Whether the body is compressed with gzip.</summary>
    /// <exception cref="BadHttpRequestException">Another compression is used.</exception>
    public static bool IsCompressed(HttpRequest request) => request.Headers.ContentEncoding.ToString().Trim().ToLowerInvariant() switch
    {
        "gzip" => true,
        "" or "identity" => false,
        _ => throw new BadHttpRequestException("The only supported compression is gzip.", StatusCodes.Status415UnsupportedMediaType),
    };

    private static string? MediaTypeOf(HttpRequest request) => request.ContentType?.Split(';')[0].Trim().ToLowerInvariant();
}
