using Entourage.Api.Protection;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Contracts;

/// <summary>Answers a stream of server-sent events, piece by piece as they come.</summary>
internal sealed class EventStream(IAsyncEnumerable<ReadOnlyMemory<byte>> pieces) : IActionResult
{
    public const string MediaType = "text/event-stream";

    /// <summary>The header in which a watcher says what it has seen.</summary>
    public const string LastEventId = "Last-Event-ID";

    public async Task ExecuteResultAsync(ActionContext context)
    {
        RequestTime.Lift(context.HttpContext);
        var (response, left) = (context.HttpContext.Response, context.HttpContext.RequestAborted);
        await using var stream = pieces.GetAsyncEnumerator(left);

        // Before anything is answered: what goes wrong up to the first piece is answered as a problem.
        var goesOn = await stream.MoveNextAsync();
        response.ContentType = MediaType;
        response.Headers.CacheControl = "no-store";

        // Proxies keep answers back until they are of some size, unless they are told not to.
        response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            for (; goesOn; goesOn = await stream.MoveNextAsync())
            {
                await response.Body.WriteAsync(stream.Current, left);
                await response.Body.FlushAsync(left);
            }
        }
        catch (OperationCanceledException)
        {
            // The watcher has left, or the server stops.
        }
    }
}
