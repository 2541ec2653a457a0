namespace Entourage.Api.Otlp;

/// <summary>How an exporter's request says what its body is.</summary>
internal static class OtlpBody
{
    public const string Protobuf = "application/x-protobuf";
    public const string Json = "application/json";

    /// <summary>Whether a request's body is protobuf, so that its answer has to be; everybody else is answered in JSON.</summary>
    public static bool IsProtobuf(HttpRequest request) => MediaTypeOf(request) == Protobuf;

    /// <summary>Whether a request's body is JSON; else it is protobuf.</summary>
    /// <exception cref="BadHttpRequestException">It is neither.</exception>
    public static bool IsJson(HttpRequest request) => MediaTypeOf(request) switch
    {
        Json => true,
        Protobuf => false,
        _ => throw new BadHttpRequestException(
            $"The body must be OTLP, with Content-Type: {Protobuf} or {Json}.", StatusCodes.Status415UnsupportedMediaType),
    };

    /// <summary>Whether the body is compressed with gzip; else it is plain.</summary>
    /// <exception cref="BadHttpRequestException">It is compressed in another way.</exception>
    public static bool IsPacked(HttpRequest request) => request.Headers.ContentEncoding.ToString().Trim().ToLowerInvariant() switch
    {
        "gzip" => true,
        "" or "identity" => false,
        _ => throw new BadHttpRequestException("The body may be compressed with gzip alone.", StatusCodes.Status415UnsupportedMediaType),
    };

    private static string? MediaTypeOf(HttpRequest request) => request.ContentType?.Split(';')[0].Trim().ToLowerInvariant();
}
