using System.IO.Compression;
using Google.Protobuf;
using Microsoft.AspNetCore.Http.Features;

namespace Entourage.Api.Telemetry;

/// <summary>Reads the body of an exporter's request, and no more of it than is allowed, however small it was made for the way.</summary>
internal static class OtlpBody
{
    public const string Protobuf = "application/x-protobuf";
    public const string Json = "application/json";

    /// <summary>Whether a request's body is JSON; else it is protobuf.</summary>
    /// <exception cref="BadHttpRequestException">It is neither.</exception>
    public static bool IsJson(HttpRequest request) => request.ContentType?.Split(';')[0].Trim().ToLowerInvariant() switch
    {
        Json => true,
        Protobuf => false,
        _ => throw new BadHttpRequestException(
            $"The body must be OTLP, with Content-Type: {Protobuf} or {Json}.", StatusCodes.Status415UnsupportedMediaType),
    };

    /// <summary>The body, decompressed.</summary>
    /// <param name="request">The request.</param>
    /// <param name="greatest">The most bytes, before and after.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BadHttpRequestException">It is too large, or compressed in a way that is not known or broken.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, long greatest, CancellationToken cancellationToken)
    {
        request.HttpContext.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = greatest;
        var encoding = request.Headers.ContentEncoding.ToString().Trim().ToLowerInvariant();
        if (encoding is not ("" or "identity" or "gzip"))
        {
            throw new BadHttpRequestException("The body may be compressed with gzip alone.", StatusCodes.Status415UnsupportedMediaType);
        }

        await using var plain = encoding == "gzip" ? new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true) : request.Body;
        var body = new MemoryStream();
        var piece = new byte[81_920];
        try
        {
            for (var read = await plain.ReadAsync(piece, cancellationToken); read > 0; read = await plain.ReadAsync(piece, cancellationToken))
            {
                if (body.Length + read > greatest)
                {
                    throw new BadHttpRequestException("The body is larger than this address takes.", StatusCodes.Status413PayloadTooLarge);
                }

                body.Write(piece, 0, read);
            }
        }
        catch (InvalidDataException broken)
        {
            throw new BadHttpRequestException("The body is not gzip.", broken);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    /// <summary>A message of the protocol.</summary>
    /// <exception cref="InvalidProtocolBufferException">The bytes are none.</exception>
    public static T Parse<T>(MessageParser<T> parser, ReadOnlyMemory<byte> body)
        where T : IMessage<T> => parser.WithDiscardUnknownFields(true).ParseFrom(body.Span);
}
