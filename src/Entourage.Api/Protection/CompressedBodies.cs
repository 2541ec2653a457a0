using Entourage.Api.Errors;
using Entourage.Api.Mcp;

namespace Entourage.Api.Protection;

/// <summary>Refuses compressed bodies of the API. Telemetry may be compressed, and is limited separately.</summary>
internal static class CompressedBodies
{
    private static readonly PathString Api = "/api";

    public static Task RefuseAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (request.Headers.ContentEncoding.Count == 0
            || request.Headers.ContentEncoding is ["identity"]
            || !(request.Path.StartsWithSegments(Api) || request.Path.StartsWithSegments(McpSetup.Path)))
        {
            return next(context);
        }

        // RFC 7694: it tells the client which encodings are accepted.
        context.Response.Headers.AcceptEncoding = "identity";
        return (Problem.Of(StatusCodes.Status415UnsupportedMediaType) with { Detail = "The body must not be compressed. Send it without Content-Encoding." })
            .WriteAsync(context);
    }
}
