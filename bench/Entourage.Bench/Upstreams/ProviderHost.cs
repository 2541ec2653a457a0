using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Entourage.Bench.Upstreams;

/// <summary>A model provider in a process of its own, which answers chat requests of OpenAI at once or as a stream.</summary>
internal static class ProviderHost
{
    /// <summary>The command-line argument that starts this host.</summary>
    public const string Command = "provider";

    /// <summary>The header that asks for a stream, with the time between two chunks in milliseconds.</summary>
    public const string PaceHeader = "X-Bench-Pace";

    /// <summary>The number of chunks with text in a stream.</summary>
    public const int Chunks = 100;

    /// <summary>The model, which has a price.</summary>
    public const string Model = "gpt-4o-mini";

    private static readonly byte[] Answer = Encoding.UTF8.GetBytes(
        $$$"""{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"{{{Model}}}","choices":[{"index":0,"message":{"role":"assistant","content":"{{{new string('a', 400)}}}"},"finish_reason":"stop"}],"usage":{"prompt_tokens":500,"completion_tokens":100,"total_tokens":600}}""");

    private static readonly byte[] Chunk = Event(
        $$$"""{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"{{{Model}}}","choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}],"usage":null}""");

    private static readonly byte[] End =
    [
        .. Event($$$"""{"id":"chatcmpl-1","model":"{{{Model}}}","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}"""),
        .. Event($$$"""{"id":"chatcmpl-1","model":"{{{Model}}}","choices":[],"usage":{"prompt_tokens":500,"completion_tokens":100,"total_tokens":600}}"""),
        .. Event("[DONE]"),
    ];

    /// <summary>Prints its address and serves until it is stopped.</summary>
    public static async Task RunAsync(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.Run(AnswerAsync);
        await app.StartAsync();
        Console.WriteLine($"  API  {app.Urls.First()}/v1");
        await app.WaitForShutdownAsync();
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (request.Path == "/metrics")
        {
            await response.WriteAsync($"dotnet_gc_heap_total_allocated_bytes_total {GC.GetTotalAllocatedBytes()}");
            return;
        }

        await request.Body.CopyToAsync(Stream.Null);
        if (request.Headers[PaceHeader] is [{ } pace])
        {
            await StreamAsync(response, TimeSpan.FromMilliseconds(int.Parse(pace, CultureInfo.InvariantCulture)), context.RequestAborted);
            return;
        }

        response.ContentType = "application/json";
        response.ContentLength = Answer.Length;
        await response.Body.WriteAsync(Answer);
    }

    private static async Task StreamAsync(HttpResponse response, TimeSpan pace, CancellationToken cancellationToken)
    {
        response.ContentType = "text/event-stream; charset=utf-8";
        using var clock = new PeriodicTimer(pace);
        for (var chunk = 0; chunk < Chunks; chunk++)
        {
            await response.Body.WriteAsync(Chunk, cancellationToken);
            await clock.WaitForNextTickAsync(cancellationToken);
        }

        await response.Body.WriteAsync(End, cancellationToken);
    }

    private static byte[] Event(string data) => Encoding.UTF8.GetBytes($"data: {data}\n\n");
}
