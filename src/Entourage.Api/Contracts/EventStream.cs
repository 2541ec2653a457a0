using Entourage.Api.Protection;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Contracts;

/// <summary>Answers with a stream of server-sent events.</summary>
internal sealed class EventStream(IAsyncEnumerable<ReadOnlyMemory<byte>> chunks) : IActionResult
{
    public const string MediaType = "text/event-stream";

    /// <summary>The header with the id of the last event that a client received.</summary>
    public const string LastEventId = "Last-Event-ID";

    public async Task ExecuteResultAsync(ActionContext context)
    {
        RequestTimeouts.Disable(context.HttpContext);
        var (response, disconnected) = (context.HttpContext.Response, context.HttpContext.RequestAborted);
        await using var stream = chunks.GetAsyncEnumerator(disconnected);

        // Waits for the first chunk before the answer starts, so that an error up to then becomes a problem.
        var hasNext = await stream.MoveNextAsync();
        response.ContentType = MediaType;
        response.Headers.CacheControl = "no-store";

        // Tells proxies not to buffer the answer.
        response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            for (; hasNext; hasNext = await stream.MoveNextAsync())
            {
                await response.Body.WriteAsync(stream.Current, disconnected);
                await response.Body.FlushAsync(disconnected);
            }
        }
        catch (OperationCanceledException)
        {
            // The client has disconnected, or the server is stopping.
        }
    }
}
