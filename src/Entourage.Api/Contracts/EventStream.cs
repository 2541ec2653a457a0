using System.Buffers;
using System.Text;
using Entourage.Api.Protection;
using Entourage.Application.Events;
using Entourage.Application.Json;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Contracts;

/// <summary>Writes events to the response as server-sent events, one flush for each batch.</summary>
internal sealed class EventStream(IAsyncEnumerable<EventBatch> batches) : IActionResult
{
    public const string MediaType = "text/event-stream";

    /// <summary>The request header with the id of the last event that the client received.</summary>
    public const string LastEventId = "Last-Event-ID";

    // How long a client waits before it reconnects, in milliseconds.
    private const int Retry = 1_000;

    public async Task ExecuteResultAsync(ActionContext context)
    {
        RequestTimeouts.Disable(context.HttpContext);
        var (response, aborted) = (context.HttpContext.Response, context.HttpContext.RequestAborted);
        await using var stream = batches.GetAsyncEnumerator(aborted);

        // The first batch comes before the headers, so that a failure until then is answered as a problem.
        var hasBatch = await stream.MoveNextAsync();
        response.ContentType = MediaType;
        response.Headers.CacheControl = "no-store";

        // Keeps proxies from buffering the response.
        response.Headers["X-Accel-Buffering"] = "no";
        if (HttpMethods.IsHead(context.HttpContext.Request.Method))
        {
            return;
        }

        try
        {
            for (var isFirst = true; hasBatch; isFirst = false, hasBatch = await stream.MoveNextAsync())
            {
                Write(response.BodyWriter, stream.Current, isFirst);
                await response.BodyWriter.FlushAsync(aborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The client has left, or the server is stopping.
        }
    }

    private static void Write(IBufferWriter<byte> output, EventBatch batch, bool isFirst)
    {
        if (isFirst)
        {
            // A comment makes proxies forward the response at once. The id lets a client resume that is cut off before the first event.
            Write(output, $": watching\nretry: {Retry}\nid: {batch.Position}\n\n");
        }
        else if (batch.Events.IsEmpty)
        {
            Write(output, $": \nid: {batch.Position}\n\n");
        }

        foreach (var (position, message) in batch.Events.Span)
        {
            Write(output, $"id: {position}\nevent: {EnumNames.Of(message.Kind)}\ndata: ");
            output.Write(message.Json.Span);
            output.Write("\n\n"u8);
        }
    }

    private static void Write(IBufferWriter<byte> output, string text) => Encoding.UTF8.GetBytes(text, output);
}
